import { HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ReceivablesController } from '../../families/receivables.decorators';
import { CurrentCaller, RequireScope } from '../../platform/auth/auth.decorators';
import type { Caller } from '../../platform/auth/caller';
import { baseUrlOf } from '../../platform/http/base-url';
import { AppliesAsJob } from '../../platform/idempotency/applies-as-job.decorator';
import { JOB_EXAMPLE } from '../bulk.openapi';
import { JobFollowUpQuery, JobIdParam } from '../dto/bulk-query.dto';
import { JobResponse, toJobResponse } from '../dto/job-response.dto';
import { UNDO_PREFIX } from '../engine/importer.registry';
import { ResultLinkService } from '../files/result-links';
import { ApiJobFollowUp } from '../job-follow-up.openapi';
import type { BulkJob } from '../jobs/bulk-job.entity';
import { alreadyCommitted, alreadyRetried, JobNotReversible, NothingToDo, rowsErased } from '../jobs/bulk-job.errors';
import { JobFollowUpService } from '../jobs/job-follow-up.service';
import { JobWait } from '../jobs/job-wait';
import { preferredWaitOf } from '../jobs/prefer-wait';
import { announceJob } from './job-announcement';

/** One request and its answer under way. */
interface Exchange {
  readonly request: Request;
  readonly response: Response;
}

@ApiTags('receivables: bulk jobs')
@ReceivablesController('api/v0/bulk/jobs')
export class JobFollowUpController {
  constructor(
    private readonly followUps: JobFollowUpService,
    private readonly jobs: JobWait,
    private readonly links: ResultLinkService,
  ) {}

  /** Does what a dry run showed. A row that would do something else by now is refused with `VERSION_CONFLICT`. */
  @Post(':jobId/commit')
  @HttpCode(200)
  @RequireScope('jobs:write')
  @AppliesAsJob(true)
  @ApiOperation({ operationId: 'commitBulkJob' })
  @ApiJobFollowUp({}, alreadyCommitted(JOB_EXAMPLE.jobId), rowsErased())
  async commit(
    @CurrentCaller() caller: Caller,
    @Param() { jobId }: JobIdParam,
    @Query() { expectedRows }: JobFollowUpQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<JobResponse> {
    return this.run(await this.followUps.commit(caller, jobId, expectedRows), { request, response });
  }

  /** Takes back what a job did: itself a job, which can be undone; what changed since is kept and listed. */
  @Post(':jobId/undo')
  @HttpCode(200)
  @RequireScope('jobs:write')
  @AppliesAsJob(true)
  @ApiOperation({ operationId: 'undoBulkJob' })
  @ApiJobFollowUp(
    { target: `${UNDO_PREFIX}${JOB_EXAMPLE.target}`, fileName: null },
    new NothingToDo(`The job ${JOB_EXAMPLE.jobId} changed nothing; there is nothing to take back.`),
    new JobNotReversible('The job was only a dry run; it changed nothing.'),
  )
  async undo(
    @CurrentCaller() caller: Caller,
    @Param() { jobId }: JobIdParam,
    @Query() { expectedRows }: JobFollowUpQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<JobResponse> {
    return this.run(await this.followUps.undo(caller, jobId, expectedRows), { request, response });
  }

  /** Tries the rows again that failed because of a fault of the service, once; rows that are wrong stay failed. */
  @Post(':jobId/retry')
  @HttpCode(200)
  @RequireScope('jobs:write')
  @AppliesAsJob(true)
  @ApiOperation({ operationId: 'retryBulkJob' })
  @ApiJobFollowUp(
    {},
    new NothingToDo('No row failed because of a fault of the service; correct the failure file and send it.'),
    alreadyRetried(JOB_EXAMPLE.jobId),
    rowsErased(),
  )
  async retry(
    @CurrentCaller() caller: Caller,
    @Param() { jobId }: JobIdParam,
    @Query() { expectedRows }: JobFollowUpQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<JobResponse> {
    return this.run(await this.followUps.retry(caller, jobId, expectedRows), { request, response });
  }

  private async run(accepted: BulkJob, { request, response }: Exchange): Promise<JobResponse> {
    const run = await this.jobs.run(accepted, {}, preferredWaitOf(request));
    announceJob(response, run);
    const baseUrl = baseUrlOf(request);
    return toJobResponse(run.job, baseUrl, await this.links.of(run.job, baseUrl));
  }
}
