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
class BegunChunk {
  /** Resolves when the records are written that it has decided on; null until it has. */
  written: Promise<void> | null = null;
  /** What comes of one that began before its turn; null when it is to decide anew. */
  done: Promise<AppliedStep | StoppedStep | null> = Promise.resolve(null);

  constructor(
    readonly job: BulkJob,
    readonly task: ChunkTask,
    readonly turn: WritingTurn,
  ) {}
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
  private readonly line: BegunChunk[] = [];
  private pause = 0;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly work: ChunkWork,
    private readonly places: EarlyPlaces,
    private readonly source: ChunkSource,
    /** Why the job is not to go on, null while it is; asked by chunks that decide early. */
    private readonly stopOf: (job: BulkJob) => Promise<JobStop | null>,
  ) {}

  /** True while the next chunk has begun, and may hold the rows it writes. */
  get isAhead(): boolean {
    return this.line.length > 0;
  }

  private get begun(): readonly BegunChunk[] {
    return this.front === null ? this.line : [this.front, ...this.line];
  }

  /** Applies and stores the next chunk of the job. @param job with all chunks in front stored */
  async apply(task: ChunkTask, job: BulkJob): Promise<AppliedStep | StoppedStep> {
    if (this.pause > 0) this.pause--;
    try {
      const step = await this.finishEarly(job);
      if (step !== null) return step;
      this.front = new BegunChunk(job, task, new WritingTurn(Promise.resolve()));
      this.front.turn.give(job);
      return await this.run(this.front);
    } catch (error) {
      await this.end();
      throw error;
    } finally {
      this.front = null;
    }
  }

  /** Gives up all chunks that began early; nothing of them stays. */
  end(): Promise<void> {
    return this.giveUp(this.line.splice(0));
  }

  private async endBehind(chunk: BegunChunk): Promise<void> {
    // Whoever has given it up waits for its end.
    if (!this.begun.includes(chunk)) throw new DecidedTooEarly();
    await this.giveUp(this.line.splice(this.line.indexOf(chunk) + 1));
  }

  private async giveUp(chunks: readonly BegunChunk[]): Promise<void> {
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
    this.beginNext();
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
      chunk.written = null;
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
        chunk.written = written;
        this.beginNext();
        await turn.toWrite;
        decision.counts = true;
      };
      const result = await this.work.apply(transaction, job, task, { attempt, beforeWriting, afterWriting });
      const standing = await turn.toStore;
      if (!decision.counts) throw new DecidedTooEarly();
      return { job: await this.work.store(transaction, standing, result), outcomes: result.outcomes };
    });
  }

  /**
   * Reads the chunk behind the last one that has begun, once that has decided, and lets it begin, unless a request has
   * work at the database: an import takes what requests leave.
   */
  private beginNext(): void {
    const last = this.begun.at(-1);
    // An embedded database works in the process itself: what is read meanwhile would only keep others waiting for it.
    if (last === undefined || last.written === null || this.unitOfWork.isEmbedded) return;
    const { job, written } = last;
    const begin = (task: ChunkTask | null) => {
      // Meanwhile it may have been stored, run again or given up, or another may have begun behind it.
      if (task === null || this.begun.at(-1) !== last || last.written !== written) return;
      if (this.pause > 0 || this.line.length >= MAX_AHEAD || this.unitOfWork.isServing) return;
      if (!canFollow(this.begun, task) || !this.places.take()) return;
      const next = new BegunChunk({ ...job, nextChunk: task.chunkNo }, task, new WritingTurn(written));
      next.done = this.runEarly(next);
      next.done.catch(() => undefined);
      this.line.push(next);
    };
    // Not a part of the transaction of the one that has decided. A fault of reading is told at its turn.
    this.unitOfWork.apart(() => this.source.readAhead(job, last.task.chunkNo + 1).then(begin)).catch(() => undefined);
  }

  private async runEarly(chunk: BegunChunk): Promise<AppliedStep | StoppedStep | null> {
    try {
      return await this.run(chunk);
    } catch (error) {
      chunk.written = null;
      if (error instanceof StoppedEarly) return { stop: error.stop };
      if (chunk.turn.isGiven && !(error instanceof DecidedTooEarly)) throw error;
      return null;
    }
  }
}

/**
 * True when a chunk can decide while those in front of it are not stored: rows of the same table that do not name a
 * record which one of them names.
 */
function canFollow(begun: readonly BegunChunk[], { tableIndex, rehearsed, judged }: ChunkTask): boolean {
  if (rehearsed !== null || begun.some(({ task }) => task.tableIndex !== tableIndex)) return false;
  const named = new Set(judged.map(({ parsed }) => parsed.recordId));
  named.delete(null);
  return !begun.some(({ task }) => task.judged.some(({ parsed }) => named.has(parsed.recordId)));
}
