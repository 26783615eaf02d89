import type { BulkJob } from '../jobs/bulk-job.entity';
import type { JobStop } from '../jobs/job-control';
import type { ChunkTask } from './chunk-source';

/** What a chunk decided does not count, since it looked before the chunk in front of it was stored; it decides anew. */
export class DecidedTooEarly extends Error {
  constructor() {
    super('the chunk decided before the one in front of it was stored');
  }
}

/** The job of a chunk that decided early is not to go on. */
export class StoppedEarly extends DecidedTooEarly {
  constructor(readonly stop: JobStop) {
    super();
  }
}

/** How things stand when a chunk may be stored. */
export interface Standing {
  /** The job with all chunks in front stored. */
  readonly job: BulkJob;
  /** The chunk behind, as soon as it is read; null when there is none. */
  readonly next: Promise<ChunkTask | null>;
}

/**
 * The turn of a chunk: it may write once the records of the chunk in front are told to be written, at the latest when that
 * is stored, and be stored itself behind it.
 */
export class WritingTurn {
  /** @throws DecidedTooEarly when the turn is not to come */
  readonly toWrite: Promise<unknown>;
  /** @throws DecidedTooEarly when the turn is not to come */
  readonly toStore: Promise<Standing>;
  private resolve: (standing: Standing) => void = () => undefined;
  private reject: (reason: Error) => void = () => undefined;
  private given = false;

  /** @param written resolves when the records of the chunk in front are written; perhaps never */
  constructor(written: Promise<void>) {
    this.toStore = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.toWrite = Promise.race([written, this.toStore]);
    for (const turn of [this.toWrite, this.toStore]) turn.catch(() => undefined);
  }

  /** True once the chunk in front is stored. */
  get isGiven(): boolean {
    return this.given;
  }

  give(standing: Standing): void {
    this.given = true;
    this.resolve(standing);
  }

  withhold(): void {
    this.reject(new DecidedTooEarly());
  }
}
