import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config';
import type { Transaction } from '../../platform/database/transaction';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { callStillRunning } from '../../platform/idempotency/idempotency.errors';
import { IdempotentCalls } from '../../platform/idempotency/idempotent-calls';
import { storageFull, tooManyJobs } from '../../platform/limits/limit.errors';
import { StoredBytes } from '../files/stored-bytes';
import { BulkJob, hasEnded } from './bulk-job.entity';
import { BulkJobRepository } from './bulk-job.repository';

const MIB = 1024 * 1024;

/** Whether a call may make a job: not twice, and not when its company has enough of them or of their files. */
@Injectable()
export class JobAdmission {
  /** Jobs that are being made, by company. */
  private readonly coming = new Map<number, Set<Promise<BulkJob>>>();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: BulkJobRepository,
    private readonly calls: IdempotentCalls,
    private readonly config: AppConfig,
    private readonly stored: StoredBytes,
  ) {}

  /**
   * The job of the same call under the same idempotency key, which ended without its answer being stored.
   *
   * @throws CallStillRunning
   */
  async findEarlier(): Promise<BulkJob | null> {
    const jobId = this.calls.earlierJobId();
    if (jobId === null) return null;
    const job = await this.unitOfWork.read((transaction) => this.jobs.get(transaction, jobId));
    if (!hasEnded(job.state)) throw callStillRunning();
    return job;
  }

  /** Stores the idempotency key of the call with its job. @throws CallStillRunning when a rival was faster. */
  bind(transaction: Transaction, jobId: string): Promise<void> {
    return this.calls.bindToJob(transaction, jobId);
  }

  /**
   * Runs what makes a job of a company, if it may have one more. Exact within a process; several processes may together
   * go over the limit by as many jobs as they make at the same moment, because none waits for the others. Nor does the
   * limit of stored bytes: what is made while there is room may need more than that.
   *
   * @throws StorageFull, TooManyJobs
   */
  async within(companyRef: number, makeJob: () => Promise<BulkJob>): Promise<BulkJob> {
    const { jobsPerCompany, storedMbPerCompany } = this.config;
    const make = storedMbPerCompany === 0 ? makeJob : () => this.withinBytes(companyRef, makeJob);
    if (jobsPerCompany === 0) return make();
    const coming = this.coming.get(companyRef) ?? new Set();
    const making = this.admit(companyRef, [...coming]).then(make);
    this.coming.set(companyRef, coming.add(making));
    try {
      return await making;
    } finally {
      coming.delete(making);
      if (coming.size === 0) this.coming.delete(companyRef);
    }
  }

  private async withinBytes(companyRef: number, makeJob: () => Promise<BulkJob>): Promise<BulkJob> {
    const { storedMbPerCompany, resultDays } = this.config;
    const most = storedMbPerCompany * MIB;
    const stored = await this.stored.of(companyRef, most);
    if (stored >= most) throw storageFull(stored, most, resultDays);
    const job = await makeJob();
    await this.stored.add(companyRef, job.jobId);
    return job;
  }

  /** @param earlier jobs that may or may not be stored yet */
  private async admit(companyRef: number, earlier: readonly Promise<BulkJob>[]): Promise<void> {
    const { jobsPerCompany } = this.config;
    const count = () => this.unitOfWork.read((transaction) => this.jobs.countUnfinished(transaction, companyRef));
    if ((await count()) + earlier.length < jobsPerCompany) return;
    // Some of them may just have been counted twice.
    await Promise.allSettled(earlier);
    if ((await count()) >= jobsPerCompany) throw tooManyJobs(jobsPerCompany);
  }
}
