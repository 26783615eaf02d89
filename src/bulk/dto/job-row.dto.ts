import { ApiProperty } from '@nestjs/swagger';
import { ApiAnyJson, ApiInt } from '../../platform/openapi/api-schema';
import type { RowOutcome } from '../jobs/bulk-outcome.entity';
import { RowIssueResponse } from './bulk-response.dto';

/** What can become of a row. */
export const ROW_OUTCOMES = ['created', 'updated', 'unchanged', 'failed', 'skipped', 'unprocessed'] as const;
export type RowOutcomeName = (typeof ROW_OUTCOMES)[number];

/** One field before and after. */
export class RowChangeResponse {
  /** @example 'creditLimit' */
  field: string;
  /** @example '100000.00' */
  @ApiAnyJson()
  from: unknown;
  /** @example '150000.50' */
  @ApiAnyJson()
  to: unknown;
}

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
  /** Of a dry run: what the row would change. */
  changes?: RowChangeResponse[];
}

/** Outcome of a row -> answer. */
export function toJobRow(outcome: RowOutcome, table: string): JobRowResponse {
  const { row, verdict, recordId, issues, warnings, changes } = outcome;
  const shown = { row, table, outcome: verdict, recordId, errors: [...issues], warnings: [...warnings] };
  return changes === undefined ? shown : { ...shown, changes: [...changes] };
}
