import { forEachGivingWay } from '../event-loop/give-way';
import type { ChunkPage } from './chunk-page';
import type { HistoryEntry } from './history-entry.entity';
import type { HistoryPage } from './history-page.entity';

/** Characters of a page, about; a larger chunk has several. */
const MOST_CHARACTERS = 1024 * 1024;

/** A change in a page. */
export interface PagedChange<C> {
  readonly recordRef: number;
  /** Version of the record after the change. */
  readonly version: number;
  readonly rowNo: number | null;
  readonly changes: C[];
  /** The page with the changes of the record before; null when there is none. */
  readonly before: number | null;
}

/** As it is stored, a list: the names of the members would be a quarter of a page. */
type Packed<C> = [recordRef: number, version: number, rowNo: number | null, changes: C[], before: number | null];

/** The changes of a page. */
export function unpacked<C>({ changes }: Pick<HistoryPage, 'changes'>): PagedChange<C>[] {
  return (JSON.parse(changes) as Packed<C>[]).map(([recordRef, version, rowNo, told, before]) => {
    return { recordRef, version, rowNo, changes: told, before };
  });
}

/** A page with what some of its changes tell written anew. @param anew gives what a change is to tell */
export function rewritten<C>(page: HistoryPage, anew: (change: PagedChange<C>) => C[]): HistoryPage {
  const changes = unpacked<C>(page).map((change) => packedChange({ ...change, changes: anew(change) }));
  return { ...page, changes: `[${changes.join(',')}]` };
}

function packedChange<C>({ recordRef, version, rowNo, changes, before }: PagedChange<C>): string {
  const values: Packed<C> = [recordRef, version, rowNo, changes, before];
  return JSON.stringify(values);
}

/** What a history entry says, whatever it calls the record. */
export type Told = Omit<HistoryEntry, 'id'> & { readonly changes: { readonly field: string }[] };

/**
 * Entries of one chunk -> its pages. Where there are several they are in the order of the records' ids, so that a
 * change is found without reading all of them.
 */
export async function toPages<E extends Told>(
  page: ChunkPage,
  entries: readonly E[],
  refOf: (entry: E) => number,
): Promise<Omit<HistoryPage, 'id'>[]> {
  const [first] = entries;
  if (first === undefined) return [];
  const { companyRef, changedAt, changedBy, jobId } = first;
  const texts: { readonly ref: number; readonly text: string }[] = [];
  let characters = 0;
  await forEachGivingWay(entries, (entry) => {
    const { version, rowNo, changes } = entry;
    const recordRef = refOf(entry);
    const text = packedChange({ recordRef, version, rowNo, changes, before: page.beforeOf(recordRef) });
    texts.push({ ref: recordRef, text });
    characters += text.length;
  });
  if (characters > MOST_CHARACTERS) texts.sort((a, b) => a.ref - b.ref);
  const facts = { companyRef, pageRef: page.ref, changedAt, changedBy, jobId: jobId ?? '' };
  return parts(texts).map((part) => {
    const refs = part.map(({ ref }) => ref);
    const changes = `[${part.map(({ text }) => text).join(',')}]`;
    return { ...facts, leastRef: Math.min(...refs), greatestRef: Math.max(...refs), changes };
  });
}

/** Texts in groups of so many characters that a page may have. */
function parts<T extends { readonly text: string }>(texts: readonly T[]): T[][] {
  const all: T[][] = [[]];
  let characters = 0;
  for (const one of texts) {
    characters += one.text.length;
    if (characters > MOST_CHARACTERS && all.at(-1)?.length !== 0) {
      all.push([]);
      characters = one.text.length;
    }
    all.at(-1)?.push(one);
  }
  return all;
}
