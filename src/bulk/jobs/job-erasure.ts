import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { JobFiles } from '../files/job-files';
import type { BulkJob } from './bulk-job.entity';
import { HeldRows } from '../personal/held-rows';
import { heldByJob } from './bulk-job.errors';
import { BulkJobRepository } from './bulk-job.repository';
import type { RowOutcome } from './bulk-outcome.entity';
import { withoutValues } from './erased-outcome';

/** Erases what a job keeps of the rows that were sent; its counters stay, and what became of each row. */
@Injectable()
export class JobErasure {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: BulkJobRepository,
    private readonly files: JobFiles,
    private readonly held: HeldRows,
  ) {}

  /** Ids of the jobs that were not erased yet. */
  listKept(): Promise<string[]> {
    return this.files.listJobs();
  }

  /** True for a job that keeps something about a customer under a legal hold, and so is not to be erased yet. */
  isHeld(job: BulkJob): Promise<boolean> {
    return this.held.areIn(job);
  }

  /** @throws CustomerHeld for a job that is not to be erased yet */
  async requireErasable(job: BulkJob): Promise<void> {
    if (await this.isHeld(job)) throw heldByJob();
  }

  /** Erases the rows and result files of a job that has ended, and the values in its results. Can be done again. */
  async erase(job: BulkJob): Promise<void> {
    for (let chunkNo = 0; chunkNo < job.chunks; chunkNo++) {
      await this.unitOfWork.run(async (transaction) => {
        const outcomes = await this.jobs.listOutcomes(transaction, job, chunkNo);
        if (outcomes.every(hasNoValues)) return;
        await this.jobs.replaceOutcomes(transaction, job, chunkNo, outcomes.map(withoutValues));
      });
    }
    // Last: by its folder the sweep finds a job that was not done with.
    await this.files.removeJobFolder(job.jobId);
  }
}

function hasNoValues({ issues, warnings, changes }: RowOutcome): boolean {
  return issues.length === 0 && warnings.length === 0 && changes === undefined;
}
