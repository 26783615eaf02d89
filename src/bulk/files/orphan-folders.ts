import { Injectable, OnModuleInit } from '@nestjs/common';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { BulkJobRepository } from '../jobs/bulk-job.repository';
import { JobFiles } from './job-files';

/**
 * Removes at the start what a process left that died between taking rows in and storing their job: nobody could find or
 * erase them any more. Only folders whose rows were still being taken in are looked at, so that a service started on the
 * wrong database removes nothing.
 */
@Injectable()
export class OrphanFolders implements OnModuleInit {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: BulkJobRepository,
    private readonly files: JobFiles,
  ) {}

  async onModuleInit(): Promise<void> {
    for (const jobId of await this.files.listUnsettled()) {
      const isKnown = await this.unitOfWork.read((transaction) => this.jobs.exists(transaction, jobId));
      if (isKnown) await this.files.settle(jobId);
      else await this.files.removeJobFolder(jobId);
    }
  }
}
