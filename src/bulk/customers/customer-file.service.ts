import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config';
import { BulkService } from '../bulk.service';
import { ListedRows, toBulkResponse } from '../dto/bulk-response.dto';
import type { ImportRequest } from '../jobs/job-intake';
import { ResultLinkService } from '../files/result-links';
import { CUSTOMERS_TABLE } from './customers.table';

/** Answer of the receivables API to a file of customers, and the job it came from. */
export interface ImportAnswer {
  readonly jobId: string;
  readonly payload: ReturnType<typeof toBulkResponse>;
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
  async importFile(request: Omit<ImportRequest, 'family'>, baseUrl: string): Promise<ImportAnswer> {
    const listed = new ListedRows(CUSTOMERS_TABLE, this.config.listedRows);
    const job = await this.bulk.importFile(
      { ...request, family: 'receivables' },
      { onOutcome: (outcome, table) => listed.add(outcome, table) },
    );
    return { jobId: job.jobId, payload: toBulkResponse(job, listed, await this.links.of(job, baseUrl)) };
  }
}
