import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config';
import type { Transaction } from '../../platform/database/transaction';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import type { CodedIssue } from '../../platform/validation/coded-issue';
import { JobFiles } from '../files/job-files';
import type { AppliedChunk } from '../files/result-files';
import type { BulkJob, TableTally } from '../jobs/bulk-job.entity';
import type { JobStop } from '../jobs/job-control';
import type { RowOutcome } from '../jobs/bulk-outcome.entity';
import { failedRows, hasTooManyErrors, isApplied } from '../jobs/tally';
import { FairPlaces } from '../jobs/fair-places';
import type { ChunkSource } from './chunk-source';
import { ChunkResult, ChunkWork, talliesWith } from './chunk-work';
import { OutcomeSpool } from './outcome-spool';

/** Characters of outcomes from which on a transaction stores them; SQLite commits as much in a few milliseconds. */
const LAID_CHARACTERS = 512 * 1024;

/** Why the job is not to go on, null while it is; asked for every chunk. @throws JobInterrupted when the service stops */
export type AskForStop = () => Promise<JobStop | null>;

/** How far a transaction came. */
interface Progress {
  readonly job: BulkJob;
  /** The tallies of the job after each chunk. */
  readonly tallies: readonly TableTally[][];
  /** Of each chunk: index of its table, and rows that were tried again. */
  readonly chunks: readonly Pick<ChunkResult, 'table' | 'retried'>[];
  /** First row that failed. */
  readonly firstFailed: number | null;
}

/** What a job came to. */
export interface WholeRunEnd {
  /** As it is then: worked through, stopped after too many failed rows, or cancelled. */
  readonly job: BulkJob;
  /** Resolves when nothing is left in the database of what was not to stay. */
  readonly undone: Promise<void>;
}

/** What one run of the transaction needs. */
interface Attempt {
  readonly number: number;
  readonly askForStop: AskForStop;
  /** Takes what became of the rows, chunk by chunk. */
  readonly spool: OutcomeSpool;
  /** Told of each chunk where what became of it is final; null where all of it may still be refused. */
  readonly followers: WholeRunListeners | null;
}

/** Those who follow a run. */
export interface WholeRunListeners {
  readonly onChunk: (job: BulkJob, chunk: AppliedChunk) => Promise<void>;
  readonly onRestart: () => Promise<void>;
}

/**
 * Applies all rows of a job in one transaction, in which each row sees what those before it did. A dry run is always
 * rolled back: nothing it wrote is ever committed. A job of all or nothing is rolled back when a row failed. What became
 * of the rows is stored afterwards.
 */
