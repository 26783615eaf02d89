/** What became of a row, as far as those look at it who do a dry run for real. */
export interface RowFate {
  readonly verdict: 'created' | 'updated' | 'unchanged' | 'failed';
  /** The record it changed, or met. */
  readonly record: string | null;
  /** Version it made; null when it changed nothing. */
  readonly version: number | null;
}

/** Rows of one table of a call, which may be applied more than once. */
export interface RowsOfCall<A extends RowFate> {
  readonly count: number;
  /** Begins to apply them for a call: gives what applies one, by its index, in order. */
  readonly begin: (call: number) => (index: number) => A;
}

/** Does work and forgets it. */
export type Rehearse = <T>(work: () => T) => T;

/** What a dry run showed, and the rows it was made of. */
export interface Rehearsal {
  readonly call: number;
  readonly rehearse: Rehearse;
  readonly tables: readonly RowsOfCall<RowFate>[];
  readonly shown: readonly (readonly RowFate[])[];
}

const CHANGES = new Set<RowFate['verdict']>(['created', 'updated']);

/** A row that would do something else than its dry run showed. */
const MOVED: RowFate = { verdict: 'failed', record: null, version: null };

/** Applies all rows of a table. */
export function applyAll<A extends RowFate>({ count, begin }: RowsOfCall<A>, call: number): A[] {
  const apply = begin(call);
  return Array.from({ length: count }, (_, index) => apply(index));
}

/**
 * Does for real what a dry run showed, table after table. Rows that would do something else are refused, and so are all
 * rows that change a record one of whose rows is: somebody else has changed it.
 */
export function commitRehearsal({ call: rehearsed, rehearse, tables, shown }: Rehearsal, call: number): RowFate[] {
  const changed = new Set<string>();
  return tables.flatMap((table, at) => {
    const apply = table.begin(call);
    const refused = new Set<number>();
    const applyOthers = (): RowFate[] =>
      Array.from({ length: table.count }, (_, index) => (refused.has(index) ? MOVED : apply(index)));
    for (;;) {
      const now = rehearse(applyOthers);
      const moved = now.flatMap((fate, index) => {
        const then = shown[at]?.[index];
        const isKept = then !== undefined && isSame(then, rehearsed, fate, call);
        return isKept && !(CHANGES.has(fate.verdict) && changed.has(fate.record ?? '')) ? [] : [index];
      });
      if (moved.length === 0) return applyOthers();
      for (const index of moved) {
        refused.add(index);
        const { verdict, record } = now[index] ?? MOVED;
        if (verdict !== 'created' && record !== null) changed.add(record);
      }
    }
  });
}

/** A row that fails now does no harm, whatever the dry run showed. */
function isSame(then: RowFate, rehearsed: number, now: RowFate, call: number): boolean {
  if (now.verdict === 'failed') return true;
  if (then.verdict !== now.verdict) return false;
  // A record that the call itself makes is another one each time, made by the same row.
  const nameOf = ({ record }: RowFate, maker: number): string =>
    record?.startsWith(`${maker}.`) === true ? `new ${record.slice(`${maker}.`.length)}` : (record ?? '');
  return nameOf(then, rehearsed) === nameOf(now, call) && then.version === now.version;
}
