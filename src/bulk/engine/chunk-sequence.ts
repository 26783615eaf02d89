import type { UnitOfWork } from '../../platform/database/unit-of-work';
import type { BulkJob } from '../jobs/bulk-job.entity';
import type { RowOutcome } from '../jobs/bulk-outcome.entity';
import type { JobStop } from '../jobs/job-control';
import type { ChunkSource, ChunkTask } from './chunk-source';
import type { ChunkWork } from './chunk-work';
import type { EarlyPlaces } from './early-places';
import { DecidedTooEarly, StoppedEarly, WritingTurn } from './writing-turn';

/** Chunks behind the one whose turn it is that may have begun: one that writes or waits for that, one that decides. */
const MAX_AHEAD = 2;

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

/** A chunk that has begun. */
interface BegunChunk {
  readonly job: BulkJob;
  readonly task: ChunkTask;
  readonly turn: WritingTurn;
}

/** One that began before its turn; null comes of it when it is to decide anew. */
interface EarlyChunk extends BegunChunk {
  readonly done: Promise<AppliedStep | StoppedStep | null>;
}

/** A chunk that has decided, with nobody behind it yet. */
interface DecidedChunk extends BegunChunk {
  /** Resolves when its records are written; never, when it is run again. */
  readonly written: Promise<void>;
}

/**
 * Applies the chunks of one job in order, each in a transaction of its own. On a server, the next one reads, locks and
 * decides on another connection as soon as the one in front of it has decided. It writes when that one is stored, or,
 * where the table tells that its records are written, while their history is. Each chunk sees what those in front of it
 * did: by the locks it has to wait for, by unique values that the database refuses, and where a row failed on what it
 * read, by deciding anew. Measured on MariaDB 10.11, two processors: see docs/performance.md.
 */
export class ChunkSequence {
  /** The chunk whose turn it is; null between two of them. */
  private front: BegunChunk | null = null;
  /** Those that began behind it, in order. */
  private readonly line: EarlyChunk[] = [];
  /** The last of all, once it has decided. */
  private decided: DecidedChunk | null = null;
  private pause = 0;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly work: ChunkWork,
    private readonly places: EarlyPlaces,
    private readonly source: ChunkSource,
    /** Why the job is not to go on, null while it is; asked by chunks that decide early. */
    private readonly stopOf: (job: BulkJob) => Promise<JobStop | null>,
  ) {}

  /** True while the next chunk has begun, and holds the rows it writes. */
  get isAhead(): boolean {
    return this.line.length > 0;
  }

  /** Applies and stores the next chunk of the job. @param job with all chunks in front stored */
  async apply(task: ChunkTask, job: BulkJob): Promise<AppliedStep | StoppedStep> {
    if (this.pause > 0) this.pause--;
    try {
      const step = await this.finishEarly(job);
      if (step !== null) return step;
      const chunk = { job, task, turn: new WritingTurn(Promise.resolve()) };
      chunk.turn.give(job);
      this.front = chunk;
      this.decided = null;
      return await this.run(chunk);
    } catch (error) {
      await this.end();
      throw error;
    } finally {
      this.front = null;
    }
  }

  /** Gives up all chunks that began early; nothing of them stays. */
  async end(): Promise<void> {
    this.decided = null;
    await this.giveUp(this.line.splice(0));
  }

  private async endBehind(chunk: BegunChunk): Promise<void> {
    this.decided = null;
    await this.giveUp(this.line.splice(this.line.findIndex((early) => early.turn === chunk.turn) + 1));
  }

  private async giveUp(chunks: readonly EarlyChunk[]): Promise<void> {
    for (const { turn } of chunks) {
      turn.withhold();
      this.places.giveBack();
    }
    await Promise.allSettled(chunks.map(({ done }) => done));
  }

  private async finishEarly(job: BulkJob): Promise<AppliedStep | StoppedStep | null> {
    const early = this.line.shift();
    if (early === undefined) return null;
    this.front = early;
    // It has the place of the one in front from now on, which is gone.
    this.places.giveBack();
    early.turn.give(job);
    this.goOn();
    const step = await early.done;
    if (step !== null) return step;
    await this.end();
    this.pause = PAUSE_CHUNKS;
    const stop = await this.stopOf(job);
    return stop === null ? null : { stop };
  }

  private run(chunk: BegunChunk): Promise<AppliedStep> {
    const { job, task, turn } = chunk;
    let attempt = 0;
    return this.unitOfWork.run(async (transaction) => {
      // Whoever decides behind this chunk may hold rows that it needs now.
      if (++attempt > 1) await this.endBehind(chunk);
      const isEarly = !turn.isGiven;
      const decision = { counts: !isEarly };
      let afterWriting: () => void = () => undefined;
      const written = new Promise<void>((resolve) => (afterWriting = resolve));
      const beforeWriting = async (dependsOnReads: boolean) => {
        // On the connection of this transaction, while the chunk in front is being written.
        const stop = decision.counts ? null : await this.stopOf(job);
        if (stop !== null) throw new StoppedEarly(stop);
        if (isEarly && dependsOnReads) throw new DecidedTooEarly();
        if (this.isLast(chunk)) {
          this.decided = { ...chunk, written };
          this.goOn();
        }
        await turn.toWrite;
        decision.counts = true;
      };
      const result = await this.work.apply(transaction, job, task, { attempt, beforeWriting, afterWriting });
      const standing = await turn.toStore;
      if (!decision.counts) throw new DecidedTooEarly();
      return { job: await this.work.store(transaction, standing, result), outcomes: result.outcomes };
    });
  }

  private isLast({ turn }: BegunChunk): boolean {
    return (this.line.at(-1) ?? this.front)?.turn === turn;
  }

  /** An embedded database works in the process itself: what is read meanwhile would only keep others waiting for it. */
  private goOn(): void {
    if (!this.unitOfWork.isEmbedded) this.beginNext().catch(() => undefined);
  }

  /**
   * Reads the next chunk once the last one has decided, and lets it begin, unless a request has work at the database: an
   * import takes what requests leave.
   */
  private async beginNext(): Promise<void> {
    const last = this.decided;
    if (last === null) return;
    const task = await this.source.readAhead(last.job, last.task.chunkNo + 1);
    if (task === null || this.decided !== last || this.pause > 0 || this.line.length >= MAX_AHEAD) return;
    const begun = this.front === null ? this.line : [this.front, ...this.line];
    if (this.unitOfWork.isServing || !begun.every((chunk) => canFollow(chunk.task, task)) || !this.places.take())
      return;
    this.decided = null;
    const chunk = { job: { ...last.job, nextChunk: task.chunkNo }, task, turn: new WritingTurn(last.written) };
    const done = this.unitOfWork
      .apart(() => this.run(chunk))
      .catch((error: unknown): StoppedStep | null => {
        if (error instanceof StoppedEarly) return { stop: error.stop };
        if (chunk.turn.isGiven && !(error instanceof DecidedTooEarly)) throw error;
        return null;
      });
    done.catch(() => undefined);
    this.line.push({ ...chunk, done });
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
