import { setImmediate as yieldToOthers, setTimeout as sleep } from 'node:timers/promises';
import { BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { CommitOutcomeUnknown } from '../../platform/database/database.errors';
import { isDatabaseUnavailable } from '../../platform/database/driver-error';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { JobFiles } from '../files/job-files';
import { SPOOL_NAME } from '../files/file-intake';
import { BulkJob, TableTally } from '../jobs/bulk-job.entity';
import { JobInterrupted, JobTakenOver } from '../jobs/bulk-job.errors';
import { BulkJobRepository } from '../jobs/bulk-job.repository';
import type { RowOutcome } from '../jobs/bulk-outcome.entity';
import { addToTally } from '../jobs/tally';
import type { BulkImporter, JobContext, ReadyRow, RowResult } from './bulk-importer.contract';
import { ChunkApplier } from './chunk-applier';
import { ClaimPlanner } from './claim-planner';
import { ImporterRegistry } from './importer.registry';
import { JudgedRow, readyRows, RowReader } from './row-reader';
import { RowChunk, SpoolReader } from './row-spool';

/** How long a job waits for a database that went away before it gives up until the next start. */
const DATABASE_PATIENCE_MS = 120_000;
const DATABASE_PAUSE_MS = 500;
const RESTART_SECONDS = 10;

/** Called after every chunk with the job as it stands. */
export type ProgressListener = (job: BulkJob) => void;

/**
 * Applies the rows of a job chunk by chunk. The transaction of a chunk holds its data, its history, the outcome of each
 * row and the checkpoint, so each row is applied exactly once however often a chunk is tried.
 */
@Injectable()
export class JobRunner implements BeforeApplicationShutdown {
  private readonly logger = new Logger(JobRunner.name);
  private stopping = false;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: BulkJobRepository,
    private readonly importers: ImporterRegistry,
    private readonly applier: ChunkApplier,
    private readonly files: JobFiles,
  ) {}

  /** Lets running jobs stop at the next border between two chunks. */
  beforeApplicationShutdown(): void {
    this.stopping = true;
  }

  /**
   * Runs the chunks that are not applied yet and gives the job as it is then: worked through, or cancelled before.
   *
   * @throws JobInterrupted
   */
  async run(job: BulkJob, onProgress: ProgressListener = () => undefined): Promise<BulkJob> {
    const importer = this.importers.get(job.target);
    const spool = await SpoolReader.open(this.files.of(job.jobId, SPOOL_NAME));
    try {
      const claims = await new ClaimPlanner(this.unitOfWork, this.jobs).plan(job, importer, spool);
      const readers = importer.tables.map((table) => new RowReader(table));
      let current = job;
      while (current.nextChunk < current.chunks) {
        if (this.stopping) {
          throw new JobInterrupted(
            `The service is being stopped; the job ${job.jobId} goes on by itself when it is back.`,
            { retryAfterSeconds: RESTART_SECONDS },
          );
        }
        if (await this.isCancelled(current)) return { ...current, cancelRequested: true };
        const chunk = await spool.read(current.nextChunk);
        const judged = readers[chunk.table]?.read(chunk.columns, chunk.rows) ?? [];
        const ofTable = claims[chunk.table];
        const context: Omit<JobContext, 'attempt'> = {
          ...jobFacts(current),
          claim: (record, row) => ofTable?.claim(record, row) ?? null,
        };
        current = await this.survivingOutages(current, () =>
          this.applyChunk(current, importer, context, chunk, judged),
        );
        onProgress(current);
        await yieldToOthers();
      }
      return current;
    } finally {
      await spool.close();
    }
  }

  private isCancelled(job: BulkJob): Promise<boolean> {
    return this.unitOfWork.read((transaction) => this.jobs.isCancelRequested(transaction, job));
  }

  private async applyChunk(
    job: BulkJob,
    importer: BulkImporter,
    context: Omit<JobContext, 'attempt'>,
    chunk: RowChunk,
    judged: readonly JudgedRow[],
  ): Promise<BulkJob> {
    const table = importer.tables[chunk.table];
    if (table === undefined) throw new Error(`${job.target} has no table ${chunk.table}`);
    const ready = readyRows(judged);
    let tries = 0;
    return this.unitOfWork.run(async (transaction) => {
      tries++;
      const results = await this.applier.apply(transaction, table, { ...context, attempt: tries }, ready);
      const outcomes = joinOutcomes(judged, ready, results);
      const amounts = results.flatMap(({ amount }) => amount ?? []);
      const retried = tries > 1 ? ready.length : results.filter(({ isRetried }) => isRetried === true).length;
      const tallies = job.tallies.map((tally, index): TableTally => {
        if (index !== chunk.table) return tally;
        return { ...addToTally(tally, outcomes, amounts), retried: tally.retried + retried };
      });
      if (!(await this.jobs.advance(transaction, job, outcomes, tallies))) {
        throw new JobTakenOver(`Another process goes on with the job ${job.jobId}; read the job for its result.`);
      }
      return { ...job, nextChunk: job.nextChunk + 1, tallies };
    });
  }

  /** Runs a step; while the database is away it waits, then reads the checkpoint to learn whether the step was stored. */
  private async survivingOutages(job: BulkJob, step: () => Promise<BulkJob>): Promise<BulkJob> {
    const until = Date.now() + DATABASE_PATIENCE_MS;
    let attempt = step;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        const isOutage = error instanceof CommitOutcomeUnknown || isDatabaseUnavailable(error);
        if (!isOutage || Date.now() > until) throw error;
        this.logger.warn({ err: error, jobId: job.jobId, chunk: job.nextChunk }, 'waiting for the database');
        await sleep(DATABASE_PAUSE_MS);
        attempt = async () => {
          const stored = await this.unitOfWork.read((transaction) => this.jobs.get(transaction, job.jobId));
          return stored.nextChunk > job.nextChunk ? stored : step();
        };
      }
    }
  }
}

function jobFacts({ jobId, companyRef, createdBy, options }: BulkJob): Omit<JobContext, 'claim' | 'attempt'> {
  return {
    jobId,
    companyRef,
    createdBy,
    at: new Date(),
    rowsOf: options.rowsOf ?? jobId,
    duplicates: options.duplicates,
  };
}

/** One outcome per row in row order: refused rows from their issues, the others from their results. */
function joinOutcomes(
  judged: readonly JudgedRow[],
  ready: readonly ReadyRow<unknown>[],
  results: readonly RowResult[],
): RowOutcome[] {
  const byRow = new Map(ready.map(({ row }, index) => [row, results[index]]));
  return judged.map(({ row, parsed }): RowOutcome => {
    const result = byRow.get(row);
    if (result === undefined) {
      return { row, verdict: 'failed', recordId: parsed.recordId, issues: parsed.issues, warnings: [] };
    }
    const { verdict, recordId, issues, warnings } = result;
    return {
      row,
      verdict,
      recordId: recordId ?? parsed.recordId,
      issues,
      warnings: verdict === 'failed' ? [] : [...parsed.warnings, ...warnings],
    };
  });
}
