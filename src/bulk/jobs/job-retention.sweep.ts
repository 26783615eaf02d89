import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AppConfig } from '../../platform/config/app-config';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { HourlySweep } from '../../platform/schedule/hourly-sweep';
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
      for (const job of over) {
        if (await this.erasure.isHeld(job)) continue;
        await this.erasure.erase(job);
        erased++;
      }
      if (erased > 0) this.logger.log({ jobs: erased }, 'erased the files of jobs that ended long ago');
    }
  }
}
