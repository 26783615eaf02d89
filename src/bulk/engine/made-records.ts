import type { UnitOfWork } from '../../platform/database/unit-of-work';
import type { BulkJob } from '../jobs/bulk-job.entity';
import type { BulkJobRepository } from '../jobs/bulk-job.repository';
import type { RowOutcome } from '../jobs/bulk-outcome.entity';

/** What a row came to, as far as it matters here. */
type Result = Pick<RowOutcome, 'verdict' | 'recordId'>;

/**
 * The records that a job made itself. Those of a dry run are there only for a moment, and the job that does it for real
 * makes others: what a later row of them has in common in both is that its own job made the record.
 */
export class MadeRecords {
  private readonly made = new Set<string>();
  private latest: { readonly chunkNo: number; readonly recordIds: readonly string[] } = { chunkNo: -1, recordIds: [] };

  /** @param isMet false where no row can come to a record its job made: a million ids are not kept for nothing then */
  private constructor(private readonly isMet: boolean) {}

  /** For a job that does a dry run for real: with what it made before it was interrupted. */
  static async of(job: BulkJob, isMet: boolean, unitOfWork: UnitOfWork, jobs: BulkJobRepository): Promise<MadeRecords> {
    const records = new MadeRecords(isMet);
    if (!isMet || job.options.commits === undefined) return records;
    for (let chunkNo = 0; chunkNo < job.nextChunk; chunkNo++) {
      records.note(chunkNo, await unitOfWork.read((transaction) => jobs.listOutcomes(transaction, job, chunkNo)));
    }
    return records;
  }

  /** Takes in what became of a chunk, in the place of an earlier try of it. */
  note(chunkNo: number, results: readonly Result[]): void {
    if (!this.isMet) return;
    if (this.latest.chunkNo === chunkNo) for (const recordId of this.latest.recordIds) this.made.delete(recordId);
    const recordIds = results.flatMap(({ verdict, recordId }) => (verdict === 'created' ? (recordId ?? []) : []));
    for (const recordId of recordIds) this.made.add(recordId);
    this.latest = { chunkNo, recordIds };
  }

  /** The id of a record that was there before; null for one that the job made. */
  lastingId({ verdict, recordId }: Result): string | null {
    return verdict === 'created' || (recordId !== null && this.made.has(recordId)) ? null : recordId;
  }
}
