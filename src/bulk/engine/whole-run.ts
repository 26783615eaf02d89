import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/transaction';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import type { CodedIssue } from '../../platform/validation/coded-issue';
import { JobFiles } from '../files/job-files';
import type { BulkJob } from '../jobs/bulk-job.entity';
import type { JobStop } from '../jobs/job-control';
import type { RowOutcome } from '../jobs/bulk-outcome.entity';
import { failedRows, hasTooManyErrors, isApplied } from '../jobs/tally';
import type { ChunkSource } from './chunk-source';
import { ChunkResult, ChunkWork, talliesWith } from './chunk-work';
import { OutcomeSpool } from './outcome-spool';

/** Where the results of a transaction that is under way lie in the folder of their job. */
const SPOOL_NAME = 'results-under-way';

/** Why the job is not to go on, null while it is; asked before every chunk. @throws JobInterrupted when the service stops */
export type AskForStop = () => Promise<JobStop | null>;

/** How far a transaction came. */
interface Progress {
  readonly job: BulkJob;
  /** First row that failed. */
  readonly firstFailed: number | null;
}

/** Ends a transaction that must not be stored. */
class NotToBeStored extends Error {
  /** @param reached how far it came, or why it was stopped: then nothing is to be told of it */
  constructor(readonly reached: Progress | JobStop) {
    super('the transaction is not to be stored');
  }
}

/**
 * Applies all rows of a job in one transaction, in which each row sees what those before it did. A dry run is always
 * rolled back: nothing it wrote is ever committed. A job of all or nothing is rolled back when a row failed. What became
 * of the rows is stored afterwards.
 */
@Injectable()
export class WholeRun {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly work: ChunkWork,
    private readonly files: JobFiles,
  ) {}

  /** The job as it is then: worked through, stopped after too many failed rows, or cancelled. */
  async run(job: BulkJob, source: ChunkSource, askForStop: AskForStop): Promise<BulkJob> {
    const spool = await OutcomeSpool.create(this.files.of(job.jobId, SPOOL_NAME));
    let attempt = 0;
    try {
      return await this.unitOfWork.run(async (transaction) => {
        attempt++;
        spool.clear();
        const reached = await this.applyAll(transaction, job, source, { askForStop, spool, attempt });
        if (!('job' in reached) || job.dryRun || failedRows(reached.job) > 0) throw new NotToBeStored(reached);
        return this.store(transaction, job, spool, null);
      });
    } catch (error) {
      if (!(error instanceof NotToBeStored)) throw error;
      const { reached } = error;
      if (!('job' in reached)) return { ...job, ...reached };
      const refusedBy = job.options.onError === 'abort' ? reached.firstFailed : null;
      // At once: a process that died between two of them would go on as if the others had been applied.
      return await this.unitOfWork.run((transaction) => this.store(transaction, job, spool, refusedBy));
    } finally {
      await spool.remove();
    }
  }

  /** Applies chunk after chunk, as long as the job is to go on. */
  private async applyAll(
    transaction: Transaction,
    job: BulkJob,
    source: ChunkSource,
    { askForStop, spool, attempt }: { askForStop: AskForStop; spool: OutcomeSpool; attempt: number },
  ): Promise<Progress | JobStop> {
    let current = job;
    let firstFailed: number | null = null;
    while (current.nextChunk < current.chunks && !hasTooManyErrors(current)) {
      // Whoever wants the job to end says so outside this transaction.
      const stop = await this.unitOfWork.apart(askForStop);
      if (stop !== null) return stop;
      const task = await source.read(job, current.nextChunk);
      const result = await this.work.apply(transaction, job, task, attempt);
      await spool.add(result);
      firstFailed ??= result.outcomes.find(({ verdict }) => verdict === 'failed')?.row ?? null;
      current = { ...current, nextChunk: current.nextChunk + 1, tallies: talliesWith(current.tallies, result) };
      await yieldToOthers();
    }
    return { job: current, firstFailed };
  }

  /** Stores what became of the rows. @param refusedBy row because of which none was applied; null when that is not so */
  private async store(
    transaction: Transaction,
    job: BulkJob,
    spool: OutcomeSpool,
    refusedBy: number | null,
  ): Promise<BulkJob> {
    let stored = job;
    while (stored.nextChunk < spool.size) {
      const result = await spool.read(stored.nextChunk);
      stored = await this.work.store(
        transaction,
        stored,
        refusedBy === null ? result : refusedResult(result, refusedBy),
      );
    }
    return stored;
  }
}

/** The result of a chunk of which nothing was applied, because a row failed somewhere. */
function refusedResult(result: ChunkResult, firstFailed: number): ChunkResult {
  const issue: CodedIssue = {
    field: null,
    code: 'NOT_APPLIED',
    message: `not applied, because row ${firstFailed} failed and the call asked for all or nothing; correct what failed and send all rows again`,
    rejectedValue: null,
  };
  const outcomes = result.outcomes.map((outcome): RowOutcome => {
    if (!isApplied(outcome) && outcome.verdict !== 'skipped') return outcome;
    const { row, verdict, recordId } = outcome;
    const known = verdict === 'created' ? null : recordId;
    return { row, verdict: 'failed', recordId: known, issues: [issue], warnings: [] };
  });
  return { ...result, outcomes, amounts: [] };
}
