import { Get, Param, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Readable } from 'node:stream';
import { ReceivablesController } from '../../families/receivables.decorators';
import { ApiReceivablesSuccess } from '../../families/receivables.openapi';
import {
  CurrentCaller,
  OptionalCaller,
  RequireScope,
  RequireSignedLinkOrScope,
} from '../../platform/auth/auth.decorators';
import type { Caller } from '../../platform/auth/caller';
import { attachmentHeader } from '../../platform/http/attachment';
import { baseUrlOf } from '../../platform/http/base-url';
import {
  ApiFileAnswer,
  ApiJobErrors,
  ApiResultErrors,
  FAILURE_CSV,
  FAILURE_NDJSON,
  JOB_EXAMPLE,
} from '../bulk.openapi';
import { JobIdParam, ResultFileParam, SignedLinkQuery } from '../dto/bulk-query.dto';
import { JobResponse, toJobResponse } from '../dto/job-response.dto';
import { ResultDownload } from '../files/result-download';
import { jobPath, ResultLinkService, shownResultName } from '../files/result-links';
import { BulkJobService } from '../jobs/bulk-job.service';

@ApiTags('receivables: bulk jobs')
@ReceivablesController('api/v0/bulk/jobs')
export class BulkJobController {
  constructor(
    private readonly jobs: BulkJobService,
    private readonly links: ResultLinkService,
    private readonly downloads: ResultDownload,
  ) {}

  /** Reads a bulk job: its state, its counters, and links to its result files. */
  @Get(':jobId')
  @RequireScope('jobs:read')
  @ApiOperation({ operationId: 'getBulkJob' })
  @ApiReceivablesSuccess(JobResponse, { description: 'The job.', payloads: { 'A job that has ended': JOB_EXAMPLE } })
  @ApiJobErrors()
  async get(
    @CurrentCaller() caller: Caller,
    @Param() { jobId }: JobIdParam,
    @Req() request: Request,
  ): Promise<JobResponse> {
    const job = await this.jobs.get(caller, jobId);
    const baseUrl = baseUrlOf(request);
    const { success, failure } = await this.links.of(job, baseUrl);
    const self = `${baseUrl}${jobPath(jobId)}`;
    return toJobResponse(job, { self, success: success?.url ?? null, failure: failure?.url ?? null });
  }

  /** Downloads a result file; the links in answers carry a signature and need no token. */
  @Get(':jobId/results/:file')
  @RequireSignedLinkOrScope('jobs:read')
  @ApiOperation({ operationId: 'downloadBulkResult' })
  @ApiFileAnswer('The rows of one side, in the order of the uploaded file.', {
    csv: FAILURE_CSV,
    xlsx: null,
    ndjson: FAILURE_NDJSON,
  })
  @ApiResultErrors()
  async download(
    @OptionalCaller() caller: Caller | null,
    @Param() { jobId, file }: ResultFileParam,
    @Query() _link: SignedLinkQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile> {
    const job = await this.jobs.get(caller, jobId);
    const content = await this.downloads.open(job, file);
    response.setHeader('Cache-Control', 'private, no-store');
    response.setHeader('Content-Disposition', attachmentHeader(shownResultName(job, file)));
    return new StreamableFile(content as Readable, { type: contentType(file) });
  }
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

/** Content-Type by the ending of a file name. */
export function contentType(file: string): string {
  return CONTENT_TYPES[file.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
}
