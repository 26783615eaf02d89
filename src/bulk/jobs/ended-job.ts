import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { giveWay } from '../../platform/event-loop/give-way';
import { ImporterRegistry } from '../engine/importer.registry';
import { SpoolReader } from '../engine/row-spool';
import { SPOOL_NAME } from '../files/file-intake';
import { JobFiles } from '../files/job-files';
import type { RowListeners } from '../files/result-files';
import { type BulkJob, isCallersChoice } from './bulk-job.entity';
import { JobFailed, rowsErased } from './bulk-job.errors';
import { BulkJobRepository } from './bulk-job.repository';

/** One chunk of a job, for those who only want to tell of it. */
interface ToldChunk {
  readonly table: string;
  readonly rows: readonly number[];
}

/** Tells what became of the rows of a job that has ended, for a call that never got its answer. */
@Injectable()
export class EndedJob {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: BulkJobRepository,
    private readonly importers: ImporterRegistry,
    private readonly files: JobFiles,
  ) {}

  /**
   * Tells the outcomes as they were stored, in row order; nothing is applied or written.
   *
   * @throws JobFailed when the job had no trustworthy end, ResultNotFound when its rows were erased and were of several
   * tables.
   */
  async tell(job: BulkJob, { onOutcome, onUnprocessed }: RowListeners): Promise<void> {
    if (!isTrustworthy(job)) {
      throw new JobFailed(`The job ${job.jobId} failed: ${job.error?.message ?? 'its cause is in the log'}.`);
    }
    const chunks = await this.chunksOf(job);
    for (let chunkNo = 0; chunkNo < job.nextChunk; chunkNo++) {
      const outcomes = await this.unitOfWork.read((transaction) => this.jobs.listOutcomes(transaction, job, chunkNo));
      for (const outcome of outcomes) onOutcome?.(outcome, chunks[chunkNo]?.table ?? '');
      await giveWay();
    }
    for (const { rows, table } of chunks.slice(job.nextChunk)) for (const row of rows) onUnprocessed?.(row, table);
  }

  /** Table and row numbers of each chunk, as far as the outcomes alone do not tell them. */
  private async chunksOf(job: BulkJob): Promise<ToldChunk[]> {
    const { tables } = this.importers.get(job.target);
    const isToldByOutcomes = tables.length === 1 && job.nextChunk >= job.chunks;
    if (isToldByOutcomes) return Array.from({ length: job.chunks }, () => ({ table: tables[0].name, rows: [] }));
    const spool = await SpoolReader.open(this.files.of(job.jobId, SPOOL_NAME)).catch((cause: unknown) => {
      throw rowsErased(cause);
    });
    try {
      const chunks: ToldChunk[] = [];
      for (let chunkNo = 0; chunkNo < job.chunks; chunkNo++) {
        const { table, rows } = await spool.read(chunkNo);
        chunks.push({ table: tables[table]?.name ?? '', rows: rows.map(({ row }) => row) });
      }
      return chunks;
    } finally {
      await spool.close();
    }
  }
}

/** True for a job whose counters hold, also one that stopped because its caller wanted so. */
function isTrustworthy({ state, error }: BulkJob): boolean {
  return state !== 'failed' || isCallersChoice(error);
}
