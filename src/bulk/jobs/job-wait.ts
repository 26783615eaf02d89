import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config';
import { BulkJob, hasEnded } from './bulk-job.entity';
import { EndedJob } from './ended-job';
import { JobListeners, JobWorker } from './job-worker';

const SECOND_MS = 1000;

/** A job as far as its call waited for it. */
export interface BulkRun {
  readonly job: BulkJob;
  /** False: it is still waiting or running, and goes on by itself. */
  readonly isDone: boolean;
}

/** Works on jobs, and waits for them no longer than their callers want. */
@Injectable()
export class JobWait {
  private readonly logger = new Logger(JobWait.name);

  constructor(
    private readonly worker: JobWorker,
    private readonly ended: EndedJob,
    private readonly config: AppConfig,
  ) {}

  /**
   * Starts a job and gives it when it has ended, or as it was when the time is up. One that has ended already is only
   * told again.
   *
   * @param longestMs what the caller asked for; never more than the service's own limit, which null stands for
   * @throws what `JobWorker.work` throws, while somebody waits
   */
  async run(job: BulkJob, listeners: JobListeners, longestMs: number | null): Promise<BulkRun> {
    if (hasEnded(job.state)) {
      await this.ended.tell(job, listeners);
      return { job, isDone: true };
    }
    const limitMs = Math.min(longestMs ?? Infinity, this.config.jobWaitSeconds * SECOND_MS);
    const work = this.worker.work(job, listeners);
    const patience = new AbortController();
    const timeIsUp = sleep(limitMs, null, { signal: patience.signal }).catch(() => null);
    const done = await Promise.race([work, timeIsUp]).finally(() => patience.abort());
    if (done !== null) return { job: done, isDone: true };
    work.catch((error: unknown) => this.logger.warn({ err: error, jobId: job.jobId }, 'a job stopped'));
    return { job, isDone: false };
  }
}
