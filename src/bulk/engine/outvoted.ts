import type { CodedIssue } from '../../platform/validation/coded-issue';
import type { JobContext, ReadyRow, RowResult } from './bulk-importer.contract';
import type { RecordKey } from './claims';

/** Applies rows in order; results stand in the same order. */
type ApplyRows<T> = (rows: readonly ReadyRow<T>[]) => Promise<RowResult[]>;

/**
 * Applies the rows that may have the record they name, and fails those whose record another row of the job has, for
 * tables in which a row names its record by itself. A row has its record also when it fails then: which of several was
 * preferred must not depend on what else is stored.
 *
 * @param keyOf what a row names; null when it names nothing
 */
export async function applyClaimed<T>(
  job: JobContext,
  rows: readonly ReadyRow<T>[],
  keyOf: (value: T) => RecordKey | null,
  apply: ApplyRows<T>,
): Promise<RowResult[]> {
  if (job.duplicates === 'each') return apply(rows);
  const refused = new Map<number, RowResult>();
  for (const { row, value } of rows) {
    const key = keyOf(value);
    const rival = key === null ? null : job.claim(key, row);
    if (rival !== null) refused.set(row, outvoted(rival, job.duplicates));
  }
  const kept = rows.filter(({ row }) => !refused.has(row));
  const results = await apply(kept);
  const byRow = new Map(kept.map(({ row }, index) => [row, results[index]]));
  return rows.map(({ row }) => {
    const result = refused.get(row) ?? byRow.get(row);
    if (result === undefined) throw new Error(`row ${row} has no result`);
    return result;
  });
}

function outvoted(rival: number, rule: JobContext['duplicates']): RowResult {
  const fate = rule === 'reject' ? 'neither is applied, as asked' : 'was preferred, as asked';
  const issue: CodedIssue = {
    field: null,
    code: 'DUPLICATE_ROW',
    message: `item ${rival} of this call is for the same record, and ${fate}; keep one of the two`,
    rejectedValue: null,
  };
  return { verdict: 'failed', recordId: null, issues: [issue], warnings: [], amount: null };
}
