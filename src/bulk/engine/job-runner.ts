import { setImmediate as yieldToOthers, setTimeout as sleep } from 'node:timers/promises';
import { BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { CommitOutcomeUnknown } from '../../platform/database/database.errors';
import { isDatabaseUnavailable } from '../../platform/database/driver-error';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import type { BulkJob } from '../jobs/bulk-job.entity';
import { JobInterrupted, takenOver } from '../jobs/bulk-job.errors';
import { JobControl, type JobStop } from '../jobs/job-control';
import { hasTooManyErrors } from '../jobs/tally';
import type { ChunkSource, ChunkTask } from './chunk-source';
import { ChunkSources } from './chunk-sources';
import { ChunkWork } from './chunk-work';
import { WholeRun } from './whole-run';

/** How long a job waits for a database that went away before it gives up until the next start. */
const DATABASE_PATIENCE_MS = 120_000;
const DATABASE_PAUSE_MS = 500;
const RESTART_SECONDS = 10;

/** Called after every chunk with the job as it stands. */
export type ProgressListener = (job: BulkJob) => void;

/**
 * Applies the rows of a job chunk by chunk. The transaction of a chunk holds its data, its history, the outcome of each
 * row and the checkpoint, so each row is applied exactly once however often a chunk is tried.
 */
@Injectable()
export class JobRunner implements BeforeApplicationShutdown {
  private readonly logger = new Logger(JobRunner.name);
  private stopping = false;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly control: JobControl,
    private readonly sources: ChunkSources,
    private readonly work: ChunkWork,
    private readonly wholeRun: WholeRun,
  ) {}

  /** Lets running jobs stop at the next border between two chunks. */
  beforeApplicationShutdown(): void {
    this.stopping = true;
  }

  /**
   * Runs the chunks that are not applied yet and gives the job as it is then: worked through, or stopped before.
   *
   * @throws JobInterrupted
   */
  async run(job: BulkJob, onProgress: ProgressListener = () => undefined): Promise<BulkJob> {
    const source = await this.sources.open(job);
    try {
      const isWhole = job.dryRun || job.options.onError === 'abort';
      if (!isWhole) return await this.runByChunk(job, source, onProgress);
      return await this.survivingOutages(job, () => this.wholeRun.run(job, source, () => this.stopOf(job)));
    } finally {
      await source.close();
    }
  }

  private async runByChunk(job: BulkJob, source: ChunkSource, onProgress: ProgressListener): Promise<BulkJob> {
    let current = job;
    while (current.nextChunk < current.chunks && !hasTooManyErrors(current)) {
      const stop = await this.stopOf(current);
      if (stop !== null) return { ...current, ...stop };
      const task = await source.read(current, current.nextChunk);
      current = await this.survivingOutages(current, () => this.applyChunk(current, task));
      onProgress(current);
      await yieldToOthers();
    }
    return current;
  }

  private applyChunk(job: BulkJob, task: ChunkTask): Promise<BulkJob> {
    let tries = 0;
    return this.unitOfWork.run(async (transaction) => {
      tries++;
      return this.work.store(transaction, job, await this.work.apply(transaction, job, task, tries));
    });
  }

  private async stopOf(job: BulkJob): Promise<JobStop | null> {
    if (this.stopping) {
      throw new JobInterrupted(
        `The service is being stopped; the job ${job.jobId} goes on by itself when it is back.`,
        {
          retryAfterSeconds: RESTART_SECONDS,
        },
      );
    }
    return this.control.stopOf(job);
  }

  /** Runs a step; while the database is away it waits, then reads the checkpoint to learn whether the step was stored. */
  private async survivingOutages(job: BulkJob, step: () => Promise<BulkJob>): Promise<BulkJob> {
    const until = Date.now() + DATABASE_PATIENCE_MS;
    let attempt = step;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        const isOutage = error instanceof CommitOutcomeUnknown || isDatabaseUnavailable(error);
        if (!isOutage || Date.now() > until) throw error;
        this.logger.warn({ err: error, jobId: job.jobId, chunk: job.nextChunk }, 'waiting for the database');
        await sleep(DATABASE_PAUSE_MS);
        attempt = async () => {
          const stored = await this.control.reload(job);
          if (stored.fence !== job.fence) throw takenOver(job.jobId);
          return stored.nextChunk > job.nextChunk ? stored : step();
        };
      }
    }
  }
}
