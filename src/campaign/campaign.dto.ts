import { ApiProperty, OmitType, PartialType } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateIf,
} from 'class-validator';
import { ApiInt } from '../platform/openapi/api-schema';
import { Campaign, CAMPAIGN_TYPES, type CampaignType } from './campaign.entity';
import { IsCampaignId, IsDay, IsFilledText, IsTimeOfDay, IsWholeTextEach } from './campaign.validators';
import { ExpectedCount } from '../platform/validation/expected-count';
import { QueryInteger } from '../platform/validation/query-integer';

const LANGUAGES = [
  'hindi',
  'english',
  'bengali',
  'telugu',
  'marathi',
  'tamil',
  'gujarati',
  'kannada',
  'malayalam',
  'punjabi',
  'odia',
  'assamese',
] as const;
const REGIONS = ['north', 'south', 'east', 'west', 'central', 'all'] as const;

/** Most records of one call (published). */
export const MOST_RECORDS = 10_000;

/** A member that may be absent is judged where it is not: null is no list. */
const isGiven = (_request: unknown, value: unknown): boolean => value !== undefined;

/** Body of `POST /api/v1/campaigns/create`. */
export class CreateCampaignRequest {
  /** @example 'December instalments' */
  @IsFilledText(200)
  name: string;

  /** @example 'Reminds of instalments that fall due in December.' */
  @IsFilledText(2000)
  description: string;

  /**
   * Decides whether records are identified by loan_id (emi, edi) or lead_id (lead).
   * @example 'emi'
   */
  @IsIn(CAMPAIGN_TYPES)
  campaignType: CampaignType;

  /** @example '2026-12-01' */
  @IsDay()
  startDate: string;

  /** @example '2026-12-31' */
  @IsDay()
  endDate: string;

  /** @example '09:00' */
  @IsTimeOfDay()
  startTime: string;

  /** @example '18:00' */
  @IsTimeOfDay()
  endTime: string;

  /** @example ['hindi', 'english'] */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayUnique()
  @IsIn(LANGUAGES, { each: true })
  languages: (typeof LANGUAGES)[number][];

  /** @example 'all' */
  @IsIn(REGIONS)
  region: (typeof REGIONS)[number];

  /** @example ['priority', 'q4'] */
  @ValidateIf(isGiven)
  @IsArray()
  @ArrayMaxSize(50)
  @IsString({ each: true })
  @IsWholeTextEach()
  @MaxLength(100, { each: true })
  tags?: string[];

  /** First records, each with its loan_id or lead_id; all of them are stored, or none. */
  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    maxItems: MOST_RECORDS,
    required: false,
  })
  @ValidateIf(isGiven)
  @IsArray()
  @ArrayMaxSize(MOST_RECORDS)
  jsonData?: unknown[];
}

/** Body of `PUT /api/v1/campaigns/update/{id}`: absent members keep their value. */
export class UpdateCampaignRequest extends PartialType(OmitType(CreateCampaignRequest, ['jsonData']), {
  // Null clears nothing here: every field of a campaign has a value.
  skipNullProperties: false,
}) {}

/** Path of a route on one campaign. */
export class CampaignIdParam {
  /**
   * Public id of the campaign.
   * @example 'camp_abc123'
   */
  @IsCampaignId()
  id: string;
}

/** Query of the deletion of a campaign. */
export class DeleteCampaignQuery {
  /** Records the campaign must have; with any other number the answer is 409, and nothing is deleted. */
  @ExpectedCount()
  expectedRecords?: number;
}

/** Query of the list of campaigns. */
export class CampaignListQuery {
  /** Number of the page, from 1 on. */
  @ApiInt({ minimum: 1, required: false })
  @IsOptional()
  @QueryInteger()
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  page: number = 1;

  /** Campaigns on a page, 1 to 100. */
  @ApiInt({ minimum: 1, required: false })
  @IsOptional()
  @QueryInteger()
  @IsInt()
  @Min(1)
  @Max(100)
  limit: number = 10;

  /** Only campaigns of this type. */
  @IsOptional()
  @IsIn(CAMPAIGN_TYPES)
  campaign_type?: CampaignType;

  /** Only campaigns whose name holds this text, upper and lower case alike. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  search?: string;
}

/** A campaign in an answer. */
export class CampaignResponse {
  /** @example 'camp_abc123' */
  id: string;
  /** @example 'December instalments' */
  name: string;
  /** @example 'Reminds of instalments that fall due in December.' */
  description: string;
  /** @example 'emi' */
  campaignType: CampaignType;
  /** @example '2026-12-01' */
  startDate: string;
  /** @example '2026-12-31' */
  endDate: string;
  /** @example '09:00' */
  startTime: string;
  /** @example '18:00' */
  endTime: string;
  /** @example ['hindi', 'english'] */
  languages: string[];
  /** @example 'all' */
  region: string;
  /** @example ['priority'] */
  tags: string[];
  /** @example '2026-11-21T09:30:00.000Z' */
  @ApiProperty({ format: 'date-time' })
  createdAt: string;
  /** @example '2026-11-21T09:30:00.000Z' */
  @ApiProperty({ format: 'date-time' })
  updatedAt: string;
}

/** The campaign that was deleted. */
export class DeletedCampaign {
  /** @example 'camp_abc123' */
  id: string;
}

/** Which page of a list an answer is. */
export class CampaignPagination {
  /**
   * Number of this page.
   * @example 1
   */
  @ApiInt()
  page: number;
  /**
   * Campaigns on a page.
   * @example 10
   */
  @ApiInt()
  limit: number;
  /**
   * Campaigns on all pages.
   * @example 1
   */
  @ApiInt()
  total: number;
  /** @example 1 */
  @ApiInt()
  totalPages: number;
}

/** Entity -> answer. */
export function toCampaignResponse(campaign: Campaign): CampaignResponse {
  const { id: _id, companyRef: _company, campaignId, deletedAt: _deleted, createdAt, updatedAt, ...fields } = campaign;
  return {
    id: campaignId,
    ...fields,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
