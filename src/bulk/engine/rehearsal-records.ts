import type { UnitOfWork } from '../../platform/database/unit-of-work';
import { HISTORY_START, type HistoryPlace } from '../../platform/history/history-place';
import type { CodedIssue } from '../../platform/validation/coded-issue';
import type { BulkJob } from '../jobs/bulk-job.entity';
import type { BulkJobRepository } from '../jobs/bulk-job.repository';
import type { RowOutcome } from '../jobs/bulk-outcome.entity';

/** Why a row is refused whose record was changed since the dry run. */
export const MOVED: CodedIssue = {
  field: null,
  code: 'VERSION_CONFLICT',
  message: 'the record was changed since the dry run, so the row would do something else now; run the dry run again',
  rejectedValue: null,
};

/** What a row came to, as far as it matters here. */
type Result = Pick<RowOutcome, 'verdict' | 'recordId' | 'issues'>;

/** Ids of records that a chunk made, and of those whose rows it refused. */
interface Noted {
  readonly chunkNo: number;
  readonly made: readonly string[];
  readonly moved: readonly string[];
}

/**
 * What later rows of a dry run, or of the job that does it for real, must know of the records before them:
 *
 * - Which the job made itself. Those of a dry run are there only for a moment, and the job that does it for real makes
 *   others: what a later row has in common in both is that its own job made the record.
 * - Which somebody else changed since the dry run. With a row of one refused, a later row could meet the very version
 *   that its dry run met, and be applied without the first.
 */
export class RehearsalRecords {
  private readonly made = new Set<string>();
  private readonly moved = new Set<string>();
  private latest: Noted = { chunkNo: -1, made: [], moved: [] };
  /** Of a dry run: how far its history goes, which nobody but itself writes to. */
  historyPlace: HistoryPlace = HISTORY_START;

  /** @param areMet false where no row can come to a record of another: a million ids are not kept for nothing then */
  private constructor(private readonly areMet: boolean) {}

  /** For a job that does a dry run for real: with what it did before it was interrupted. */
  static async of(
    job: BulkJob,
    areMet: boolean,
    unitOfWork: UnitOfWork,
    jobs: BulkJobRepository,
  ): Promise<RehearsalRecords> {
    const records = new RehearsalRecords(areMet);
    if (!areMet || job.options.commits === undefined) return records;
    for (let chunkNo = 0; chunkNo < job.nextChunk; chunkNo++) {
      records.note(chunkNo, await unitOfWork.read((transaction) => jobs.listOutcomes(transaction, job, chunkNo)));
    }
    return records;
  }

  /** Takes in what became of a chunk, in the place of an earlier try of it. */
  note(chunkNo: number, results: readonly Result[]): void {
    if (!this.areMet) return;
    if (this.latest.chunkNo === chunkNo) {
      for (const recordId of this.latest.made) this.made.delete(recordId);
      for (const recordId of this.latest.moved) this.moved.delete(recordId);
    }
    const idsOf = (wanted: (result: Result) => boolean) =>
      results.flatMap((result) => (wanted(result) ? (result.recordId ?? []) : []));
    const made = idsOf(({ verdict }) => verdict === 'created');
    const moved = idsOf(({ issues }) => isMoved(issues[0]));
    for (const recordId of made) this.made.add(recordId);
    for (const recordId of moved) this.moved.add(recordId);
    this.latest = { chunkNo, made, moved };
  }

  /** The id of a record that was there before; null for one that the job made. */
  lastingId({ verdict, recordId }: Pick<Result, 'verdict' | 'recordId'>): string | null {
    return verdict === 'created' || (recordId !== null && this.made.has(recordId)) ? null : recordId;
  }

  /** True for a record of which a row was refused because somebody else had changed it. */
  hasMoved(recordId: string | null): boolean {
    return recordId !== null && this.moved.has(recordId);
  }
}

/** Told from a row that names a version its record does not have: that one may not apply now as then, the others may. */
function isMoved(issue: CodedIssue | undefined): boolean {
  return issue?.code === MOVED.code && issue.message === MOVED.message;
}
