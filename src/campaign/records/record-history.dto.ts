import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { ApiAnyJson, ApiInt } from '../../platform/openapi/api-schema';
import { HistoryItem, toHistoryItemFacts } from '../../platform/history/history-item.dto';
import { IsCampaignId } from '../campaign.validators';
import type { DocumentChange } from './document-merge';
import type { RecordChange } from './record-change';
import { QueryInteger } from '../../platform/validation/query-integer';

/** Query of `GET /api/v1/customer-data/history`. */
export class RecordHistoryQuery {
  /**
   * Public id of the campaign.
   * @example 'camp_abc123'
   */
  @IsCampaignId()
  campaignId: string;

  /**
   * The `loan_id` or `lead_id` of the record.
   * @example 'loan_12345'
   */
  @ApiProperty()
  @IsString()
  @MaxLength(128)
  id: string;

  /** `nextCursor` of the page before. */
  @ApiProperty({ required: false })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  cursor?: string;

  /** Changes on a page, 1 to 100. */
  @ApiInt({ minimum: 1, required: false })
  @IsOptional()
  @QueryInteger()
  @IsInt()
  @Min(1)
  @Max(100)
  limit: number = 50;
}

/** One member of a record before and after; `from` or `to` is left out where the member was not there. */
export class DocumentChangeResponse implements DocumentChange {
  /**
   * JSON Pointer without its first slash.
   * @example 'payment_status'
   */
  @ApiProperty()
  field: string;
  @ApiAnyJson()
  from?: DocumentChange['from'];
  @ApiAnyJson()
  to?: DocumentChange['to'];
  /** There where the record as a whole was removed, or came back; its pointer is empty. */
  @ApiProperty({ required: false, enum: [true], type: Boolean })
  isWhole?: true;
}

/** One change of a record. */
export class RecordHistoryItem extends HistoryItem {
  changes: DocumentChangeResponse[];
}

/** Which page of the changes an answer is. */
export class RecordHistoryPagination {
  /**
   * Changes on a page.
   * @example 50
   */
  @ApiInt()
  limit: number;
  /** Value for `cursor` of the next page; null on the last. */
  nextCursor: string | null;
}

/** Entity -> answer. */
export function toRecordHistoryItem(entry: RecordChange): RecordHistoryItem {
  return { ...toHistoryItemFacts(entry), changes: entry.changes };
}
