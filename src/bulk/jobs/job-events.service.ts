import { setTimeout as sleep } from 'node:timers/promises';
import { BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { countersOf, JobCounters, speedOf } from '../dto/job-response.dto';
import type { JobRowResponse } from '../dto/job-row.dto';
import { BulkJob, hasEnded } from './bulk-job.entity';
import { BulkJobRepository } from './bulk-job.repository';
import { JobRowsService } from './job-rows.service';

/** At most four progress events a second (contract, section 5). */
const LOOK_EVERY_MS = 250;
/** Of the failed rows of one look the last so many: at most 20 a second. */
const ISSUES_A_LOOK = 5;
/** Proxies cut connections on which nothing moves. */
const SIGN_OF_LIFE_MS = 15_000;

/** What a listener is told. The id is where it goes on after a break: the chunk that comes next. */
export type JobEvent =
  | {
      readonly type: 'progress';
      readonly id: number;
      readonly data: JobCounters & { rowsPerSecond: number | null; etaSeconds: number | null };
    }
  | { readonly type: 'issue'; readonly id: number; readonly data: JobRowResponse }
  | { readonly type: 'end'; readonly id: number; readonly job: BulkJob }
  | { readonly type: 'alive' };

/**
 * Follows jobs. What it tells is read from the database, so it makes no difference which process works on the job, and a
 * listener that comes back after a restart goes on where it was.
 */
@Injectable()
export class JobEventsService implements BeforeApplicationShutdown {
  private readonly stopping = new AbortController();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: BulkJobRepository,
    private readonly rows: JobRowsService,
  ) {}

  /** Listeners come back to the next process. */
  beforeApplicationShutdown(): void {
    this.stopping.abort();
  }

  /**
   * Events of a job until it has ended, the listener is gone or the service stops.
   *
   * @param from chunk from which failed rows are told
   */
  async *follow(jobId: string, from: number, listener: AbortSignal): AsyncGenerator<JobEvent> {
    const signal = AbortSignal.any([listener, this.stopping.signal]);
    let next = from;
    let told = '';
    let silentSince = Date.now();
    while (!signal.aborted) {
      const job = await this.unitOfWork.read((transaction) => this.jobs.get(transaction, jobId));
      const progress = JSON.stringify([job.state, job.nextChunk]);
      if (progress !== told) {
        for (const row of await this.rows.listLastFailed(job, next, ISSUES_A_LOOK)) {
          // A listener who is cut off among them is told all of them again.
          yield { type: 'issue', id: next, data: row };
        }
        yield { type: 'progress', id: job.nextChunk, data: { ...countersOf(job), ...speedOf(job) } };
        told = progress;
        next = job.nextChunk;
        silentSince = Date.now();
      }
      if (hasEnded(job.state)) {
        yield { type: 'end', id: job.nextChunk, job };
        return;
      }
      if (Date.now() - silentSince >= SIGN_OF_LIFE_MS) {
        yield { type: 'alive' };
        silentSince = Date.now();
      }
      await sleep(LOOK_EVERY_MS, null, { signal }).catch(() => null);
    }
  }
}
