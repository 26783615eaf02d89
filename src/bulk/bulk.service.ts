import { Injectable } from '@nestjs/common';
import { FileIntake } from './files/file-intake';
import { ItemIntake, ItemRows } from './files/item-intake';
import { Upload, UploadReceiver } from './files/upload.receiver';
import { JobIntake, JobRequest } from './jobs/job-intake';
import { BulkRun, JobWait } from './jobs/job-wait';
import type { JobListeners } from './jobs/job-worker';

/** What a call wants of its job besides having it done. */
export interface RunOptions extends JobListeners {
  /** Milliseconds to wait for it; null or absent: as long as the service does. */
  readonly waitMs?: number | null;
}

/** Turns what came in, a file or the items of a request, into a job and runs it. */
@Injectable()
export class BulkService {
  constructor(
    private readonly uploads: UploadReceiver,
    private readonly files: FileIntake,
    private readonly items: ItemIntake,
    private readonly intake: JobIntake,
    private readonly jobs: JobWait,
  ) {}

  /**
   * Works through a whole file. Rows that cannot be applied are outcomes of the job, never errors.
   *
   * @throws the file errors when the file as a whole cannot be used: nothing is applied and no file stays behind.
   * @throws JobFailed when the result does not add up, JobInterrupted when the service stops meanwhile.
   */
  async importFile(request: JobRequest, upload: Upload, options: RunOptions = {}): Promise<BulkRun> {
    const { companyRef } = request;
    const take = this.intake.accept(request, (jobId, tables) => this.files.take(jobId, { companyRef, tables }, upload));
    const job = await take.finally(() => this.uploads.discard(upload));
    return this.jobs.run(job, options, options.waitMs ?? null);
  }

  /**
   * Works through the items of a request, which have passed its schema; their rows are numbered from 1.
   *
   * @throws JobFailed, JobInterrupted as `importFile` does.
   */
  async applyItems(request: JobRequest, rows: ItemRows, options: RunOptions = {}): Promise<BulkRun> {
    const job = await this.intake.accept(request, (jobId) => this.items.take(jobId, rows));
    return this.jobs.run(job, options, options.waitMs ?? null);
  }
}
