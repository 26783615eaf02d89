import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { ImporterRegistry } from '../engine/importer.registry';
import { SpoolReader } from '../engine/row-spool';
import { SPOOL_NAME } from '../files/file-intake';
import { JobFiles } from '../files/job-files';
import type { OutcomeListener } from '../files/result-files';
import type { BulkJob } from './bulk-job.entity';
import { JobFailed, ResultNotFound } from './bulk-job.errors';
import { BulkJobRepository } from './bulk-job.repository';

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
  async tell(job: BulkJob, onOutcome: OutcomeListener = () => undefined): Promise<void> {
    if (job.state === 'failed') {
      throw new JobFailed(`The job ${job.jobId} failed: ${job.error?.message ?? 'its cause is in the log'}.`);
    }
    const tables = await this.tablesOf(job);
    for (let chunkNo = 0; chunkNo < job.nextChunk; chunkNo++) {
      const outcomes = await this.unitOfWork.read((transaction) => this.jobs.listOutcomes(transaction, job, chunkNo));
      for (const outcome of outcomes) onOutcome(outcome, tables(chunkNo));
    }
  }

  /** Name of the table of each chunk. */
  private async tablesOf(job: BulkJob): Promise<(chunkNo: number) => string> {
    const { tables } = this.importers.get(job.target);
    if (tables.length === 1) return () => tables[0].name;
    const spool = await SpoolReader.open(this.files.of(job.jobId, SPOOL_NAME)).catch(() => {
      throw new ResultNotFound('The rows of the job were erased; its counters are all that is left.');
    });
    try {
      const names: string[] = [];
      for (let chunkNo = 0; chunkNo < job.nextChunk; chunkNo++) {
        names.push(tables[(await spool.read(chunkNo)).table]?.name ?? '');
      }
      return (chunkNo) => names[chunkNo] ?? '';
    } finally {
      await spool.close();
    }
  }
}
