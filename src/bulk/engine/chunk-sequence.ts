import type { UnitOfWork } from '../../platform/database/unit-of-work';
import type { BulkJob } from '../jobs/bulk-job.entity';
import type { RowOutcome } from '../jobs/bulk-outcome.entity';
import type { JobStop } from '../jobs/job-control';
import type { ChunkTask } from './chunk-source';
import type { ChunkWork } from './chunk-work';
import type { EarlyPlaces } from './early-places';
import { DecidedTooEarly, Standing, StoppedEarly, WritingTurn } from './writing-turn';

/** Chunks that decide at their turn after one has decided early for nothing: others of its file mostly would, too. */
const PAUSE_CHUNKS = 16;

/** A chunk that was not applied, since its job is not to go on. */
export interface StoppedStep {
  readonly stop: JobStop;
}

/** The job behind a chunk, and what became of its rows; null when only the checkpoint tells that they were stored. */
export interface AppliedStep {
  readonly job: BulkJob;
  readonly outcomes: readonly RowOutcome[] | null;
}

/** A chunk that began while the one in front of it was being written; null comes of it when it is to decide anew. */
interface EarlyChunk {
  readonly turn: WritingTurn;
  readonly done: Promise<AppliedStep | StoppedStep | null>;
}

/**
 * Applies the chunks of one job in order, each in a transaction of its own. While a server writes one chunk, the next
 * one reads, locks and decides on another connection. It writes when the one in front is stored, or, where the table
 * tells that its records are written, while their history is. Each chunk sees what those in front of it did: by the
 * locks it has to wait for, by unique values that the database refuses, and where a row failed on what it read, by
 * deciding anew. Measured on MariaDB 10.11, two processors: see docs/performance.md.
 */
export class ChunkSequence {
  private early: EarlyChunk | null = null;
  /** The chunk whose turn it is; null between two of them. */
  private front: ChunkTask | null = null;
  /** Of the transaction that was begun last: resolves when its records are written. */
  private written: Promise<void> | null = null;
  private pause = 0;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly work: ChunkWork,
    private readonly places: EarlyPlaces,
    /** Why the job is not to go on, null while it is; asked by chunks that decide early. */
    private readonly stopOf: (job: BulkJob) => Promise<JobStop | null>,
  ) {}

  /** True while the next chunk has begun, and holds the rows it writes. */
  get isAhead(): boolean {
    return this.early !== null;
  }

  /** Applies and stores the next chunk of the job. */
  async apply(task: ChunkTask, standing: Standing): Promise<AppliedStep | StoppedStep> {
    this.front = task;
    try {
      const step = await this.finishEarly(standing);
      if (step !== null) return step;
      const turn = new WritingTurn(Promise.resolve());
      turn.give(standing);
      return await this.run(standing.job, task, turn);
    } catch (error) {
      await this.end();
      throw error;
    } finally {
      this.front = null;
    }
  }

  /** Gives up the chunk that began early; nothing of it stays. */
  async end(): Promise<void> {
    const { early } = this;
    this.early = null;
    early?.turn.withhold();
    await early?.done.catch(() => undefined);
  }

  private async finishEarly(standing: Standing): Promise<AppliedStep | StoppedStep | null> {
    const { early } = this;
    if (early === null) return null;
    this.early = null;
    early.turn.give(standing);
    const step = await early.done;
    if (step !== null) return step;
    this.pause = PAUSE_CHUNKS;
    const stop = await this.stopOf(standing.job);
    return stop === null ? null : { stop };
  }

  private run(job: BulkJob, task: ChunkTask, turn: WritingTurn): Promise<AppliedStep> {
    let attempt = 0;
    return this.unitOfWork.run(async (transaction) => {
      // Whoever decides behind this chunk may hold rows that it needs now.
      if (++attempt > 1 && turn.isGiven) await this.end();
      const isEarly = !turn.isGiven;
      const decision = { counts: !isEarly };
      let afterWriting: () => void = () => undefined;
      const written = new Promise<void>((resolve) => (afterWriting = resolve));
      this.written = written;
      const beforeWriting = async (dependsOnReads: boolean) => {
        // On the connection of this transaction, while the chunk in front is being written.
        const stop = decision.counts ? null : await this.stopOf(job);
        if (stop !== null) throw new StoppedEarly(stop);
        await turn.toWrite;
        if (isEarly && dependsOnReads) throw new DecidedTooEarly();
        decision.counts = true;
        this.beginBehind(job, task, turn, written);
      };
      const result = await this.work.apply(transaction, job, task, { attempt, beforeWriting, afterWriting });
      const standing = await turn.toStore;
      if (!decision.counts) throw new DecidedTooEarly();
      return { job: await this.work.store(transaction, standing.job, result), outcomes: result.outcomes };
    });
  }

  /**
   * Lets the chunk behind begin as soon as this one is the next to be stored and the other is read, unless its turn has
   * come by then, or a request has work at the database: an import takes what requests leave.
   *
   * @param written resolves when the records of this one are written
   */
  private beginBehind(job: BulkJob, task: ChunkTask, { toStore }: WritingTurn, written: Promise<void>): void {
    const begin = async ({ next }: Standing) => {
      if (this.isAhead || this.pause-- > 0) return;
      const following = await next;
      if (this.unitOfWork.isServing) return;
      // A transaction that was run again has another follow it: what this one wrote is gone.
      const isFront = this.front === task && this.written === written && !this.isAhead;
      if (!isFront || following === null || !canFollow(task, following) || !this.places.take()) return;
      const turn = new WritingTurn(written);
      const done = this.unitOfWork
        .apart(() => this.run({ ...job, nextChunk: following.chunkNo }, following, turn))
        .catch((error: unknown): StoppedStep | null => {
          if (error instanceof StoppedEarly) return { stop: error.stop };
          if (turn.isGiven && !(error instanceof DecidedTooEarly)) throw error;
          return null;
        });
      done.catch(() => undefined);
      // At its turn it has the place of the one in front, which is gone.
      void turn.toStore.catch(() => undefined).finally(() => this.places.giveBack());
      this.early = { turn, done };
    };
    toStore.then(begin).catch(() => undefined);
  }
}

/**
 * True when a chunk can decide while the one in front is being written: rows of the same table that do not name a
 * record which the other names.
 */
function canFollow(front: ChunkTask, next: ChunkTask): boolean {
  if (next.tableIndex !== front.tableIndex || next.rehearsed !== null) return false;
  const named = new Set(front.judged.map(({ parsed }) => parsed.recordId));
  named.delete(null);
  return !next.judged.some(({ parsed }) => named.has(parsed.recordId));
}
