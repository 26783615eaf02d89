import { Injectable, Logger } from '@nestjs/common';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import type { BulkJob } from './bulk-job.entity';
import { BulkJobRepository } from './bulk-job.repository';

const RENEW_MS = 2_000;

/**
 * Marks a job as being worked on while the process lives. The lease only tells others when to take over; that no chunk
 * is applied twice is guarded by the checkpoint and the fence inside each chunk's transaction.
 */
@Injectable()
export class JobLease {
  private readonly logger = new Logger(JobLease.name);
  private readonly held = new Set<string>();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: BulkJobRepository,
  ) {}

  /**
   * Holds the lease of a running job during the work, which may take its time at the database, and gives it up when the
   * work is broken off.
   */
  async hold<T>(job: BulkJob, work: () => Promise<T>): Promise<T> {
    this.held.add(job.jobId);
    let renewal: Promise<void> | null = null;
    // One at a time: where the database is slow, more would only take its connections from the work.
    const renew = () => (renewal ??= this.renew(job).finally(() => (renewal = null)));
    const timer = setInterval(() => void renew(), RENEW_MS);
    try {
      return await this.unitOfWork.unhurried(work);
    } catch (error) {
      await this.set(job, false);
      throw error;
    } finally {
      clearInterval(timer);
      this.held.delete(job.jobId);
    }
  }

  /** True while this process works on the job, or lets it wait for its turn. */
  isHeld({ jobId }: BulkJob): boolean {
    return this.held.has(jobId);
  }

  /** Nobody waits for it, not even the request that has the job done. */
  private renew(job: BulkJob): Promise<void> {
    return this.unitOfWork.unhurried(() => this.set(job, true));
  }

  private async set(job: BulkJob, isHeld: boolean): Promise<void> {
    try {
      await this.unitOfWork.run((transaction) => this.jobs.setLease(transaction, job, isHeld));
    } catch (error) {
      this.logger.warn({ err: error, jobId: job.jobId }, 'a lease could not be renewed');
    }
  }
}
