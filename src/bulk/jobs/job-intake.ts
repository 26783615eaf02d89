import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { randomPublicId } from '../../platform/ids/public-id';
import { ImporterRegistry } from '../engine/importer.registry';
import { FileIntake, TakenFile } from '../files/file-intake';
import { JobFiles } from '../files/job-files';
import type { Upload } from '../files/upload.receiver';
import type { BulkJob, JobOptions } from './bulk-job.entity';
import { BulkJobRepository } from './bulk-job.repository';
import { leaseEnd } from './job-lease';
import { emptyTally } from './tally';

/** A file to be worked on, and how. */
export interface ImportRequest {
  readonly companyRef: number;
  readonly createdBy: string;
  readonly family: string;
  /** Importer that takes the rows, such as `customer.update`. */
  readonly target: string;
  readonly upload: Upload;
  readonly options: JobOptions;
}

/** Turns uploads into jobs. */
@Injectable()
export class JobIntake {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly importers: ImporterRegistry,
    private readonly jobs: BulkJobRepository,
    private readonly intake: FileIntake,
    private readonly files: JobFiles,
  ) {}

  /**
   * Stores the file and the job: from here on its rows are safe.
   *
   * @throws the file errors when the file as a whole cannot be used; nothing of it stays behind.
   */
  async accept(request: ImportRequest): Promise<BulkJob> {
    const jobId = randomPublicId('JOB', 26);
    const { companyRef, target } = request;
    const { tables } = this.importers.get(target);
    await this.files.createJobFolder(jobId);
    try {
      const taken = await this.intake.take(jobId, tables, request.upload);
      const tallies = tables.map(({ name }, index) => emptyTally(name, taken.received[index] ?? 0));
      return await this.unitOfWork.run(async (transaction) => {
        // A failure file of another company or importer says nothing here.
        const parent =
          taken.parentJobId === null
            ? null
            : await this.jobs.findInCompany(transaction, companyRef, target, taken.parentJobId);
        return this.jobs.insert(transaction, newJob(jobId, request, taken, tallies, parent?.jobId ?? null));
      });
    } catch (error) {
      await this.files.removeJobFolder(jobId);
      throw error;
    }
  }
}

function newJob(
  jobId: string,
  { upload, ...request }: ImportRequest,
  { format, chunks }: TakenFile,
  tallies: BulkJob['tallies'],
  parentJobId: string | null,
): Omit<BulkJob, 'id'> {
  const now = new Date();
  return {
    ...request,
    jobId,
    state: 'running',
    dryRun: false,
    parentJobId,
    fileName: upload.file.fileName,
    fileFormat: format,
    fileSha256: upload.file.sha256,
    tallies,
    chunks,
    nextChunk: 0,
    error: null,
    leaseUntil: leaseEnd(now),
    createdAt: now,
    startedAt: now,
    finishedAt: null,
  };
}
