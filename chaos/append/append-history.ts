import type { Findings } from '../findings';

/** A list as somebody read it: every append raises the version of its record by one, from 1. */
export interface ReadList {
  readonly key: string;
  readonly version: number;
  readonly elements: readonly string[];
  readonly begunAt: number;
  readonly endedAt: number;
}

/** An append to the list of one version of a record, and what its client knows of it. */
export interface Append {
  readonly key: string;
  readonly element: string;
  readonly ifVersion: number;
  readonly endedAt: number;
  readonly outcome: 'applied' | 'refused' | 'unknown';
}

/** What clients did and saw, and whether any order of appends explains it. */
export class AppendHistory {
  readonly reads: ReadList[] = [];
  readonly appends: Append[] = [];

  /**
   * Compares all of it with the lists as they are in the end.
   *
   * Lists show the order of their appends: so a history without anomaly is one in which every list that was read is the
   * begin of the final one, every answered append stands where its version says, and nobody reads an older list after
   * somebody was told of a newer one.
   */
  check(finals: readonly ReadList[], findings: Findings): void {
    for (const final of finals) {
      const appends = this.appends.filter(({ key }) => key === final.key);
      const reads = this.reads.filter(({ key }) => key === final.key);
      checkElements(final, appends, findings);
      checkReads(final, reads, findings);
      checkOrder(appends, reads, findings);
    }
  }
}

/** Every acknowledged element is there once and at its place, no refused one, and none that nobody sent. */
function checkElements({ key, version, elements }: ReadList, appends: readonly Append[], findings: Findings): void {
  findings.expect(version === elements.length + 1, `${key} has version ${version} and ${elements.length} elements`);
  const outcomes = new Map(appends.map(({ element, outcome }) => [element, outcome]));
  const counts = new Map<string, number>();
  for (const element of elements) counts.set(element, (counts.get(element) ?? 0) + 1);
  const applied = appends.filter(({ outcome }) => outcome === 'applied');
  const named = (found: readonly string[]): string[] => found.map((element) => `${element} of ${key}`);
  const lost = applied.filter(({ element }) => !counts.has(element));
  const misplaced = applied.filter(
    ({ element, ifVersion }) => counts.has(element) && elements[ifVersion - 1] !== element,
  );
  const twice = [...counts].filter(([, count]) => count > 1).map(([element]) => element);
  const foreign = [...counts.keys()].filter((element) => !outcomes.has(element));
  const refused = [...counts.keys()].filter((element) => outcomes.get(element) === 'refused');
  const elementsOf = (some: readonly Append[]): string[] => named(some.map(({ element }) => element));
  findings.countRows('lost', elementsOf(lost), 'acknowledged elements are not in their list');
  findings.countRows('twice', named(twice), 'elements are more than once in their list');
  findings.countRows('wrong', elementsOf(misplaced), 'elements are not where their version says');
  findings.countRows('wrong', named(foreign), 'elements are in a list nobody sent them to');
  findings.countRows('wrong', named(refused), 'elements are in a list though they were refused');
}

/** Every list that was read is the final one as far as it goes, and as long as its version says. */
function checkReads({ elements }: ReadList, reads: readonly ReadList[], findings: Findings): void {
  const wrong = reads.filter((read) => {
    return read.version !== read.elements.length + 1 || read.elements.some((element, at) => elements[at] !== element);
  });
  const names = wrong.map(({ key, version }) => `${key} version ${version}`);
  findings.countRows('wrong', names, 'lists were read that are not the begin of the final one');
}

/** What begins after an answer sees what was answered: by a read, or by an append that was acknowledged. */
function checkOrder(appends: readonly Append[], reads: readonly ReadList[], findings: Findings): void {
  const told = [
    ...reads.map(({ version, endedAt }) => ({ version, endedAt })),
    ...appends
      .filter(({ outcome }) => outcome === 'applied')
      .map(({ ifVersion, endedAt }) => ({ version: ifVersion + 1, endedAt })),
  ].sort((a, b) => a.endedAt - b.endedAt);
  let newest = 0;
  let at = 0;
  const stale: string[] = [];
  for (const { key, version, begunAt } of [...reads].sort((a, b) => a.begunAt - b.begunAt)) {
    for (let next = told[at]; next !== undefined && next.endedAt < begunAt; next = told[++at]) {
      newest = Math.max(newest, next.version);
    }
    if (version < newest) stale.push(`${key} version ${version} after ${newest}`);
  }
  findings.countRows('wrong', stale, 'reads saw less than had been answered before they began');
}
