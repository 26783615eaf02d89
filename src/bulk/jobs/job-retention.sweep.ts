import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AppConfig } from '../../platform/config/app-config';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { HourlySweep } from '../../platform/schedule/hourly-sweep';
import type { BulkJob } from './bulk-job.entity';
import { BulkJobRepository } from './bulk-job.repository';
import { JobErasure } from './job-erasure';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Jobs looked up at once. */
const BATCH = 500;

/**
 * Erases the rows that were sent, and what was said of them, of jobs that ended long ago; their counters stay. A job with
 * rows about a customer under a legal hold is left as it is until the hold is lifted.
 */
@Injectable()
export class JobRetentionSweep extends HourlySweep {
  constructor(
    host: HttpAdapterHost,
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: BulkJobRepository,
    private readonly config: AppConfig,
    private readonly erasure: JobErasure,
  ) {
    super(host);
  }

  async sweep(): Promise<void> {
    const endedBefore = new Date(Date.now() - this.config.resultDays * DAY_MS);
    const kept = await this.erasure.listKept();
    for (let start = 0; start < kept.length && !this.stopping; start += BATCH) {
      const some = kept.slice(start, start + BATCH);
      const over = await this.unitOfWork.read((transaction) => this.jobs.listEnded(transaction, some, endedBefore));
      let erased = 0;
      for (const job of over) if (await this.eraseUnlessHeld(job)) erased++;
      if (erased > 0) this.logger.log({ jobs: erased }, 'erased the files of jobs that ended long ago');
    }
  }

  /** One that cannot be read or removed is told of, and keeps no other from being erased. */
  private async eraseUnlessHeld(job: BulkJob): Promise<boolean> {
    try {
      if (await this.erasure.isHeld(job)) return false;
      await this.erasure.erase(job);
      return true;
    } catch (err) {
      this.logger.warn({ err, jobId: job.jobId }, 'a job that ended long ago could not be erased; it is tried again');
      return false;
    }
  }
}
