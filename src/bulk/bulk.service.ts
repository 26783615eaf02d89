import { Injectable, Logger } from '@nestjs/common';
import { UnitOfWork } from '../platform/database/unit-of-work';
import { randomPublicId } from '../platform/ids/public-id';
import { ImporterRegistry } from './engine/importer.registry';
import { JobRunner, ProgressListener } from './engine/job-runner';
import { FileIntake, TakenFile } from './files/file-intake';
import { JobFiles } from './files/job-files';
import { OutcomeListener, ResultFiles } from './files/result-files';
import { Upload, UploadReceiver } from './files/upload.receiver';
import { BulkJob, JobOptions } from './jobs/bulk-job.entity';
import { JobFailed } from './jobs/bulk-job.errors';
import { BulkJobRepository } from './jobs/bulk-job.repository';
import { emptyTally, unprocessedRows } from './jobs/tally';

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

/** Those who want to follow a job. */
export interface ImportListeners {
  readonly onProgress?: ProgressListener;
  readonly onOutcome?: OutcomeListener;
}

/** Turns an uploaded file into a job, runs it and leaves its result files. */
@Injectable()
export class BulkService {
  private readonly logger = new Logger(BulkService.name);

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly importers: ImporterRegistry,
    private readonly jobs: BulkJobRepository,
    private readonly work: BulkWork,
  ) {}

  /**
   * Works through a whole file. Rows that cannot be applied are outcomes of the job, never errors.
   *
   * @throws the file errors when the file as a whole cannot be used: nothing is applied and no file stays behind.
   * @throws JobFailed when the result does not add up.
   */
  async importFile(request: ImportRequest, listeners: ImportListeners = {}): Promise<BulkJob> {
    const job = await this.accept(request);
    const applied = await this.work.runner.run(job, listeners.onProgress);
    await this.work.results.write(applied, this.importers.get(job.target), listeners.onOutcome ?? (() => undefined));
    return this.finish(applied);
  }

  /** Stores the file and the job: from here on the rows are safe. */
  private async accept(request: ImportRequest): Promise<BulkJob> {
    const jobId = randomPublicId('JOB', 26);
    const importer = this.importers.get(request.target);
    await this.work.files.createJobFolder(jobId);
    try {
      const taken = await this.work.intake.take(jobId, importer, request.upload);
      return await this.unitOfWork.run(async (transaction) => {
        const { companyRef, target } = request;
        const parent =
          taken.parentJobId === null
            ? null
            : await this.jobs.findInCompany(transaction, companyRef, target, taken.parentJobId);
        return this.jobs.insert(transaction, newJob(jobId, request, taken, parent, tablesOf(importer.tables, taken)));
      });
    } catch (error) {
      await this.work.files.removeJobFolder(jobId);
      throw error;
    } finally {
      await this.work.uploads.discard(request.upload);
    }
  }

  /** Ends a job, if each of its rows stands in exactly one count. */
  private async finish(job: BulkJob): Promise<BulkJob> {
    const missing = job.tallies.reduce((sum, tally) => sum + unprocessedRows(tally), 0);
    const finishedAt = new Date();
    const error =
      missing === 0
        ? null
        : { code: 'ROWS_UNACCOUNTED', message: `${missing} rows stand in no count; tell the operator.` };
    const state = error === null ? 'completed' : 'failed';
    await this.unitOfWork.run((transaction) =>
      this.jobs.transition(transaction, job, 'running', state, { finishedAt, ...(error && { error }) }),
    );
    this.logger.log({ jobId: job.jobId, target: job.target, state, tallies: job.tallies }, 'job ended');
    if (error !== null) throw new JobFailed(`The job ${job.jobId} does not add up: ${error.message}`);
    return { ...job, state, finishedAt };
  }
}

/** The parts a job is worked with. */
@Injectable()
export class BulkWork {
  constructor(
    readonly files: JobFiles,
    readonly intake: FileIntake,
    readonly runner: JobRunner,
    readonly results: ResultFiles,
    readonly uploads: UploadReceiver,
  ) {}
}

function tablesOf(tables: readonly { readonly name: string }[], { received }: TakenFile): BulkJob['tallies'] {
  return tables.map(({ name }, index) => emptyTally(name, received[index] ?? 0));
}

function newJob(
  jobId: string,
  { companyRef, createdBy, family, target, upload, options }: ImportRequest,
  taken: TakenFile,
  parent: BulkJob | null,
  tallies: BulkJob['tallies'],
): Omit<BulkJob, 'id'> {
  const now = new Date();
  return {
    jobId,
    companyRef,
    family,
    target,
    state: 'running',
    dryRun: false,
    parentJobId: parent?.jobId ?? null,
    fileName: upload.file.fileName,
    fileFormat: taken.format,
    fileSha256: upload.file.sha256,
    createdBy,
    options,
    tallies,
    chunks: taken.chunks,
    nextChunk: 0,
    error: null,
    createdAt: now,
    startedAt: now,
    finishedAt: null,
  };
}
