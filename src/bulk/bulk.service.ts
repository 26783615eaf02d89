import { Injectable } from '@nestjs/common';
import { UploadReceiver } from './files/upload.receiver';
import type { BulkJob } from './jobs/bulk-job.entity';
import { ImportRequest, JobIntake } from './jobs/job-intake';
import { JobListeners, JobWorker } from './jobs/job-worker';

/** Turns an uploaded file into a job, runs it and leaves its result files. */
@Injectable()
export class BulkService {
  constructor(
    private readonly uploads: UploadReceiver,
    private readonly intake: JobIntake,
    private readonly worker: JobWorker,
  ) {}

  /**
   * Works through a whole file. Rows that cannot be applied are outcomes of the job, never errors.
   *
   * @throws the file errors when the file as a whole cannot be used: nothing is applied and no file stays behind.
   * @throws JobFailed when the result does not add up, JobInterrupted when the service stops meanwhile.
   */
  async importFile(request: ImportRequest, listeners: JobListeners = {}): Promise<BulkJob> {
    const job = await this.intake.accept(request).finally(() => this.uploads.discard(request.upload));
    return this.worker.work(job, listeners);
  }
}
