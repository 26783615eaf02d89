import { setImmediate as yieldToOthers, setTimeout as sleep } from 'node:timers/promises';
import { BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { CommitOutcomeUnknown } from '../../platform/database/database.errors';
import { isDatabaseUnavailable } from '../../platform/database/driver-error';
import type { AppliedChunk } from '../files/result-files';
import type { BulkJob } from '../jobs/bulk-job.entity';
import { JobInterrupted, takenOver } from '../jobs/bulk-job.errors';
import { JobControl, type JobStop } from '../jobs/job-control';
import { hasTooManyErrors } from '../jobs/tally';
import type { AppliedStep } from './chunk-sequence';
import { ChunkSequences } from './chunk-sequences';
import type { ChunkSource } from './chunk-source';
import { ChunkSources } from './chunk-sources';
import { WholeRun } from './whole-run';

/** How long a step of a job waits for a database that went away before it is given up, for whoever goes on with the job. */
const DATABASE_PATIENCE_MS = 120_000;
const DATABASE_PAUSE_MS = 500;
const RESTART_SECONDS = 10;

/** Called after every chunk that is stored by itself with the job as it stands. */
export type ProgressListener = (job: BulkJob) => void;

/** Those who follow a run. */
export interface RunListeners {
  readonly onProgress?: ProgressListener | undefined;
  /**
   * Called with the rows of each chunk once they are stored (null where they must be looked up), while the next chunk is
   * being applied; the run ends with it when it fails.
   */
  readonly onChunk: (job: BulkJob, chunk: AppliedChunk | null) => Promise<void>;
  /** Called before a job that is done in one piece begins, each time it does: what was told before does not count. */
  readonly onRestart: () => Promise<void>;
}

/**
 * Applies the rows of a job chunk by chunk. The transaction of a chunk holds its data, its history, the outcome of each
 * row and the checkpoint, so each row is applied exactly once however often a chunk is tried.
 */
@Injectable()
export class JobRunner implements BeforeApplicationShutdown {
  private readonly logger = new Logger(JobRunner.name);
  private stopping = false;

  constructor(
    private readonly control: JobControl,
    private readonly sources: ChunkSources,
    private readonly sequences: ChunkSequences,
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
  async run(job: BulkJob, listeners: RunListeners): Promise<BulkJob> {
    const source = await this.sources.open(job);
    try {
      const isWhole = job.dryRun || job.options.onError === 'abort';
      if (!isWhole) return await this.runByChunk(job, source, listeners);
      return await this.runWhole(job, source, listeners);
    } finally {
      await source.close();
    }
  }

  /** While a server works on one chunk, the next ones are read and judged, and the results of the last are written. */
  private async runByChunk(job: BulkJob, source: ChunkSource, { onProgress, onChunk }: RunListeners): Promise<BulkJob> {
    let current = job;
    let told: Promise<unknown> = Promise.resolve();
    const sequence = this.sequences.begin(source, (reached) => this.control.stopOf(reached));
    try {
      while (current.nextChunk < current.chunks && !hasTooManyErrors(current)) {
        // A chunk that is ahead looks by itself: it holds rows, and those who wait for them may hold all other connections.
        const looking = sequence.isAhead ? this.requireRunning(job) : this.stopOf(current);
        const [task, stop] = await Promise.all([source.read(job, current.nextChunk), looking]);
        if (stop !== null) {
          current = { ...current, ...stop };
          break;
        }
        if (task === null) throw new Error(`The job ${job.jobId} has no chunk ${current.nextChunk}`);
        const reached = current;
        const applied = await this.survivingOutages(reached, () => sequence.apply(task, reached));
        if ('stop' in applied) {
          current = { ...current, ...applied.stop };
          break;
        }
        await told;
        const { job: stored, outcomes } = applied;
        // A turn later: the next chunk is on its way to the database by then, if it has decided.
        told = yieldToOthers().then(() => onChunk(stored, outcomes === null ? null : { rows: task.rows, outcomes }));
        told.catch(() => undefined);
        current = stored;
        onProgress?.(current);
        if (!sequence.isAhead) await yieldToOthers();
      }
      await told;
      return current;
    } finally {
      await Promise.allSettled([told, sequence.end()]);
    }
  }

  /** Results are written while the database takes back what was not to stay. */
  private async runWhole(job: BulkJob, source: ChunkSource, listeners: RunListeners): Promise<BulkJob> {
    let undone = Promise.resolve();
    const step = async (): Promise<AppliedStep> => {
      const end = await this.wholeRun.run(job, source, () => this.stopOf(job), listeners);
      ({ undone } = end);
      return { job: end.job, outcomes: null };
    };
    const { job: reached } = await this.survivingOutages(job, step);
    await Promise.all([listeners.onChunk(reached, null), undone]);
    return reached;
  }

  private async stopOf(job: BulkJob): Promise<JobStop | null> {
    this.requireRunning(job);
    return this.control.stopOf(job);
  }

  /** @throws JobInterrupted when the service stops */
  private requireRunning({ jobId }: BulkJob): null {
    if (!this.stopping) return null;
    throw new JobInterrupted(`The service is being stopped; the job ${jobId} goes on by itself when it is back.`, {
      retryAfterSeconds: RESTART_SECONDS,
    });
  }

  /** Runs a step; while the database is away it waits, then reads the checkpoint to learn whether the step was stored. */
  private async survivingOutages<T>(job: BulkJob, step: () => Promise<T>): Promise<T | AppliedStep> {
    let until: number | null = null;
    let attempt: () => Promise<T | AppliedStep> = step;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        const isOutage = error instanceof CommitOutcomeUnknown || isDatabaseUnavailable(error);
        // A stop does not wait for a database: whoever goes on reads the checkpoint, too.
        until ??= performance.now() + DATABASE_PATIENCE_MS;
        if (!isOutage || this.stopping || performance.now() > until) throw error;
        this.logger.warn({ err: error, jobId: job.jobId, chunk: job.nextChunk }, 'waiting for the database');
        await sleep(DATABASE_PAUSE_MS);
        attempt = async () => {
          const stored = await this.control.reload(job);
          if (stored.fence !== job.fence) throw takenOver(job.jobId);
          return stored.nextChunk > job.nextChunk ? { job: stored, outcomes: null } : step();
        };
      }
    }
  }
}
