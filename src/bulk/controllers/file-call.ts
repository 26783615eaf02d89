import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Caller } from '../../platform/auth/caller';
import { CompanyAccess } from '../../platform/companies/company-access';
import { baseUrlOf } from '../../platform/http/base-url';
import { BulkOptionsQuery, toJobOptions } from '../dto/bulk-options.dto';
import { FileImportService } from '../files/file-import.service';
import { UploadReceiver } from '../files/upload.receiver';
import { preferredWaitOf } from '../jobs/prefer-wait';
import { announceJob } from './job-announcement';

/** One request and its answer under way. */
export interface Exchange {
  readonly caller: Caller;
  readonly request: Request;
  readonly response: Response;
}

/** A bulk call with a file, the same for every route that takes one: whose company, the upload, the job, the answer. */
@Injectable()
export class FileCall {
  constructor(
    private readonly companies: CompanyAccess,
    private readonly uploads: UploadReceiver,
    private readonly files: FileImportService,
  ) {}

  /** Gives the payload; the job stands in the headers of the answer. */
  async run(
    target: string,
    companyId: string | undefined,
    query: BulkOptionsQuery,
    { caller, request, response }: Exchange,
  ): Promise<object> {
    const company = await this.companies.resolve(caller, companyId);
    const upload = await this.uploads.receive(request, response);
    const baseUrl = baseUrlOf(request);
    const run = await this.files.importFile(
      { companyRef: company.ref, createdBy: caller.subject, target, ...toJobOptions(query) },
      upload,
      { baseUrl, waitMs: preferredWaitOf(request) },
    );
    announceJob(response, run);
    return run.payload;
  }
}
