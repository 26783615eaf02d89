import { ApiProperty } from '@nestjs/swagger';
import { ApiInt } from '../../platform/openapi/api-schema';
import type { RowOutcome } from '../jobs/bulk-outcome.entity';
import { RowIssueResponse } from './bulk-response.dto';

/** What can become of a row. */
export const ROW_OUTCOMES = ['created', 'updated', 'unchanged', 'failed', 'skipped', 'unprocessed'] as const;
export type RowOutcomeName = (typeof ROW_OUTCOMES)[number];

/** A row of a job. */
export class JobRowResponse {
  /**
   * Row of the file, or place of the item from 1 on.
   * @example 2
   */
  @ApiInt()
  row: number;
  /** @example 'Customers' */
  table: string;
  @ApiProperty({ enum: ROW_OUTCOMES })
  outcome: RowOutcomeName;
  /**
   * Id of the record in its API; null when there is none.
   * @example 'KC7Q2M9RX4T1B8ZC'
   */
  recordId: string | null;
  errors: RowIssueResponse[];
  warnings: RowIssueResponse[];
}

/** Outcome of a row -> answer. */
export function toJobRow({ row, verdict, recordId, issues, warnings }: RowOutcome, table: string): JobRowResponse {
  return { row, table, outcome: verdict, recordId, errors: [...issues], warnings: [...warnings] };
}
