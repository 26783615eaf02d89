import { Injectable, Logger } from '@nestjs/common';
import { StandingAccess } from '../../platform/auth/standing-access';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { ImporterRegistry } from '../engine/importer.registry';
import type { BulkJob } from './bulk-job.entity';
import { BulkJobRepository } from './bulk-job.repository';

/** Why a job is not to go on: somebody cancelled it, or its caller may not do any more what it asked for. */
export type JobStop = Pick<BulkJob, 'cancelRequested' | 'error'>;

/** What is stored of jobs that others may have changed since: whether they are to go on, and how far they came. */
@Injectable()
export class JobControl {
  private readonly logger = new Logger(JobControl.name);

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: BulkJobRepository,
    private readonly importers: ImporterRegistry,
    private readonly access: StandingAccess,
  ) {}

  /** Asked before every chunk; null for a job that may go on. */
  async stopOf(job: BulkJob): Promise<JobStop | null> {
    const { jobId, createdBy, target, nextChunk } = job;
    if (await this.unitOfWork.read((transaction) => this.jobs.isCancelRequested(transaction, job))) {
      return { cancelRequested: true, error: null };
    }
    if (await this.access.stands(createdBy, this.importers.scopeOf(target))) return null;
    this.logger.warn({ jobId, createdBy, chunk: nextChunk }, 'a job stops: its credential may not go on with it');
    return { cancelRequested: job.cancelRequested, error: ACCESS_REVOKED };
  }

  /** The job as it is stored. */
  reload({ jobId }: BulkJob): Promise<BulkJob> {
    return this.unitOfWork.read((transaction) => this.jobs.get(transaction, jobId));
  }
}

const ACCESS_REVOKED = {
  code: 'ACCESS_REVOKED',
  message:
    'the token that began the job was revoked, or lost the scope for it; what was applied stays, the other rows are unprocessed: retry the job under a token that may',
};
