import { Injectable } from '@nestjs/common';
import { CommitOutcomeUnknown } from '../../platform/database/database.errors';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import type { Transaction } from '../../platform/database/transaction';
import { checkExpectedCount } from '../../platform/validation/expected-count';
import { randomPublicId } from '../../platform/ids/public-id';
import type { BulkImporter } from '../engine/bulk-importer.contract';
import { ImporterRegistry } from '../engine/importer.registry';
import type { TakenRows } from '../files/file-intake';
import { JobFiles } from '../files/job-files';
import { rowsInAll } from '../reading/file-reading';
import { BulkJob, JobOptions } from './bulk-job.entity';
import { BulkJobRepository } from './bulk-job.repository';
import { JobAdmission } from './job-admission';
import { emptyTally } from './tally';

/** Rows to be worked on: whose, and how. */
export interface JobRequest {
  readonly companyRef: number;
  readonly createdBy: string;
  readonly family: string;
  /** Importer that takes the rows, such as `customer.update`. */
  readonly target: string;
  readonly options: JobOptions;
  /** Everything is done and nothing stored. */
  readonly dryRun?: boolean;
  /** Job that this one follows. */
  readonly parentJobId?: string;
  /** Rows it must have; absent for any number. */
  readonly expectedRows?: number | undefined;
}

/** Brings rows into the folder of a new job. */
export type TakeRows = (jobId: string, tables: BulkImporter['tables']) => Promise<TakenRows>;

/** What else is stored together with a new job. */
export type AlongWithJob = (transaction: Transaction, jobId: string) => Promise<void>;

/** Turns rows that came in into jobs. */
@Injectable()
export class JobIntake {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly importers: ImporterRegistry,
    private readonly jobs: BulkJobRepository,
    private readonly files: JobFiles,
    private readonly admission: JobAdmission,
  ) {}

  /**
   * Stores the rows and the job: from here on they are safe. Where the same call made a job before, that job has ended,
   * and is all there is.
   *
   * @throws what `take` and `along` throw when the rows as a whole cannot be used; nothing of them stays behind.
   * CallStillRunning, TooManyJobs, CountDiffers
   */
  async accept(request: JobRequest, take: TakeRows, along?: AlongWithJob): Promise<BulkJob> {
    const earlier = await this.admission.findEarlier();
    return earlier ?? this.admission.within(request.companyRef, () => this.make(request, take, along));
  }

  private async make({ expectedRows, ...request }: JobRequest, take: TakeRows, along?: AlongWithJob): Promise<BulkJob> {
    const jobId = randomPublicId('JOB', 26);
    const { companyRef, target } = request;
    const { tables } = this.importers.get(target);
    await this.files.createJobFolder(jobId);
    try {
      const taken = await take(jobId, tables);
      checkExpectedCount('expectedRows', expectedRows, rowsInAll(taken.received));
      const tallies = tables.map(({ name }, index) => emptyTally(name, taken.received[index] ?? 0));
      return await this.unitOfWork.run(async (transaction) => {
        // A failure file of another company or importer says nothing here.
        const parent =
          taken.parentJobId === null
            ? null
            : await this.jobs.findInCompany(transaction, companyRef, target, taken.parentJobId);
        await this.admission.bind(transaction, jobId);
        await along?.(transaction, jobId);
        const parentJobId = request.parentJobId ?? parent?.jobId ?? null;
        return this.jobs.insert(transaction, newJob(jobId, request, taken, tallies, parentJobId));
      });
    } catch (error) {
      // A job whose COMMIT went unanswered may be stored; the rows of one that is not go with the next clean-up.
      if (!(error instanceof CommitOutcomeUnknown)) await this.files.removeJobFolder(jobId);
      throw error;
    }
  }
}

function newJob(
  jobId: string,
  request: Omit<JobRequest, 'expectedRows'>,
  { format, fileName, sha256, chunks }: TakenRows,
  tallies: BulkJob['tallies'],
  parentJobId: string | null,
): Omit<BulkJob, 'id' | 'leaseUntil'> {
  const now = new Date();
  return {
    ...request,
    jobId,
    state: 'queued',
    dryRun: request.dryRun ?? false,
    parentJobId,
    fileName,
    fileFormat: format,
    fileSha256: sha256,
    tallies,
    chunks,
    nextChunk: 0,
    cancelRequested: false,
    error: null,
    fence: 0,
    committedBy: null,
    retriedBy: null,
    createdAt: now,
    startedAt: null,
    finishedAt: null,
  };
}
