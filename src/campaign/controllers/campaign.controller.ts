import { Body, Controller, Delete, Get, Param, Post, Put, Query } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { campaignFamily } from '../../families/campaign.family';
import { ApiCampaignSuccess, type CampaignSuccess } from '../../families/campaign.openapi';
import { CurrentCaller, RequireScope } from '../../platform/auth/auth.decorators';
import type { Caller } from '../../platform/auth/caller';
import { UseFamily } from '../../platform/errors/family.registry';
import { JsonBody } from '../../platform/http/json-body.decorator';
import { ApiErrors } from '../../platform/openapi/api-errors';
import { namedExamples } from '../../platform/openapi/json-answer';
import { compiledBody } from '../../platform/validation/compiled-body';
import {
  CampaignIdParam,
  CampaignListQuery,
  CampaignPagination,
  CampaignResponse,
  CreateCampaignRequest,
  DeleteCampaignQuery,
  DeletedCampaign,
  toCampaignResponse,
  UpdateCampaignRequest,
} from '../campaign.dto';
import {
  CREATE_ANSWERS,
  CREATE_BODIES,
  CREATE_ERRORS,
  DELETE_ANSWERS,
  DELETE_ERRORS,
  LIST_ANSWERS,
  LIST_ERRORS,
  LOOKUP_ERRORS,
  READ_ANSWERS,
  UPDATE_ANSWERS,
  UPDATE_BODIES,
  UPDATE_ERRORS,
  UPDATED_FIELDS,
} from '../campaign.openapi';
import { CampaignService } from '../campaign.service';
import { toNewCampaign } from '../new-campaign';

const checkCreation = compiledBody(CreateCampaignRequest);

@ApiTags('campaign: campaigns')
@UseFamily(campaignFamily)
@Controller('api/v1/campaigns')
export class CampaignController {
  constructor(private readonly campaigns: CampaignService) {}

  /** Creates a campaign, with its first records where there are some. */
  @Post('create')
  @RequireScope('campaigns:write')
  @JsonBody({ limit: 'bulk' })
  @ApiOperation({ operationId: 'createCampaign' })
  @ApiBody({ type: CreateCampaignRequest, examples: namedExamples(CREATE_BODIES) })
  @ApiCampaignSuccess(
    201,
    { data: CampaignResponse, message: true },
    { description: 'The campaign as stored, under its new id.', examples: CREATE_ANSWERS },
  )
  @ApiErrors(...CREATE_ERRORS)
  async create(@CurrentCaller() caller: Caller, @Body() body: unknown): Promise<CampaignSuccess<CampaignResponse>> {
    const given = await toNewCampaign(checkCreation(body));
    const campaign = await this.campaigns.create(caller.company.ref, caller.subject, given);
    return { success: true, message: 'Campaign created successfully', data: toCampaignResponse(campaign) };
  }

  /** Lists campaigns, newest first. */
  @Get()
  @RequireScope('campaigns:read')
  @ApiOperation({ operationId: 'listCampaigns' })
  @ApiCampaignSuccess(
    200,
    { data: [CampaignResponse], more: { pagination: CampaignPagination } },
    { description: 'One page of campaigns, and how many there are on all pages.', examples: LIST_ANSWERS },
  )
  @ApiErrors(...LIST_ERRORS)
  async list(
    @CurrentCaller() caller: Caller,
    @Query() query: CampaignListQuery,
  ): Promise<CampaignSuccess<CampaignResponse[]> & { pagination: CampaignPagination }> {
    const { page, limit, campaign_type: type, search } = query;
    const offset = (page - 1) * limit;
    const found = await this.campaigns.list(caller.company.ref, { type, namePart: search, offset, limit });
    const [campaigns, total] = found;
    const pagination = { page, limit, total, totalPages: Math.ceil(total / limit) };
    return { success: true, data: campaigns.map(toCampaignResponse), pagination };
  }

  /** Reads a campaign. */
  @Get(':id')
  @RequireScope('campaigns:read')
  @ApiOperation({ operationId: 'getCampaign' })
  @ApiCampaignSuccess(200, { data: CampaignResponse }, { description: 'The campaign.', examples: READ_ANSWERS })
  @ApiErrors(...LOOKUP_ERRORS)
  async get(
    @CurrentCaller() caller: Caller,
    @Param() { id }: CampaignIdParam,
  ): Promise<CampaignSuccess<CampaignResponse>> {
    return { success: true, data: toCampaignResponse(await this.campaigns.get(caller.company.ref, id)) };
  }

  /** Changes a campaign: absent members keep their value. */
  @Put('update/:id')
  @RequireScope('campaigns:write')
  @ApiOperation({ operationId: 'updateCampaign' })
  @ApiBody({ type: UpdateCampaignRequest, examples: namedExamples(UPDATE_BODIES) })
  @ApiCampaignSuccess(
    200,
    { data: CampaignResponse, message: true, more: { updatedFields: UPDATED_FIELDS } },
    { description: 'The campaign as stored, and what differs from before.', examples: UPDATE_ANSWERS },
  )
  @ApiErrors(...UPDATE_ERRORS)
  async update(
    @CurrentCaller() caller: Caller,
    @Param() { id }: CampaignIdParam,
    @Body() request: UpdateCampaignRequest,
  ): Promise<CampaignSuccess<CampaignResponse> & { updatedFields: string[] }> {
    const { campaign, updatedFields } = await this.campaigns.update(caller.company.ref, caller.subject, id, request);
    const data = toCampaignResponse(campaign);
    return { success: true, message: 'Campaign updated successfully', data, updatedFields };
  }

  /** Deletes a campaign with its records, softly. */
  @Delete(':id')
  @RequireScope('campaigns:write')
  @ApiOperation({ operationId: 'deleteCampaign' })
  @ApiCampaignSuccess(
    200,
    { data: DeletedCampaign, message: true },
    { description: 'Campaign and records are out of reach from now on.', examples: DELETE_ANSWERS },
  )
  @ApiErrors(...DELETE_ERRORS)
  async delete(
    @CurrentCaller() caller: Caller,
    @Param() { id }: CampaignIdParam,
    @Query() { expectedRecords }: DeleteCampaignQuery,
  ): Promise<CampaignSuccess<DeletedCampaign>> {
    await this.campaigns.delete(caller.company.ref, caller.subject, id, expectedRecords);
    return { success: true, data: { id }, message: 'Campaign deleted successfully' };
  }
}
