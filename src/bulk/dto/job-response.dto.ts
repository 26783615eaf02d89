import { ApiProperty } from '@nestjs/swagger';
import { ApiInt } from '../../platform/openapi/api-schema';
import type { BulkJob, JobState } from '../jobs/bulk-job.entity';
import { unprocessedRows } from '../jobs/tally';

/** Rows of a job, over all its tables; all but the last two add up to `received`. */
export class JobCounters {
  /** @example 100 */
  @ApiInt()
  received: number;
  /** @example 0 */
  @ApiInt()
  created: number;
  /** @example 97 */
  @ApiInt()
  updated: number;
  /** @example 2 */
  @ApiInt()
  unchanged: number;
  /** @example 1 */
  @ApiInt()
  failed: number;
  /** @example 0 */
  @ApiInt()
  skipped: number;
  /** @example 0 */
  @ApiInt()
  unprocessed: number;
  /** @example 2 */
  @ApiInt()
  warned: number;
  /** @example 0 */
  @ApiInt()
  retried: number;
}

/** Why a job as a whole failed. */
export class JobErrorResponse {
  /** @example 'ROWS_UNACCOUNTED' */
  code: string;
  /** @example '3 rows stand in no count; tell the operator' */
  message: string;
}

/** Where to go from a job; null for what it does not have. */
export class JobLinks {
  @ApiProperty({ format: 'uri' })
  self: string;
  @ApiProperty({ format: 'uri' })
  success: string | null;
  @ApiProperty({ format: 'uri' })
  failure: string | null;
}

/** A bulk job. */
export class JobResponse {
  /** @example 'JOB7Q2M9RX4T1B8ZC7Q2M9RX4T1B8' */
  jobId: string;
  /** @example 'receivables' */
  family: string;
  /** @example 'customer.update' */
  target: string;
  /** @example 'completed' */
  state: JobState;
  dryRun: boolean;
  /** Job whose corrected failure file this is. */
  parentJobId: string | null;
  /** @example 'customers.csv' */
  fileName: string | null;
  /** @example '2026-01-05T09:30:00.000Z' */
  @ApiProperty({ format: 'date-time' })
  createdAt: string;
  @ApiProperty({ format: 'date-time' })
  startedAt: string | null;
  @ApiProperty({ format: 'date-time' })
  finishedAt: string | null;
  /** @example 'key:key_5f0c9a1b2c3d4e5f60718293' */
  createdBy: string;
  counters: JobCounters;
  /** @example 21000 */
  @ApiInt()
  rowsPerSecond: number | null;
  /** @example 0 */
  @ApiInt()
  etaSeconds: number | null;
  // Spelled out: OpenAPI 3.0 has no way to say "null or that class".
  @ApiProperty({
    type: 'object',
    nullable: true,
    required: ['code', 'message'],
    properties: {
      code: { type: 'string', example: 'ROWS_UNACCOUNTED' },
      message: { type: 'string', example: '3 rows stand in no count; tell the operator' },
    },
  })
  error: JobErrorResponse | null;
  links: JobLinks;
}

const MILLISECONDS = 1000;

function countersOf({ tallies }: BulkJob): JobCounters {
  const counters: JobCounters = {
    received: 0,
    created: 0,
    updated: 0,
    unchanged: 0,
    failed: 0,
    skipped: 0,
    unprocessed: 0,
    warned: 0,
    retried: 0,
  };
  for (const tally of tallies) {
    for (const name of [
      'received',
      'created',
      'updated',
      'unchanged',
      'failed',
      'skipped',
      'warned',
      'retried',
    ] as const) {
      counters[name] += tally[name];
    }
    counters.unprocessed += unprocessedRows(tally);
  }
  return counters;
}

/** Entity -> answer. */
export function toJobResponse(job: BulkJob, links: JobLinks): JobResponse {
  const counters = countersOf(job);
  const done = counters.received - counters.unprocessed;
  const seconds =
    job.startedAt === null ? 0 : ((job.finishedAt ?? new Date()).getTime() - job.startedAt.getTime()) / MILLISECONDS;
  const rate = seconds > 0 && done > 0 ? done / seconds : null;
  return {
    jobId: job.jobId,
    family: job.family,
    target: job.target,
    state: job.state,
    dryRun: job.dryRun,
    parentJobId: job.parentJobId,
    fileName: job.fileName,
    createdAt: job.createdAt.toISOString(),
    startedAt: job.startedAt?.toISOString() ?? null,
    finishedAt: job.finishedAt?.toISOString() ?? null,
    createdBy: job.createdBy,
    counters,
    rowsPerSecond: rate === null ? null : Math.round(rate),
    etaSeconds: rate === null ? null : Math.ceil(counters.unprocessed / rate),
    error: job.error,
    links,
  };
}
