import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AppConfig } from '../../platform/config/app-config';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { HourlySweep } from '../../platform/schedule/hourly-sweep';
import { JobFiles } from '../files/job-files';
import { BulkJobRepository } from './bulk-job.repository';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Jobs looked up at once. */
const BATCH = 500;

/** Erases the rows that were sent and the result files of jobs that ended long ago; their counters stay. */
@Injectable()
export class JobRetentionSweep extends HourlySweep {
  constructor(
    host: HttpAdapterHost,
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: BulkJobRepository,
    private readonly files: JobFiles,
    private readonly config: AppConfig,
  ) {
    super(host);
  }

  async sweep(): Promise<void> {
    const endedBefore = new Date(Date.now() - this.config.resultDays * DAY_MS);
    const kept = await this.files.listJobs();
    for (let start = 0; start < kept.length && !this.stopping; start += BATCH) {
      const some = kept.slice(start, start + BATCH);
      const over = await this.unitOfWork.read((transaction) => this.jobs.listEnded(transaction, some, endedBefore));
      for (const jobId of over) await this.files.removeJobFolder(jobId);
      if (over.length > 0) this.logger.log({ jobs: over.length }, 'erased the files of jobs that ended long ago');
    }
  }
}
