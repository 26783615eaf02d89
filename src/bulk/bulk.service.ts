import { Injectable } from '@nestjs/common';
import { JobRunner, ProgressListener } from './engine/job-runner';
import { OutcomeListener, ResultFiles } from './files/result-files';
import { UploadReceiver } from './files/upload.receiver';
import type { BulkJob } from './jobs/bulk-job.entity';
import { BulkJobService } from './jobs/bulk-job.service';
import { ImportRequest, JobIntake } from './jobs/job-intake';

/** Those who want to follow a job. */
export interface ImportListeners {
  readonly onProgress?: ProgressListener;
  readonly onOutcome?: OutcomeListener;
}

/** Turns an uploaded file into a job, runs it and leaves its result files. */
@Injectable()
export class BulkService {
  constructor(
    private readonly uploads: UploadReceiver,
    private readonly intake: JobIntake,
    private readonly runner: JobRunner,
    private readonly results: ResultFiles,
    private readonly jobs: BulkJobService,
  ) {}

  /**
   * Works through a whole file. Rows that cannot be applied are outcomes of the job, never errors.
   *
   * @throws the file errors when the file as a whole cannot be used: nothing is applied and no file stays behind.
   * @throws JobFailed when the result does not add up.
   */
  async importFile(request: ImportRequest, { onProgress, onOutcome }: ImportListeners = {}): Promise<BulkJob> {
    const job = await this.intake.accept(request).finally(() => this.uploads.discard(request.upload));
    const applied = await this.runner.run(job, onProgress);
    await this.results.write(applied, onOutcome);
    return this.jobs.finish(applied);
  }
}
