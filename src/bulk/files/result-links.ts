import { Injectable } from '@nestjs/common';
import { SignedLinks } from '../../platform/auth/signed-link';
import type { ResultLink } from '../dto/bulk-response.dto';
import type { JobFileLinks } from '../dto/job-response.dto';
import type { BulkJob } from '../jobs/bulk-job.entity';
import { JobFiles } from './job-files';
import { jobPath } from './job-path';

const RESULT_FILE = /^(success|failure|unprocessed)(-[a-z]+)?\.[a-z]+$/;

/** Name a person sees for a result file: the caller's file name with what it is. */
export function shownResultName({ fileName }: BulkJob, file: string): string {
  const stem = (fileName ?? 'rows').replace(/\.[^.]*$/, '').replace(/-(success|failure|unprocessed)(-[a-z]+)?$/, '');
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
  async of(job: BulkJob, baseUrl: string): Promise<JobFileLinks> {
    const names = (await this.files.list(job.jobId)).filter((name) => RESULT_FILE.test(name));
    const linkTo = (name: string): ResultLink => ({
      name: shownResultName(job, name),
      url: `${baseUrl}${this.links.sign(`${jobPath(job.jobId)}/results/${name}`)}`,
    });
    const link = (name: string | undefined): ResultLink | null => (name === undefined ? null : linkTo(name));
    const stored = names.filter((name) => name.endsWith(`.${job.fileFormat}`)).sort();
    return {
      files: stored.map(linkTo),
      events: `${baseUrl}${this.links.sign(`${jobPath(job.jobId)}/events`)}`,
      success: link(stored.find((name) => name.startsWith('success.'))),
      failure: link(stored.find((name) => name.startsWith('failure.'))),
      failureSecond: link(stored.find((name) => name.startsWith('failure-'))),
      unprocessed: link(stored.find((name) => name.startsWith('unprocessed.'))),
    };
  }
}
