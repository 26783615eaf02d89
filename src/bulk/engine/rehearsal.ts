import type { RowOutcome } from '../jobs/bulk-outcome.entity';
import type { LedgerEntry, ReadyRow, RowResult } from './bulk-importer.contract';
import { MOVED, type RehearsalRecords } from './rehearsal-records';
import type { RowWitness } from './row-witness';

const SAVEPOINT = 'as_rehearsed';

/** Applies rows in order; results stand in the same order. */
export type ApplyRows = (rows: readonly ReadyRow<unknown>[]) => Promise<RowResult[]>;

/** A chunk of a dry run that is to be done for real. */
export interface RehearsedChunk {
  readonly chunkNo: number;
  /** What the dry run said of its rows. */
  readonly rehearsed: readonly RowOutcome[];
  readonly records: RehearsalRecords;
}

/**
 * Applies the rows that do exactly what their dry run said, and refuses the others. All are tried; when some differ, the
 * try is rolled back and the rest is applied without them, until nothing differs.
 */
export async function applyAsRehearsed(
  witness: RowWitness,
  { chunkNo, rehearsed, records }: RehearsedChunk,
  rows: readonly ReadyRow<unknown>[],
  apply: ApplyRows,
): Promise<RowResult[]> {
  const { transaction } = witness;
  const said = new Map(rehearsed.map((outcome) => [outcome.row, outcome]));
  const refused = new Map<number, RowResult>();
  for (;;) {
    const left = rows.filter(({ row }) => !refused.has(row));
    await transaction.query(`SAVEPOINT ${SAVEPOINT}`);
    const tried = await apply(left);
    const byRow = new Map(left.map(({ row }, index) => [row, tried[index] ?? refusal(null)]));
    const results = rows.map(({ row }) => byRow.get(row) ?? refused.get(row) ?? refusal(null));
    records.note(chunkNo, results);
    const entries = await witness.entries();
    const isOther = (row: number, now: RowResult) => differs(said.get(row), { now, records, entry: entries.get(row) });
    const different = [...byRow].filter(([row, now]) => isOther(row, now));
    if (different.length === 0) {
      await transaction.query(`RELEASE SAVEPOINT ${SAVEPOINT}`);
      return results;
    }
    await transaction.query(`ROLLBACK TO SAVEPOINT ${SAVEPOINT}`);
    for (const [row, { recordId, verdict }] of different) {
      refused.set(row, refusal(verdict === 'created' ? null : recordId));
    }
  }
}

/** What a row did now. */
interface Done {
  readonly now: RowResult;
  readonly records: RehearsalRecords;
  readonly entry: LedgerEntry | undefined;
}

/**
 * A row that fails now does no harm, whatever the dry run said; nor does one that changes nothing, then as now, whatever
 * becomes of others of its record. Those may stand in chunks behind it, where it is told of already.
 */
function differs(said: RowOutcome | undefined, { now, records, entry }: Done): boolean {
  if (now.verdict === 'failed' || now.verdict === 'skipped') return false;
  if (said?.verdict !== now.verdict) return true;
  if (now.verdict !== 'unchanged' && records.hasMoved(now.recordId)) return true;
  if (now.verdict === 'created') return false;
  return said.recordId !== records.lastingId(now) || said.version !== entry?.version;
}

function refusal(recordId: string | null): RowResult {
  return { verdict: 'failed', recordId, issues: [MOVED], warnings: [], amount: null };
}
