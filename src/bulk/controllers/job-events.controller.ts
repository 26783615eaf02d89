import { Get, Headers, Param, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ReceivablesController } from '../../families/receivables.decorators';
import { OptionalCaller, RequireSignedLinkOrScope } from '../../platform/auth/auth.decorators';
import type { Caller } from '../../platform/auth/caller';
import { baseUrlOf } from '../../platform/http/base-url';
import { ApiJobErrors, JOB_EVENTS_EXAMPLE } from '../bulk.openapi';
import { JobIdParam, SignedLinkQuery } from '../dto/bulk-query.dto';
import { toJobResponse } from '../dto/job-response.dto';
import { ResultLinkService } from '../files/result-links';
import { hasEnded } from '../jobs/bulk-job.entity';
import { BulkJobService } from '../jobs/bulk-job.service';
import { JobEvent, JobEventsService } from '../jobs/job-events.service';

/** A browser waits so long before it comes back. */
const RECONNECT_MS = 1_000;
/** Behind the id of the last event: whoever comes back with it knows the end already. */
const END_MARK = '-end';

@ApiTags('receivables: bulk jobs')
@ReceivablesController('api/v0/bulk/jobs')
export class JobEventsController {
  constructor(
    private readonly jobs: BulkJobService,
    private readonly events: JobEventsService,
    private readonly links: ResultLinkService,
  ) {}

  /** Tells what a job comes to while it goes on: server-sent events, resumable with `Last-Event-ID`. */
  @Get(':jobId/events')
  @RequireSignedLinkOrScope('jobs:read')
  @ApiOperation({ operationId: 'followBulkJob' })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'Id of the last event that arrived; browsers send it by themselves when they come back.',
    schema: { type: 'string', pattern: '^\\d{1,9}(-end)?$' },
  })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({
    description:
      '`progress` (the counters, rowsPerSecond, etaSeconds, at most 4 a second), `issue` (the latest failed rows, at most 20 a second), `end` (the job).',
    content: { 'text/event-stream': { schema: { type: 'string' }, example: JOB_EVENTS_EXAMPLE } },
  })
  @ApiNoContentResponse({ description: 'The listener has had the `end`: there is nothing more to come back for.' })
  @ApiJobErrors()
  async follow(
    @OptionalCaller() caller: Caller | null,
    @Param() { jobId }: JobIdParam,
    @Query() _link: SignedLinkQuery,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const { state } = await this.jobs.get(caller, jobId);
    if (lastEventId?.endsWith(END_MARK) === true && hasEnded(state)) {
      // A browser comes back after every end of a stream, but for this answer: without it, once a second for ever.
      response.status(204).end();
      return;
    }
    const listener = new AbortController();
    response.on('close', () => listener.abort());
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      // nginx would hold events back.
      'X-Accel-Buffering': 'no',
    });
    response.write(`retry: ${RECONNECT_MS}\n\n`);
    const from = Number(/^(\d{1,9})(-end)?$/.exec(lastEventId ?? '')?.[1] ?? 0);
    const baseUrl = baseUrlOf(request);
    for await (const event of this.events.follow(jobId, from, listener.signal)) {
      response.write(await this.frame(event, baseUrl));
    }
    response.end();
  }

  private async frame(event: JobEvent, baseUrl: string): Promise<string> {
    if (event.type === 'alive') return ': alive\n\n';
    const data =
      event.type === 'end' ? toJobResponse(event.job, baseUrl, await this.links.of(event.job, baseUrl)) : event.data;
    const id = event.type === 'end' ? `${event.id}${END_MARK}` : String(event.id);
    return `id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(data)}\n\n`;
  }
}
