import { Body, Controller, HttpStatus, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { campaignFamily } from '../../families/campaign.family';
import { ApiCampaignSuccess, type CampaignSuccess } from '../../families/campaign.openapi';
import { CurrentCaller, RequireScope } from '../../platform/auth/auth.decorators';
import type { Caller } from '../../platform/auth/caller';
import { UseFamily } from '../../platform/errors/family.registry';
import { JsonBody } from '../../platform/http/json-body.decorator';
import { ApiErrors } from '../../platform/openapi/api-errors';
import { namedExamples } from '../../platform/openapi/json-answer';
import { JsonBulkQuery } from '../../bulk/dto/bulk-options.dto';
import { announceJob } from '../../bulk/controllers/job-announcement';
import { PreferredWait } from '../../bulk/jobs/prefer-wait';
import { CampaignService } from '../campaign.service';
import { CampaignAccepted, campaignAccepted, type CampaignBulkAnswer } from '../records/bulk-answer.dto';
import { CampaignRecordService } from '../records/campaign-record.service';
import type { JsonObject } from '../records/document-merge';
import { RecordBulkService } from '../records/record-bulk.service';
import { AddedRecord, AddRecordRequest } from '../records/record.dto';
import { ADD_ANSWERS, ADD_BODIES, ADD_ERRORS, RECORD_RULES } from '../records/record.openapi';
import { ApiCampaignBulk } from '../records/record-bulk.openapi';
import { readRecordBody, refuseFaults } from '../records/record-request';
import { newRecordFaults, recordIdOf } from '../records/record.rules';

@ApiTags('campaign: records')
@UseFamily(campaignFamily)
@Controller('api/v1/customers')
export class CampaignCustomerController {
  constructor(
    private readonly campaigns: CampaignService,
    private readonly records: CampaignRecordService,
    private readonly bulk: RecordBulkService,
  ) {}

  /** Adds a record to a campaign. */
  @Post('add')
  @RequireScope('campaigns:write')
  @JsonBody({ limit: 'bulk' })
  @ApiOperation({ operationId: 'addCampaignRecord', description: RECORD_RULES.add })
  @ApiBody({ type: AddRecordRequest, examples: namedExamples(ADD_BODIES) })
  @ApiCampaignSuccess(
    201,
    { data: AddedRecord, message: true },
    { description: 'The record was added; its id and campaign.', examples: ADD_ANSWERS },
  )
  @ApiErrors(...ADD_ERRORS)
  async add(@CurrentCaller() caller: Caller, @Body() body: unknown): Promise<CampaignSuccess<AddedRecord>> {
    const { campaignId, members } = readRecordBody(body, ['data']);
    const { campaignType } = await this.campaigns.get(caller.company.ref, campaignId);
    refuseFaults(newRecordFaults(members['data'], campaignType));
    // It has passed its rules: an object whose identifier is text.
    const data = members['data'] as JsonObject;
    const id = recordIdOf(data, campaignType) ?? '';
    await this.records.add(caller, campaignId, id, data);
    return { success: true, message: 'Customer added to campaign successfully', data: { id, campaignId } };
  }

  /** Adds up to 10,000 records to a campaign: 201 when all of them were added, else 207. */
  @Post('add/bulk')
  @RequireScope('campaigns:write')
  @JsonBody({ limit: 'bulk' })
  @ApiOperation({ operationId: 'bulkAddCampaignRecords', description: RECORD_RULES.bulkAdd })
  @ApiCampaignBulk('add')
  async bulkAdd(
    @CurrentCaller() caller: Caller,
    @Body() body: unknown,
    @Query() query: JsonBulkQuery,
    @PreferredWait() waitMs: number | null,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CampaignBulkAnswer | CampaignAccepted> {
    const run = await this.bulk.add(caller, body, { query, waitMs });
    const { answer } = run;
    if (answer !== null) response.status(answer.success ? HttpStatus.CREATED : HttpStatus.MULTI_STATUS);
    announceJob(response, run);
    return answer ?? campaignAccepted(run.job);
  }
}
