import { Injectable } from '@nestjs/common';
import { SignedLinks } from '../../platform/auth/signed-link';
import type { ResultLink, ResultLinks } from '../dto/bulk-response.dto';
import type { BulkJob } from '../jobs/bulk-job.entity';
import { JobFiles } from './job-files';

const RESULT_FILE = /^(success|failure)(-[a-z]+)?\.[a-z]+$/;

/** Path of a job in the API. */
export function jobPath(jobId: string): string {
  return `/api/v0/bulk/jobs/${jobId}`;
}

/** Name a person sees for a result file: the caller's file name with what it is. */
export function shownResultName({ fileName }: BulkJob, file: string): string {
  const stem = (fileName ?? 'rows').replace(/\.[^.]*$/, '').replace(/-(success|failure)(-[a-z]+)?$/, '');
  return `${stem === '' ? 'rows' : stem}-${file}`;
}

/** Finds the result files of a job and makes signed links to them. */
@Injectable()
export class ResultLinkService {
  constructor(
    private readonly files: JobFiles,
    private readonly links: SignedLinks,
  ) {}

  /** @param baseUrl scheme and host for absolute links */
  async of(job: BulkJob, baseUrl: string): Promise<ResultLinks> {
    const names = (await this.files.list(job.jobId)).filter((name) => RESULT_FILE.test(name));
    const link = (name: string | undefined): ResultLink | null =>
      name === undefined
        ? null
        : {
            name: shownResultName(job, name),
            url: `${baseUrl}${this.links.sign(`${jobPath(job.jobId)}/results/${name}`)}`,
          };
    const stored = names.filter((name) => name.endsWith(`.${job.fileFormat}`));
    return {
      success: link(stored.find((name) => name.startsWith('success.'))),
      failure: link(stored.find((name) => name.startsWith('failure.'))),
      failureSecond: link(stored.find((name) => name.startsWith('failure-'))),
    };
  }
}
