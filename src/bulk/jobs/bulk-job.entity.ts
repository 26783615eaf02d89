import { Column, Entity } from 'typeorm';
import { BooleanColumn, IdColumn, JsonColumn, RefColumn, TimeColumn } from '../../platform/database/columns';

export const JOB_STATES = ['queued', 'running', 'completed', 'failed', 'cancelled'] as const;
export type JobState = (typeof JOB_STATES)[number];

/** True for a job nobody works on any more. */
export function hasEnded(state: JobState): boolean {
  return state !== 'queued' && state !== 'running';
}

/** Which of several rows for one record applies: the first, the last, or none of them. */
export const DUPLICATE_RULES = ['first', 'last', 'reject'] as const;
export type DuplicateChoice = (typeof DUPLICATE_RULES)[number];
/** `each`: all of them do, one after the other, as the items of a JSON call. */
export type DuplicateRule = DuplicateChoice | 'each';

/** What a failed row means for the others: nothing, or that none is applied. */
export const ERROR_RULES = ['continue', 'abort'] as const;
export type ErrorRule = (typeof ERROR_RULES)[number];

/** What the caller chose. */
export interface JobOptions {
  readonly duplicates: DuplicateRule;
  /** Absent: `continue`. */
  readonly onError?: ErrorRule;
  /** The job stops at the next border between two chunks once so many rows failed. */
  readonly maxErrors?: number;
  /** Dry run that this job does for real. */
  readonly commits?: string;
  /** Job whose changes this one takes back. */
  readonly undoes?: string;
  /** Job for which the rows were stored, when it is another: secrets in them are sealed for it. */
  readonly rowsOf?: string;
}

/** The rows of one table, each in exactly one of the counts below `received`. */
export interface TableTally {
  readonly table: string;
  readonly received: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly failed: number;
  readonly skipped: number;
  /** Applied rows that carry a warning. */
  readonly warned: number;
  /** Rows whose chunk had to be tried again after a deadlock, a lock timeout or a lost connection. */
  readonly retried: number;
  /** Exact decimal sum of the amounts of applied rows. */
  readonly amount: string;
}

/** Why a job as a whole did not end well. */
export interface JobError {
  readonly code: string;
  readonly message: string;
}

/** True for the end of a job that its caller asked for, by `onError` or `maxErrors`. */
export function isCallersChoice(error: JobError | null): boolean {
  return error?.code === 'ABORTED' || error?.code === 'TOO_MANY_ERRORS';
}

/** One bulk call. */
@Entity('bulk_jobs')
export class BulkJob {
  @IdColumn()
  id: number;

  /** Public id, `^JOB[A-Z0-9]{26}$` (134 random bits). */
  @Column()
  jobId: string;

  @RefColumn()
  companyRef: number;

  @Column()
  family: string;

  /** Importer that takes the rows. */
  @Column()
  target: string;

  @Column({ type: 'varchar' })
  state: JobState;

  @BooleanColumn()
  dryRun: boolean;

  /** Job whose failure file was corrected and sent back. */
  @Column({ type: 'varchar', nullable: true })
  parentJobId: string | null;

  /** Name the caller gave the file; shown, never used as a path. */
  @Column({ type: 'varchar', nullable: true })
  fileName: string | null;

  @Column()
  fileFormat: string;

  @Column()
  fileSha256: string;

  @Column()
  createdBy: string;

  @JsonColumn()
  options: JobOptions;

  @JsonColumn()
  tallies: TableTally[];

  /** Chunks the rows are stored in. */
  @Column({ type: 'int' })
  chunks: number;

  /** The checkpoint: chunks before it are applied. */
  @Column({ type: 'int' })
  nextChunk: number;

  /** Somebody wants the job to stop at the next border between two chunks. */
  @BooleanColumn()
  cancelRequested: boolean;

  @JsonColumn({ nullable: true })
  error: JobError | null;

  /** Until then the process that works on a running job counts as alive; afterwards another may take over. */
  @TimeColumn({ nullable: true })
  leaseUntil: Date | null;

  /** Counts the processes that took the job over; what one of them writes names the number it has. */
  @Column({ type: 'int' })
  fence: number;

  /** Job that did this dry run for real. */
  @Column({ type: 'varchar', nullable: true })
  committedBy: string | null;

  /** Job that tried its rows again. */
  @Column({ type: 'varchar', nullable: true })
  retriedBy: string | null;

  @TimeColumn()
  createdAt: Date;

  @TimeColumn({ nullable: true })
  startedAt: Date | null;

  @TimeColumn({ nullable: true })
  finishedAt: Date | null;
}
