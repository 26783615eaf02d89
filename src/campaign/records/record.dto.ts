import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { ApiInt } from '../../platform/openapi/api-schema';
import type { CampaignRecord } from '../campaign-record.entity';
import { MOST_RECORDS } from '../campaign.dto';
import { CAMPAIGN_ID, IsCampaignId } from '../campaign.validators';
import type { JsonObject } from './document-merge';
import { QueryInteger } from '../../platform/validation/query-integer';

const DOCUMENT = { type: 'object', additionalProperties: true } as const;
/** A document as it is sent. */
const SENT = { ...DOCUMENT, minProperties: 1, maxProperties: 100 } as const;
const NEW_RECORDS = { type: 'array', items: SENT, minItems: 1, maxItems: MOST_RECORDS, required: false } as const;
const CAMPAIGN = { pattern: CAMPAIGN_ID.source };
const RECORD_ID = { minLength: 1, maxLength: 128 };

/** One record of the bulk update. */
export class BulkRecord {
  /**
   * The `loan_id` or `lead_id` of the record.
   * @example 'loan_12345'
   */
  @ApiProperty(RECORD_ID)
  id: string;

  /** Merged into the record (RFC 7396): objects merge, null removes, everything else replaces. */
  @ApiProperty({ ...SENT, example: { payment_status: 'paid', emi_amount: 5000 } })
  data: JsonObject;

  /** Apply only to this version of the record. */
  @ApiInt({ minimum: 1, required: false })
  ifVersion?: number;
}

/** Body of `PUT /api/v1/customer-data/bulk`; what is wrong with single records is told in the answer. */
export class BulkUpdateRequest {
  /** @example 'camp_abc123' */
  @ApiProperty(CAMPAIGN)
  campaignId: string;

  @ApiProperty({ type: [BulkRecord], minItems: 1, maxItems: MOST_RECORDS })
  records: BulkRecord[];
}

/** Body of `POST /api/v1/customers/add`. */
export class AddRecordRequest {
  /** @example 'camp_abc123' */
  @ApiProperty(CAMPAIGN)
  campaignId: string;

  /** The record, its `loan_id` or `lead_id` inside. */
  @ApiProperty(SENT)
  data: JsonObject;
}

/** Body of `POST /api/v1/customers/add/bulk`. */
export class AddRecordsRequest {
  /** @example 'camp_abc123' */
  @ApiProperty(CAMPAIGN)
  campaignId: string;

  /** The records, each with its `loan_id` or `lead_id` inside. One of the two names must be there. */
  @ApiProperty(NEW_RECORDS)
  data?: JsonObject[];

  /** Another name of `data`; send one of them. */
  @ApiProperty(NEW_RECORDS)
  records?: JsonObject[];
}

/** Body of `PUT /api/v1/customer-data`. */
export class UpdateRecordRequest {
  /** @example 'camp_abc123' */
  @ApiProperty(CAMPAIGN)
  campaignId: string;

  /**
   * Id of the record: its `loan_id` or `lead_id`. One of the three names must be there.
   * @example 'loan_12345'
   */
  @ApiProperty({ ...RECORD_ID, required: false })
  id?: string;

  /** Another name of `id`; send one of them. */
  @ApiProperty({ ...RECORD_ID, required: false })
  loan_id?: string;

  /** Another name of `id`; send one of them. */
  @ApiProperty({ ...RECORD_ID, required: false })
  lead_id?: string;

  /** Merged into the record (RFC 7396): objects merge, null removes, everything else replaces. */
  @ApiProperty({ ...SENT, example: { payment_status: 'paid', emi_amount: 5000 } })
  data: JsonObject;

  /** Apply only to this version of the record. */
  @ApiInt({ minimum: 1, required: false })
  ifVersion?: number;
}

/** Query of `GET /api/v1/customer-data`: one record by its id, or a page of them. */
export class RecordQuery {
  /**
   * Public id of the campaign.
   * @example 'camp_abc123'
   */
  @IsCampaignId()
  campaignId: string;

  /** The record to read; without it the records of the campaign are listed. */
  @ApiProperty({ required: false })
  @IsOptional()
  @IsString()
  @MaxLength(128)
  id?: string;

  /** `nextCursor` of the page before. */
  @ApiProperty({ required: false })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  cursor?: string;

  /** Records on a page, 1 to 1000. */
  @ApiInt({ minimum: 1, required: false })
  @IsOptional()
  @QueryInteger()
  @IsInt()
  @Min(1)
  @Max(1000)
  limit: number = 100;
}

/** A record in an answer. */
export class RecordResponse {
  /** @example 'loan_12345' */
  @ApiProperty()
  id: string;
  /**
   * Counts the changes; the value for `ifVersion`.
   * @example 3
   */
  @ApiInt()
  version: number;
  /** The document. */
  @ApiProperty(DOCUMENT)
  data: JsonObject;
  /** @example '2026-11-21T09:30:00.000Z' */
  @ApiProperty({ format: 'date-time' })
  createdAt: string;
  /** @example '2026-11-21T09:30:00.000Z' */
  @ApiProperty({ format: 'date-time' })
  updatedAt: string;
}

/** Which page of the records an answer is. */
export class RecordPagination {
  /**
   * Records on a page.
   * @example 100
   */
  @ApiInt()
  limit: number;
  /**
   * Records of the campaign.
   * @example 3
   */
  @ApiInt()
  total: number;
  /** Value for `cursor` of the next page; null on the last. */
  nextCursor: string | null;
}

/** The record that was added. */
export class AddedRecord {
  /** @example 'loan_13579' */
  id: string;
  /** @example 'camp_abc123' */
  campaignId: string;
}

/** What became of a change of one record. */
export class UpdatedRecord {
  /** @example 'loan_12345' */
  id: string;
  /** `noop`: the record said so already. */
  result: 'updated' | 'noop';
  /**
   * Version of the record now; the value for `ifVersion`.
   * @example 2
   */
  @ApiInt()
  version: number;
}

/** Entity -> answer. */
export function toRecordResponse({ recordId, version, data, createdAt, updatedAt }: CampaignRecord): RecordResponse {
  return {
    id: recordId,
    version,
    data: JSON.parse(data) as JsonObject,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
