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
  private readonly byChunk = new Map<number, readonly string[]>();

  /** For a job that does a dry run for real: with what it made before it was interrupted. */
  static async of(job: BulkJob, unitOfWork: UnitOfWork, jobs: BulkJobRepository): Promise<MadeRecords> {
    const records = new MadeRecords();
    for (let chunkNo = 0; job.options.commits !== undefined && chunkNo < job.nextChunk; chunkNo++) {
      records.note(chunkNo, await unitOfWork.read((transaction) => jobs.listOutcomes(transaction, job, chunkNo)));
    }
    return records;
  }

  /** Takes in what became of a chunk, in the place of an earlier try of it. */
  note(chunkNo: number, results: readonly Result[]): void {
    for (const recordId of this.byChunk.get(chunkNo) ?? []) this.made.delete(recordId);
    const created = results.flatMap(({ verdict, recordId }) => (verdict === 'created' ? (recordId ?? []) : []));
    for (const recordId of created) this.made.add(recordId);
    this.byChunk.set(chunkNo, created);
  }

  /** The id of a record that was there before; null for one that the job made. */
  lastingId(recordId: string | null): string | null {
    return recordId !== null && this.made.has(recordId) ? null : recordId;
  }
}
