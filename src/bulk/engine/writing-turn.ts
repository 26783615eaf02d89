import type { BulkJob } from '../jobs/bulk-job.entity';
import type { JobStop } from '../jobs/job-control';

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

/**
 * The turn of a chunk: it may write once the records of the chunk in front are told to be written, at the latest when that
 * is stored, and be stored itself behind it.
 */
export class WritingTurn {
  /** @throws DecidedTooEarly when the turn is not to come */
  readonly toWrite: Promise<unknown>;
  /** Gives the job with all chunks in front stored. @throws DecidedTooEarly when the turn is not to come */
  readonly toStore: Promise<BulkJob>;
  private resolve: (job: BulkJob) => void = () => undefined;
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

  /** @param job with all chunks in front stored */
  give(job: BulkJob): void {
    this.given = true;
    this.resolve(job);
  }

  withhold(): void {
    this.reject(new DecidedTooEarly());
  }
}
