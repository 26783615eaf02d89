import { Delete, Get, HttpCode, Param, Post, Query, Req, Res, StreamableFile } from '@nestjs/common';
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
import { companyNotAccessible } from '../../platform/companies/company.errors';
import { attachmentHeader } from '../../platform/http/attachment';
import { baseUrlOf } from '../../platform/http/base-url';
import { decodeCursor, Page, toPage } from '../../platform/http/cursor';
import { ApiErrors, invalidField } from '../../platform/openapi/api-errors';
import {
  ApiFileAnswer,
  ApiJobErrors,
  ApiResultErrors,
  FAILURE_CSV,
  FAILURE_NDJSON,
  JOB_EXAMPLE,
  JOB_ROWS_EXAMPLE,
  RUNNING_JOB_EXAMPLE,
} from '../bulk.openapi';
import { JobIdParam, JobListQuery, JobRowsQuery, ResultFileParam, SignedLinkQuery } from '../dto/bulk-query.dto';
import { JobResponse, toJobResponse } from '../dto/job-response.dto';
import { JobRowResponse } from '../dto/job-row.dto';
import { ResultDownload } from '../files/result-download';
import { ResultLinkService, shownResultName } from '../files/result-links';
import type { BulkJob } from '../jobs/bulk-job.entity';
import { heldByJob, jobHasEnded, jobHasNotEnded } from '../jobs/bulk-job.errors';
import { BulkJobService } from '../jobs/bulk-job.service';
import { JobErasure } from '../jobs/job-erasure';
import { JobRowsService } from '../jobs/job-rows.service';

@ApiTags('receivables: bulk jobs')
@ReceivablesController('api/v0/bulk/jobs')
export class BulkJobController {
  constructor(
    private readonly jobs: BulkJobService,
    private readonly links: ResultLinkService,
    private readonly downloads: ResultDownload,
    private readonly rows: JobRowsService,
    private readonly erasure: JobErasure,
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
    return this.show(await this.jobs.get(caller, jobId), baseUrlOf(request));
  }

  /** Lists bulk jobs, newest first. */
  @Get()
  @RequireScope('jobs:read')
  @ApiOperation({ operationId: 'listBulkJobs' })
  @ApiReceivablesSuccess(
    { pageOf: JobResponse },
    { description: 'One page of jobs.', payloads: { 'The last page': { items: [JOB_EXAMPLE], nextCursor: null } } },
  )
  @ApiErrors(invalidField('JobListQuery', 'limit', 51, 'limit must not be greater than 50'), companyNotAccessible())
  async list(
    @CurrentCaller() caller: Caller,
    @Query() query: JobListQuery,
    @Req() request: Request,
  ): Promise<Page<JobResponse>> {
    const { state, family, limit, cursor, parentCompanyId } = query;
    const search = { state, family, limit: limit + 1, before: decodeCursor(cursor) };
    const found = await this.jobs.list(caller, parentCompanyId, search);
    const baseUrl = baseUrlOf(request);
    const shown = new Map<number, JobResponse>();
    for (const job of found.slice(0, limit)) shown.set(job.id, await this.show(job, baseUrl));
    const page = toPage(
      found,
      limit,
      ({ id }) => id,
      ({ id }) => shown.get(id),
    );
    return { ...page, items: page.items.filter((job) => job !== undefined) };
  }

  /** Lists the rows of a job and what became of each, in row order. */
  @Get(':jobId/rows')
  @RequireScope('jobs:read')
  @ApiOperation({ operationId: 'listBulkJobRows' })
  @ApiReceivablesSuccess(
    { pageOf: JobRowResponse },
    { description: 'One page of rows.', payloads: { 'The last page': { items: JOB_ROWS_EXAMPLE, nextCursor: null } } },
  )
  @ApiJobErrors()
  async listRows(
    @CurrentCaller() caller: Caller,
    @Param() { jobId }: JobIdParam,
    @Query() { outcome, limit, cursor }: JobRowsQuery,
  ): Promise<Page<JobRowResponse>> {
    const job = await this.jobs.get(caller, jobId);
    return this.rows.list(job, outcome, limit, decodeCursor(cursor));
  }

  /** Cancels a job that runs, at the next border between two chunks, or waits, when its turn comes; the other rows are unprocessed. */
  @Post(':jobId/cancel')
  @HttpCode(202)
  @RequireScope('jobs:write')
  @ApiOperation({ operationId: 'cancelBulkJob' })
  @ApiReceivablesSuccess(JobResponse, {
    status: 202,
    description: 'The job as it is; it ends as cancelled before its next chunk, or when its turn would come.',
    payloads: { 'A job that is being cancelled': RUNNING_JOB_EXAMPLE },
  })
  @ApiJobErrors(jobHasEnded('completed'))
  async cancel(
    @CurrentCaller() caller: Caller,
    @Param() { jobId }: JobIdParam,
    @Req() request: Request,
  ): Promise<JobResponse> {
    return this.show(await this.jobs.cancel(caller, jobId), baseUrlOf(request));
  }

  /** Erases the rows that were sent and the result files of a job that has ended; its counters stay. */
  @Delete(':jobId')
  @RequireScope('jobs:write')
  @ApiOperation({ operationId: 'eraseBulkJobFiles' })
  @ApiReceivablesSuccess('text', {
    description: 'Id of the job.',
    payloads: { 'The files are gone': JOB_EXAMPLE.jobId },
  })
  @ApiJobErrors(jobHasNotEnded('running'), heldByJob())
  async erase(@CurrentCaller() caller: Caller, @Param() { jobId }: JobIdParam): Promise<string> {
    const job = await this.jobs.getEnded(caller, jobId);
    await this.erasure.requireErasable(job);
    await this.jobs.noteErasure(caller, job);
    await this.erasure.erase(job);
    return jobId;
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

  private async show(job: BulkJob, baseUrl: string): Promise<JobResponse> {
    return toJobResponse(job, baseUrl, await this.links.of(job, baseUrl));
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