@Injectable()
export class WholeRun {
  private readonly places: FairPlaces;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly work: ChunkWork,
    private readonly files: JobFiles,
    { databasePoolSize }: AppConfig,
  ) {
    // Each needs a second connection beside that of its transaction; if they had them all, none could go on.
    this.places = new FairPlaces(Math.floor(databasePoolSize / 2));
  }

  /**
   * Works through the job when it has a place; what it came to is stored by then. Of a dry run, the listeners are told
   * meanwhile: what its rows come to is not changed by those behind.
   */
  run(job: BulkJob, source: ChunkSource, askForStop: AskForStop, listeners: WholeRunListeners): Promise<WholeRunEnd> {
    return this.places.take(job.companyRef, () => this.runInTurn(job, source, askForStop, listeners));
  }

  private async runInTurn(
    job: BulkJob,
    source: ChunkSource,
    askForStop: AskForStop,
    listeners: WholeRunListeners,
  ): Promise<WholeRunEnd> {
    const followers = job.dryRun && job.options.onError !== 'abort' ? listeners : null;
    const spool = await OutcomeSpool.create(this.files.folderOf(job.jobId));
    let number = 0;
    try {
      const { result, undone } = await this.unitOfWork.runTentatively<BulkJob | Progress>(async (transaction) => {
        spool.clear();
        await listeners.onRestart();
        const attempt = { number: ++number, askForStop, spool, followers };
        const reached = await this.applyAll(transaction, job, source, attempt);
        if (!('job' in reached)) {
          await listeners.onRestart();
          return { result: { ...job, ...reached }, isKept: false };
        }
        if (job.dryRun || failedRows(reached.job) > 0) return { result: reached, isKept: false };
        return { result: await this.store(job, asApplied(spool, reached)), isKept: true };
      });
      if (!('job' in result)) return { job: result, undone };
      return { job: await this.store(job, asTakenBack(job, spool, result)), undone };
    } finally {
      await spool.remove();
    }
  }

  /** Applies chunk after chunk, as long as the job is to go on. */
  private async applyAll(
    transaction: Transaction,
    job: BulkJob,
    source: ChunkSource,
    { number, askForStop, spool, followers }: Attempt,
  ): Promise<Progress | JobStop> {
    let current = job;
    let firstFailed: number | null = null;
    const tallies: TableTally[][] = [];
    const chunks: Pick<ChunkResult, 'table' | 'retried'>[] = [];
    // Not a part of this transaction: the next chunk is read and judged, and whoever wants the job to end is heard.
    const lookAhead = (chunkNo: number) => {
      const ahead = this.unitOfWork.apart(() => Promise.all([source.read(job, chunkNo), askForStop()]));
      ahead.catch(() => undefined);
      return ahead;
    };
    let ahead = lookAhead(job.nextChunk);
    let told = Promise.resolve();
    let tellLast = (): Promise<void> => Promise.resolve();
    try {
      while (current.nextChunk < current.chunks && !hasTooManyErrors(current)) {
        const [task, stop] = await ahead;
        if (stop !== null) return stop;
        if (task === null) throw new Error(`The job ${job.jobId} has no chunk ${current.nextChunk}`);
        // What can wait until the database has something to do.
        const meanwhile = once(() => {
          ahead = lookAhead(task.chunkNo + 1);
          told = yieldToOthers().then(tellLast);
          told.catch(() => undefined);
        });
        const beforeWriting = () => Promise.resolve().then(meanwhile);
        const result = await this.work.apply(transaction, job, task, { attempt: number, beforeWriting });
        meanwhile();
        await told;
        const { outcomes } = result;
        firstFailed ??= outcomes.find(({ verdict }) => verdict === 'failed')?.row ?? null;
        current = { ...current, nextChunk: current.nextChunk + 1, tallies: talliesWith(current.tallies, result) };
        const reached = current;
        tellLast = async () => {
          await spool.add(JSON.stringify(outcomes));
          await followers?.onChunk(reached, { rows: task.rows, outcomes });
        };
        tallies.push(current.tallies);
        chunks.push({ table: result.table, retried: result.retried });
        await yieldToOthers();
      }
      await tellLast();
    } finally {
      await Promise.allSettled([ahead, told]);
    }
    return { job: current, tallies, chunks, firstFailed };
  }

  /**
   * Stores what became of the rows: as part of the transaction that applied them; where nothing was applied, some chunks
   * at a time, since the COMMIT of all of them together stops the process (measured for 100,000 rows on SQLite: 200 ms).
   */
  private async store(job: BulkJob, chunks: AsyncIterable<StoredChunk>): Promise<BulkJob> {
    let { nextChunk, tallies } = job;
    let waiting: string[] = [];
    let characters = 0;
    const lay = async () => {
      const [first, laid] = [nextChunk, waiting];
      [nextChunk, waiting, characters] = [first + laid.length, [], 0];
      await this.unitOfWork.run((transaction) => this.work.lay(transaction, job, first, laid));
    };
    for await (const chunk of chunks) {
      tallies = chunk.tallies;
      waiting.push(chunk.outcomes);
      characters += chunk.outcomes.length;
      if (characters >= LAID_CHARACTERS) await lay();
    }
    if (waiting.length > 0) await lay();
    return this.unitOfWork.run((transaction) => this.work.moveTo(transaction, job, nextChunk, tallies));
  }
}

/** Does something the first time it is called. */
function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) act();
    isDone = true;
  };
}

/** What became of the rows of a chunk, as JSON, and the tallies of the job after it. */
interface StoredChunk {
  readonly outcomes: string;
  readonly tallies: TableTally[];
}

/** What would have become of the rows, or, where one of them failed and all were to be applied or none, that none was. */
function asTakenBack(job: BulkJob, spool: OutcomeSpool, reached: Progress): AsyncGenerator<StoredChunk> {
  const { firstFailed } = reached;
  const isRefused = job.options.onError === 'abort' && firstFailed !== null;
  return isRefused ? asRefused(job, spool, reached, firstFailed) : asApplied(spool, reached);
}

async function* asApplied(spool: OutcomeSpool, { tallies }: Progress): AsyncGenerator<StoredChunk> {
  for (const [at, tally] of tallies.entries()) yield { outcomes: await spool.read(at), tallies: tally };
}

/** None of the rows was applied, because one failed. */
async function* asRefused(
  job: BulkJob,
  spool: OutcomeSpool,
  { chunks }: Progress,
  firstFailed: number,
): AsyncGenerator<StoredChunk> {
  let { tallies } = job;
  for (const [at, chunk] of chunks.entries()) {
    const applied = JSON.parse(await spool.read(at)) as RowOutcome[];
    const outcomes = refused(applied, firstFailed);
    tallies = talliesWith(tallies, { ...chunk, outcomes, amounts: [] });
    yield { outcomes: JSON.stringify(outcomes), tallies };
  }
}

/** What becomes of the rows of a chunk when none is applied, because a row failed somewhere. */
function refused(applied: readonly RowOutcome[], firstFailed: number): RowOutcome[] {
  const issue: CodedIssue = {
    field: null,
    code: 'NOT_APPLIED',
    message: `not applied, because row ${firstFailed} failed and the call asked for all or nothing; correct what failed and send all rows again`,
    rejectedValue: null,
  };
  return applied.map((outcome) => {
    if (!isApplied(outcome) && outcome.verdict !== 'skipped') return outcome;
    const { row, verdict, recordId } = outcome;
    const known = verdict === 'created' ? null : recordId;
    return { row, verdict: 'failed', recordId: known, issues: [issue], warnings: [] };
  });
}
