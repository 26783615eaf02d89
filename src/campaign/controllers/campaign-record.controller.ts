import { Body, Controller, Get, HttpStatus, Put, Query, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { campaignFamily } from '../../families/campaign.family';
import { ApiCampaignSuccess, type CampaignSuccess } from '../../families/campaign.openapi';
import { CurrentCaller, RequireScope } from '../../platform/auth/auth.decorators';
import type { Caller } from '../../platform/auth/caller';
import { UseFamily } from '../../platform/errors/family.registry';
import { JsonBody } from '../../platform/http/json-body.decorator';
import { AppliesAsJob } from '../../platform/idempotency/applies-as-job.decorator';
import { ApiErrors } from '../../platform/openapi/api-errors';
import { namedExamples } from '../../platform/openapi/json-answer';
import { JsonBulkQuery } from '../../bulk/dto/bulk-options.dto';
import { announceJob } from '../../bulk/controllers/job-announcement';
import { PreferredWait } from '../../bulk/jobs/prefer-wait';
import { CampaignService } from '../campaign.service';
import { CampaignAccepted, campaignAccepted, type CampaignBulkAnswer } from '../records/bulk-answer.dto';
import { CampaignRecordService } from '../records/campaign-record.service';
import { RecordHistoryService } from '../records/record-history.service';
import { RecordBulkService } from '../records/record-bulk.service';
import {
  RecordPagination,
  RecordQuery,
  RecordResponse,
  toRecordResponse,
  UpdatedRecord,
  UpdateRecordRequest,
} from '../records/record.dto';
import {
  RecordHistoryItem,
  RecordHistoryPagination,
  RecordHistoryQuery,
  toRecordHistoryItem,
} from '../records/record-history.dto';
import {
  HISTORY_ANSWERS,
  HISTORY_ERRORS,
  READ_ANSWERS,
  READ_ERRORS,
  RECORD_RULES,
  UPDATE_ANSWERS,
  UPDATE_BODIES,
  UPDATE_ERRORS,
} from '../records/record.openapi';
import { ApiCampaignBulk } from '../records/record-bulk.openapi';
import { readSingleUpdate } from '../records/single-update';

@ApiTags('campaign: records')
@UseFamily(campaignFamily)
@Controller('api/v1/customer-data')
export class CampaignRecordController {
  constructor(
    private readonly campaigns: CampaignService,
    private readonly records: CampaignRecordService,
    private readonly changes: RecordHistoryService,
    private readonly bulk: RecordBulkService,
  ) {}

  /** Reads one record by its id, or lists the records of a campaign page by page. */
  @Get()
  @RequireScope('campaigns:read')
  @ApiOperation({ operationId: 'getCampaignRecords' })
  @ApiCampaignSuccess(
    200,
    [{ data: RecordResponse }, { data: [RecordResponse], more: { pagination: RecordPagination } }],
    {
      description: 'With `id` the record; without it one page of records, in the order they were added.',
      examples: READ_ANSWERS,
    },
  )
  @ApiErrors(...READ_ERRORS)
  async get(
    @CurrentCaller() caller: Caller,
    @Query() query: RecordQuery,
  ): Promise<CampaignSuccess<RecordResponse | RecordResponse[]> & { pagination?: RecordPagination }> {
    const { campaignId, id, limit, cursor } = query;
    if (id !== undefined) {
      return { success: true, data: toRecordResponse(await this.records.get(caller, campaignId, id)) };
    }
    const { items, nextCursor, total } = await this.records.list(caller, campaignId, limit, cursor);
    return { success: true, data: items.map(toRecordResponse), pagination: { limit, total, nextCursor } };
  }

  /** Lists who changed which member of a record, newest first. */
  @Get('history')
  @RequireScope('campaigns:read')
  @ApiOperation({ operationId: 'listCampaignRecordHistory' })
  @ApiCampaignSuccess(
    200,
    { data: [RecordHistoryItem], more: { pagination: RecordHistoryPagination } },
    { description: 'One page of changes. The oldest is the one that added the record.', examples: HISTORY_ANSWERS },
  )
  @ApiErrors(...HISTORY_ERRORS)
  async history(
    @CurrentCaller() caller: Caller,
    @Query() query: RecordHistoryQuery,
  ): Promise<CampaignSuccess<RecordHistoryItem[]> & { pagination: RecordHistoryPagination }> {
    const { campaignId, id, limit, cursor } = query;
    const { items, nextCursor } = await this.changes.list(caller, campaignId, id, limit, cursor);
    return { success: true, data: items.map(toRecordHistoryItem), pagination: { limit, nextCursor } };
  }

  /** Merges a change into one record. */
  @Put()
  @RequireScope('campaigns:write')
  @JsonBody({ limit: 'bulk' })
  @ApiOperation({ operationId: 'updateCampaignRecord', description: RECORD_RULES.update })
  @ApiBody({ type: UpdateRecordRequest, examples: namedExamples(UPDATE_BODIES) })
  @ApiCampaignSuccess(
    200,
    { data: UpdatedRecord, message: true },
    { description: 'What became of the change, and the version of the record now.', examples: UPDATE_ANSWERS },
  )
  @ApiErrors(...UPDATE_ERRORS)
  async update(@CurrentCaller() caller: Caller, @Body() body: unknown): Promise<CampaignSuccess<UpdatedRecord>> {
    const { campaignId, read } = readSingleUpdate(body);
    const { campaignType } = await this.campaigns.get(caller.company.ref, campaignId);
    const { record, isChanged } = await this.records.update(caller, campaignId, read(campaignType));
    return {
      success: true,
      message: 'Customer data updated successfully',
      data: { id: record.recordId, result: isChanged ? 'updated' : 'noop', version: record.version },
    };
  }

  /** Merges changes into up to 10,000 records: 200 when all of them were applied, else 207. */
  @Put('bulk')
  @RequireScope('campaigns:write')
  @JsonBody({ limit: 'bulk' })
  @AppliesAsJob(true)
  @ApiOperation({ operationId: 'bulkUpdateCampaignRecords', description: RECORD_RULES.bulkUpdate })
  @ApiCampaignBulk('update')
  async bulkUpdate(
    @CurrentCaller() caller: Caller,
    @Body() body: unknown,
    @Query() query: JsonBulkQuery,
    @PreferredWait() waitMs: number | null,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CampaignBulkAnswer | CampaignAccepted> {
    const run = await this.bulk.update(caller, body, { query, waitMs });
    const { answer } = run;
    if (answer !== null) response.status(answer.success ? HttpStatus.OK : HttpStatus.MULTI_STATUS);
    announceJob(response, run);
    return answer ?? campaignAccepted(run.job);
  }
}
