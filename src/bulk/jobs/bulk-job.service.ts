import { Injectable } from '@nestjs/common';
import { Caller } from '../../platform/auth/caller';
import { CompanyAccess } from '../../platform/companies/company-access';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { BulkJob } from './bulk-job.entity';
import { JobNotFound } from './bulk-job.errors';
import { BulkJobRepository } from './bulk-job.repository';

/** Jobs as callers see them. */
@Injectable()
export class BulkJobService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: BulkJobRepository,
    private readonly companies: CompanyAccess,
  ) {}

  /**
   * A job in a book the caller reaches.
   *
   * @param caller null when a signed link, made for exactly this job, already opened the way
   * @throws JobNotFound for an unknown job and for a foreign one.
   */
  async get(caller: Caller | null, jobId: string): Promise<BulkJob> {
    const job = await this.unitOfWork.read((transaction) => this.jobs.get(transaction, jobId));
    if (caller !== null && !(await this.companies.reaches(caller, job.companyRef))) {
      throw new JobNotFound('There is no such job; check the job id.');
    }
    return job;
  }
}
