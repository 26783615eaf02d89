import { ApiProperty } from '@nestjs/swagger';
import { ApiAnyJson, ApiInt } from '../../platform/openapi/api-schema';
import type { CustomerHistory } from '../customer-history.entity';

/** One field before and after. */
export class FieldChangeResponse {
  /** @example 'creditLimit' */
  field: string;
  /** @example '100000.00' */
  @ApiAnyJson()
  from: unknown;
  /** @example '150000.50' */
  @ApiAnyJson()
  to: unknown;
}

/** One change of a customer. */
export class HistoryItemResponse {
  /** @example '2026-01-05T09:30:00.000Z' */
  @ApiProperty({ format: 'date-time' })
  at: string;
  /**
   * Client or key that made the change.
   * @example 'key:key_5f0c9a1b2c3d4e5f60718293'
   */
  by: string;
  /**
   * Bulk job that made it; null for a single request.
   * @example 'JOB7Q2M9RX4T1B8ZC7Q2M9RX4T1B8'
   */
  jobId: string | null;
  /**
   * Row of the job's file.
   * @example 2
   */
  @ApiInt()
  row: number | null;
  /** @example 2 */
  @ApiInt()
  version: number;
  changes: FieldChangeResponse[];
}

/** Entity -> answer. */
export function toHistoryItem(entry: CustomerHistory): HistoryItemResponse {
  return {
    at: entry.changedAt.toISOString(),
    by: entry.changedBy,
    jobId: entry.jobId,
    row: entry.rowNo,
    version: entry.version,
    changes: entry.changes,
  };
}
