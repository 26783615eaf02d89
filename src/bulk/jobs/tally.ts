import { DecimalSum } from '../../platform/validation/decimal';
import type { BulkJob, TableTally } from './bulk-job.entity';
import type { RowOutcome } from './bulk-outcome.entity';

const APPLIED = new Set(['created', 'updated', 'unchanged']);

/** True when the row's content is now in the table. */
export function isApplied({ verdict }: Pick<RowOutcome, 'verdict'>): boolean {
  return APPLIED.has(verdict);
}

/** Tally of a table of which nothing has been applied yet. */
export function emptyTally(table: string, received: number): TableTally {
  const none = { created: 0, updated: 0, unchanged: 0, failed: 0, skipped: 0, warned: 0, retried: 0 };
  return { table, received, ...none, amount: '0.00' };
}

/** Tally after some more rows; `amounts` are those of the applied ones. */
export function addToTally(tally: TableTally, outcomes: readonly RowOutcome[], amounts: readonly string[]): TableTally {
  const next = { ...tally };
  for (const outcome of outcomes) {
    next[outcome.verdict]++;
    if (isApplied(outcome) && outcome.warnings.length > 0) next.warned++;
  }
  const sum = DecimalSum.from(tally.amount);
  for (const amount of amounts) sum.add(amount);
  return { ...next, amount: sum.value };
}

/** Rows that stand in none of the counts yet. */
export function unprocessedRows(tally: TableTally): number {
  const { received, created, updated, unchanged, failed, skipped } = tally;
  return received - created - updated - unchanged - failed - skipped;
}

/** Rows of a job that failed so far. */
export function failedRows({ tallies }: Pick<BulkJob, 'tallies'>): number {
  return tallies.reduce((sum, { failed }) => sum + failed, 0);
}

/** True when as many rows failed as its caller would bear. */
export function hasTooManyErrors(job: Pick<BulkJob, 'tallies' | 'options'>): boolean {
  const { maxErrors } = job.options;
  return maxErrors !== undefined && failedRows(job) >= maxErrors;
}
