import { ApiProperty } from '@nestjs/swagger';
import { ApiInt } from '../../platform/openapi/api-schema';
import { jobPath } from '../files/job-path';
import type { BulkJob, JobState } from '../jobs/bulk-job.entity';
import { ResultLink, ResultLinks } from './bulk-response.dto';
import { unprocessedRows } from '../jobs/tally';

/** Signed links of a job. */
export interface JobFileLinks extends ResultLinks {
  readonly events: string;
  /** All result files, those of other tables than the main one too. */
  readonly files: ResultLink[];
}

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
  /** Rows that a job which was stopped did not come to. */
  @ApiProperty({ format: 'uri' })
  unprocessed: string | null;
  /** All its result files, with those of other tables than the main one, such as `Contacts`. */
  files: ResultLink[];
  /**
   * Server-sent events while it goes on; a signed link, so that `EventSource` needs no token.
   */
  @ApiProperty({ format: 'uri' })
  events: string;
  /** Its rows and what became of each. */
  @ApiProperty({ format: 'uri' })
  rows: string;
}

/** A bulk job. */
export class JobResponse {
  /** @example 'JOB7Q2M9RX4T1B8ZC7Q2M9RX4T1B8' */
  jobId: string;
  /** @example 'receivables' */
  family: string;
  /**
   * What its rows are for, such as `customer.create`, `customer.update`, or the name of an extension; with `undo:` in
   * front for a job that takes back what others of that target did.
   * @example 'customer.update'
   */
  target: string;
  /** @example 'completed' */
  state: JobState;
  dryRun: boolean;
  /** Job whose corrected failure file this is, or which it commits, takes back or tries again. */
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

/** Counts over all tables of a job. */
export function countersOf({ tallies }: BulkJob): JobCounters {
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

/** How fast a job is, and how long it will take; null before its first rows. */
export function speedOf(job: BulkJob): Pick<JobResponse, 'rowsPerSecond' | 'etaSeconds'> {
  const { received, unprocessed } = countersOf(job);
  const { startedAt, finishedAt } = job;
  const seconds = startedAt === null ? 0 : ((finishedAt ?? new Date()).getTime() - startedAt.getTime()) / MILLISECONDS;
  const rate = seconds > 0 && received > unprocessed ? (received - unprocessed) / seconds : null;
  return {
    rowsPerSecond: rate === null ? null : Math.round(rate),
    // Nobody goes on with what a job that has ended left.
    etaSeconds: rate === null ? null : finishedAt === null ? Math.ceil(unprocessed / rate) : 0,
  };
}

/** Entity and its result files -> answer. */
export function toJobResponse(job: BulkJob, baseUrl: string, files: JobFileLinks): JobResponse {
  const self = `${baseUrl}${jobPath(job.jobId)}`;
  const links: JobLinks = {
    self,
    events: files.events,
    rows: `${self}/rows`,
    success: files.success?.url ?? null,
    failure: files.failure?.url ?? null,
    unprocessed: files.unprocessed?.url ?? null,
    files: files.files,
  };
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
    counters: countersOf(job),
    ...speedOf(job),
    error: job.error,
    links,
  };
}
