import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../test/support/engines';
import type { Call } from './call';
import { Finding, FINDING_KINDS } from './finding';

const FOLDER = join(__dirname, '..', 'data', 'fuzz');
/** Of one lane; the others are counted. */
const MOST_WRITTEN = 20;
const MOST_SHOWN = 600;

/** What one lane did on one engine. */
export interface LaneOutcome {
  readonly lane: string;
  readonly engine: Engine | 'both';
  readonly cases: number;
  /** Requests that were answered with a success. */
  readonly succeeded: number;
  readonly ms: number;
  readonly findings: readonly Finding[];
}

/** Collects what the lanes found, tells it as it comes, and writes the calls that show it. */
export class FuzzReport {
  private readonly outcomes: LaneOutcome[] = [];

  constructor(private readonly seed: number) {}

  get deviations(): number {
    return this.outcomes.reduce((sum, { findings }) => sum + findings.length, 0);
  }

  add(outcome: LaneOutcome): void {
    this.outcomes.push(outcome);
    const { lane, engine, cases, findings, ms } = outcome;
    console.log(`${lane} on ${engine}: ${cases} cases, ${findings.length} findings, ${Math.round(ms / 1000)} s`);
    // One of each sort first: a thousand of the same would hide the others.
    const sorts = new Map<string, Finding[]>();
    for (const finding of findings) {
      const sort = `${finding.kind} ${sortOf(finding)}`;
      sorts.set(sort, [...(sorts.get(sort) ?? []), finding]);
    }
    const firsts = [...sorts.values()].flatMap(([first]) => (first === undefined ? [] : [first]));
    firsts.slice(0, MOST_WRITTEN).forEach((finding, at) => this.write(outcome, finding, at + 1));
  }

  /** The table of all lanes. */
  print(): void {
    const rows = this.outcomes.map(({ lane, engine, cases, succeeded, ms, findings }) => {
      const counts = Object.keys(FINDING_KINDS).map((kind) => [
        kind,
        findings.filter((one) => one.kind === kind).length,
      ]);
      return { lane, engine, cases, succeeded, ...Object.fromEntries(counts), s: Math.round(ms / 1000) };
    });
    console.table(rows);
    const cases = this.outcomes.reduce((sum, outcome) => sum + outcome.cases, 0);
    console.log(`${cases} cases, ${this.deviations} findings, seed ${this.seed}`);
  }

  private write({ lane, engine }: LaneOutcome, finding: Finding, number: number): void {
    const { kind, words, call, answer } = finding;
    console.log(`  ${kind}: ${words.slice(0, MOST_SHOWN)}`);
    if (call === null) return;
    const folder = join(FOLDER, String(this.seed));
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${lane}-${engine}-${number}`);
    if (call.body !== undefined) writeFileSync(`${path}.body`, call.body);
    const { status = null, body } = answer ?? {};
    const shown = { kind, words, method: call.method, path: call.path, headers: call.headers, status };
    writeFileSync(
      `${path}.json`,
      JSON.stringify({ ...shown, answer: body?.toString(), curl: curlOf(call, path) }, null, 2),
    );
    console.log(`    ${call.method} ${call.path.slice(0, 200)} -> ${status ?? 'nothing'}: ${path}.json`);
  }
}

/** What findings of one sort have in common: the words without what differs from case to case. */
function sortOf({ words, call }: Finding): string {
  const route = call?.path.split('?')[0]?.replace(/[^/]*[\d%][^/]*/g, '*') ?? '';
  return `${call?.method ?? ''} ${route} ${words.replace(/:.*/s, '').replace(/\d+/g, '*')}`;
}

/** The command that sends a call again, to `$BASE` with `$TOKEN`. */
function curlOf({ method, path, headers = {}, body }: Call, file: string): string {
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const all = { ...(headers['Authorization'] === undefined && { Authorization: 'Bearer $TOKEN' }), ...headers };
  const parts = Object.entries(all).map(([name, value]) =>
    value.includes('$TOKEN')
      ? `-H "${name}: ${value}"`
      : `-H ${quote(value === '' ? `${name}:` : `${name}: ${value}`)}`,
  );
  const data = body === undefined ? [] : [`--data-binary ${quote(`@${file}.body`)}`];
  return ['curl -i --path-as-is', `-X ${method}`, `"$BASE"${quote(path)}`, ...parts, ...data].join(' ');
}
