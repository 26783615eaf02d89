import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config';
import { BulkService } from '../bulk.service';
import { ListedRows, toBulkResponse } from '../dto/bulk-response.dto';
import { JobResponse, toJobResponse } from '../dto/job-response.dto';
import { ImporterRegistry } from '../engine/importer.registry';
import type { JobRequest } from '../jobs/job-intake';
import type { BulkRun } from '../jobs/job-wait';
import { ResultLinkService } from './result-links';
import type { Upload } from './upload.receiver';

/** What a file came to, and the answer of the receivables API. */
export interface ImportRun extends BulkRun {
  /** The job itself while it is not done. */
  readonly payload: ReturnType<typeof toBulkResponse> | JobResponse;
}

/** Files in the receivables API, whatever their rows are about. */
@Injectable()
export class FileImportService {
  constructor(
    private readonly bulk: BulkService,
    private readonly importers: ImporterRegistry,
    private readonly links: ResultLinkService,
    private readonly config: AppConfig,
  ) {}

  /** Works through a file and words the answer. @throws what `BulkService.importFile` throws */
  async importFile(
    request: Omit<JobRequest, 'family'>,
    upload: Upload,
    { baseUrl, waitMs }: { readonly baseUrl: string; readonly waitMs: number | null },
  ): Promise<ImportRun> {
    const [mainTable] = this.importers.get(request.target).tables;
    let listed = new ListedRows(mainTable.name, this.config.listedRows);
    const run = await this.bulk.importFile({ ...request, family: 'receivables' }, upload, {
      onOutcome: (outcome, table) => listed.add(outcome, table),
      onUnprocessed: (row, table) => listed.addUnprocessed(row, table),
      onRestart: () => (listed = new ListedRows(mainTable.name, this.config.listedRows)),
      waitMs,
    });
    const links = await this.links.of(run.job, baseUrl);
    const payload = run.isDone ? toBulkResponse(run.job, listed, links) : toJobResponse(run.job, baseUrl, links);
    return { ...run, payload };
  }
}
