import type { CodedIssue } from '../../platform/validation/coded-issue';
import type { RowOutcome } from '../jobs/bulk-outcome.entity';
import type { LedgerEntry, ReadyRow, RowResult } from './bulk-importer.contract';
import type { RowWitness } from './row-witness';

const SAVEPOINT = 'as_rehearsed';

const MOVED: CodedIssue = {
  field: null,
  code: 'VERSION_CONFLICT',
  message: 'the record was changed since the dry run, so the row would do something else now; run the dry run again',
  rejectedValue: null,
};

/** What became of a row of a job that does a dry run for real. */
export interface CommittedRow extends RowResult {
  /** Null where the job made the record itself. */
  readonly lastingId: string | null;
}

/** Applies rows in order; results stand in the same order. */
export type ApplyRows = (rows: readonly ReadyRow<unknown>[]) => Promise<CommittedRow[]>;

/**
 * Applies the rows that do exactly what their dry run said, and refuses the others. All are tried; when some differ, the
 * try is rolled back and the rest is applied without them, until nothing differs.
 */
export async function applyAsRehearsed(
  witness: RowWitness,
  rehearsed: readonly RowOutcome[],
  rows: readonly ReadyRow<unknown>[],
  apply: ApplyRows,
): Promise<RowResult[]> {
  const { transaction } = witness;
  const said = new Map(rehearsed.map((outcome) => [outcome.row, outcome]));
  const refused = new Map<number, CommittedRow>();
  for (;;) {
    const left = rows.filter(({ row }) => !refused.has(row));
    await transaction.query(`SAVEPOINT ${SAVEPOINT}`);
    const results = await apply(left);
    const entries = await witness.entries();
    const byRow = new Map(left.map(({ row }, index) => [row, results[index] ?? refusal(null)]));
    const different = [...byRow].filter(([row, result]) => differs(said.get(row), result, entries.get(row)));
    if (different.length === 0) {
      await transaction.query(`RELEASE SAVEPOINT ${SAVEPOINT}`);
      return rows.map(({ row }) => byRow.get(row) ?? refused.get(row) ?? refusal(null));
    }
    await transaction.query(`ROLLBACK TO SAVEPOINT ${SAVEPOINT}`);
    for (const [row, { recordId, verdict }] of different) {
      refused.set(row, refusal(verdict === 'created' ? null : recordId));
    }
  }
}

/** A row that fails now does no harm, whatever the dry run said. */
function differs(said: RowOutcome | undefined, now: CommittedRow, entry: LedgerEntry | undefined): boolean {
  if (now.verdict === 'failed' || now.verdict === 'skipped') return false;
  if (said?.verdict !== now.verdict) return true;
  if (now.verdict === 'created') return false;
  return said.recordId !== now.lastingId || said.version !== entry?.version;
}

function refusal(recordId: string | null): CommittedRow {
  return { verdict: 'failed', recordId, lastingId: recordId, issues: [MOVED], warnings: [], amount: null };
}
