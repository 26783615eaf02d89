import { BeforeApplicationShutdown, Injectable, Logger, OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import type { BulkJob } from './bulk-job.entity';
import { BulkJobRepository } from './bulk-job.repository';
import { JobInterrupted } from './bulk-job.errors';
import { JobLease } from './job-lease';
import { JobWorker } from './job-worker';

const LOOK_EVERY_MS = 2_000;

/**
 * Goes on with jobs whose process died or was stopped. It looks while the service listens, so that command line tools,
 * which only borrow its modules, never start working on jobs.
 */
@Injectable()
export class JobResumer implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger(JobResumer.name);
  private timer: NodeJS.Timeout | null = null;
  private round: Promise<void> | null = null;

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: BulkJobRepository,
    private readonly worker: JobWorker,
    private readonly lease: JobLease,
  ) {}

  onModuleInit(): void {
    this.host.listen$.subscribe(() => {
      this.look();
      this.timer = setInterval(() => this.look(), LOOK_EVERY_MS);
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.round;
  }

  private look(): void {
    this.round ??= this.resumeAbandoned()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'looking for abandoned jobs failed'))
      .finally(() => (this.round = null));
  }

  private async resumeAbandoned(): Promise<void> {
    const abandoned = await this.unitOfWork.read((transaction) => this.jobs.listAbandoned(transaction));
    for (const job of abandoned) {
      // Its lease could not be renewed in time, but this very process works on it.
      if (this.lease.isHeld(job)) continue;
      const taken = await this.unitOfWork.run((transaction) => this.jobs.takeOver(transaction, job));
      if (taken === null) continue;
      this.logger.log({ jobId: job.jobId, chunk: taken.nextChunk, chunks: job.chunks }, 'going on with a job');
      void this.goOn(taken);
    }
  }

  /** All go on at once; the queue lets only so many long ones work at a time. */
  private async goOn(job: BulkJob): Promise<void> {
    try {
      await this.worker.work(job);
    } catch (error) {
      // Stopped again: the next start goes on. Anything else is logged and tried again at the next look.
      if (error instanceof JobInterrupted) return;
      this.logger.error({ err: error, jobId: job.jobId }, 'a job could not go on');
    }
  }
}
