import { Injectable } from '@nestjs/common';
import { CommitOutcomeUnknown } from '../../platform/database/database.errors';
import { isDatabaseUnavailable } from '../../platform/database/driver-error';
import { isStorageFault } from '../../platform/errors/storage-fault';
import { JobRunner, ProgressListener } from '../engine/job-runner';
import { ResultFiles, RowListeners } from '../files/result-files';
import type { BulkJob } from './bulk-job.entity';
import { JobInterrupted, JobTakenOver } from './bulk-job.errors';
import { BulkJobService } from './bulk-job.service';
import { JobLease } from './job-lease';
import { FailureCodes } from './job-metrics';
import { JobQueue } from './job-queue';

/** Those who want to follow a job. */
export interface JobListeners extends RowListeners {
  readonly onProgress?: ProgressListener;
}

/** Works through a job from its checkpoint when it is its turn: the rest of the rows, the result files, the end. */
@Injectable()
export class JobWorker {
  constructor(
    private readonly lease: JobLease,
    private readonly queue: JobQueue,
    private readonly runner: JobRunner,
    private readonly results: ResultFiles,
    private readonly jobs: BulkJobService,
  ) {}

  /** Every step can be repeated: what was applied is not applied again, result files are written anew. */
  work(job: BulkJob, listeners: JobListeners = {}): Promise<BulkJob> {
    return this.lease.hold(job, () => this.queue.add(job, () => this.workOff(job, listeners)));
  }

  private async workOff(job: BulkJob, listeners: JobListeners): Promise<BulkJob> {
    try {
      const started = await this.jobs.start(job);
      let failures = new FailureCodes();
      const applied = await this.apply(started, {
        ...listeners,
        onOutcome: (outcome, table) => {
          failures.note(outcome);
          listeners.onOutcome?.(outcome, table);
        },
        onRestart: () => {
          failures = new FailureCodes();
          listeners.onRestart?.();
        },
      });
      return await this.jobs.finish(applied, failures);
    } catch (error) {
      // A job that was only interrupted stays as it is, for whoever goes on with it.
      if (!isInterruption(error)) await this.jobs.fail(job, error);
      throw error;
    }
  }

  /** Applies the rows that are left and writes the result files along with it. */
  private async apply(job: BulkJob, listeners: JobListeners): Promise<BulkJob> {
    const results = await this.results.open(job, listeners);
    try {
      const applied = await this.runner.run(job, {
        onChunk: (reached, chunk) => results.follow(reached, chunk),
        onRestart: () => results.restart(),
        onProgress: listeners.onProgress,
      });
      await this.results.finish(applied, results);
      return applied;
    } catch (error) {
      await results.abort();
      throw error;
    }
  }
}

function isInterruption(error: unknown): boolean {
  return (
    error instanceof JobInterrupted ||
    error instanceof JobTakenOver ||
    error instanceof CommitOutcomeUnknown ||
    isDatabaseUnavailable(error) ||
    // A full disk is not the fault of the job: its rows are applied, and its files are written when there is space.
    isStorageFault(error)
  );
}
