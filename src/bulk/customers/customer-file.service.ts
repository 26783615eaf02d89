import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config';
import { BulkService } from '../bulk.service';
import { ListedRows, toBulkResponse } from '../dto/bulk-response.dto';
import { JobResponse, toJobResponse } from '../dto/job-response.dto';
import { ResultLinkService } from '../files/result-links';
import type { Upload } from '../files/upload.receiver';
import type { JobRequest } from '../jobs/job-intake';
import type { BulkRun } from '../jobs/job-wait';
import { CUSTOMERS_TABLE } from './customers.table';

/** What a file of customers came to, and the answer of the receivables API. */
export interface ImportRun extends BulkRun {
  /** The job itself while it is not done. */
  readonly payload: ReturnType<typeof toBulkResponse> | JobResponse;
}

/** Files of customers in the receivables API. */
@Injectable()
export class CustomerFileService {
  constructor(
    private readonly bulk: BulkService,
    private readonly links: ResultLinkService,
    private readonly config: AppConfig,
  ) {}

  /** Works through a file and words the answer. @throws what `BulkService.importFile` throws */
  async importFile(
    request: Omit<JobRequest, 'family'>,
    upload: Upload,
    { baseUrl, waitMs }: { readonly baseUrl: string; readonly waitMs: number | null },
  ): Promise<ImportRun> {
    const listed = new ListedRows(CUSTOMERS_TABLE, this.config.listedRows);
    const run = await this.bulk.importFile({ ...request, family: 'receivables' }, upload, {
      onOutcome: (outcome, table) => listed.add(outcome, table),
      waitMs,
    });
    const links = await this.links.of(run.job, baseUrl);
    const payload = run.isDone ? toBulkResponse(run.job, listed, links) : toJobResponse(run.job, baseUrl, links);
    return { ...run, payload };
  }
}
