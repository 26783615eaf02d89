import { ApiProperty } from '@nestjs/swagger';
import { ApiInt } from '../openapi/api-schema';
import type { HistoryEntry } from './history-entry.entity';

/** Who made a change, when, and how. */
export class HistoryItem {
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
   * Row of the job.
   * @example 2
   */
  @ApiInt()
  row: number | null;
  /**
   * Version after the change.
   * @example 2
   */
  @ApiInt()
  version: number;
}

/** Entity -> answer, but for what was changed. */
export function toHistoryItemFacts({
  changedAt,
  changedBy,
  jobId,
  rowNo,
  version,
}: Omit<HistoryEntry, 'id'>): HistoryItem {
  return { at: changedAt.toISOString(), by: changedBy, jobId, row: rowNo, version };
}
