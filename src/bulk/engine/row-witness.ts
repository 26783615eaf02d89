import type { Transaction } from '../../platform/database/transaction';
import { HISTORY_START, type HistoryPlace } from '../../platform/history/history-place';
import type { RowOutcome } from '../jobs/bulk-outcome.entity';
import { isApplied } from '../jobs/tally';
import type { RehearsalRecords } from './rehearsal-records';
import type { ChangeLedger, JobContext, LedgerEntry, RecordChange } from './bulk-importer.contract';

/** Entries read at once, about. */
const AT_ONCE = 1_000;

/** Sees, inside a transaction, what the rows of one chunk did, from the history they wrote. */
export class RowWitness {
  /** How far the history of the job goes by now; null while nobody has looked. */
  reached: HistoryPlace | null = null;

  private constructor(
    readonly transaction: Transaction,
    private readonly job: JobContext,
    private readonly ledger: ChangeLedger | null,
    private readonly before: Promise<HistoryPlace>,
  ) {}

  /**
   * Begins to watch; whatever the job did until now is not looked at.
   *
   * @param ledger null: there is nothing to see
   * @param reached how far the history of the job goes, where that is known
   */
  static begin(
    transaction: Transaction,
    job: JobContext,
    ledger: ChangeLedger | null,
    reached: HistoryPlace | null,
  ): RowWitness {
    // Asked before anything else is, but not waited for: mostly nobody wants to know in the end.
    const asked = reached === null ? ledger?.last(transaction, job) : undefined;
    const before = asked ?? Promise.resolve(reached ?? HISTORY_START);
    before.catch(() => undefined);
    return new RowWitness(transaction, job, ledger, before);
  }

  /** What was done since the beginning, by row; a row changes one record at most. */
  async entries(): Promise<ReadonlyMap<number, LedgerEntry>> {
    const byRow = new Map<number, LedgerEntry>();
    if (this.ledger === null) return byRow;
    let last = await this.before;
    for (let isMore = true; isMore;) {
      const some = await this.ledger.list(this.transaction, this.job, last, AT_ONCE);
      for (const entry of some) if (entry.row !== null) byRow.set(entry.row, entry);
      last = some.at(-1)?.place ?? last;
      isMore = some.length > 0;
    }
    this.reached = last;
    return byRow;
  }

  /**
   * The outcomes with what each row changed. A record that is there only for a moment has no id to show.
   *
   * @param told what rows told of their changes themselves; where there is any, the chunk wrote no history
   */
  async describe(
    outcomes: readonly RowOutcome[],
    told: ReadonlyMap<number, RecordChange>,
    records: RehearsalRecords,
  ): Promise<RowOutcome[]> {
    const byRow: ReadonlyMap<number, RecordChange> = told.size > 0 ? told : await this.entries();
    return outcomes.map((outcome) => {
      const change = isApplied(outcome) ? byRow.get(outcome.row) : undefined;
      const shown = isApplied(outcome) ? { ...outcome, recordId: records.lastingId(outcome) } : outcome;
      if (change === undefined) return shown;
      // Written out: this runs for each row of a dry run.
      const { row, verdict, recordId, issues, warnings } = shown;
      return { row, verdict, recordId, issues, warnings, version: change.version, changes: change.changes };
    });
  }
}
