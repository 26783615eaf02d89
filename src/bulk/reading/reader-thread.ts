import { Worker } from 'node:worker_threads';
import { tooMuchMemory, tooMuchTime } from '../formats/file.errors';
import type { ReadingOrder, ReadRows } from './file-reading';
import { type ReadingAnswer, rowsOf } from './reading-answer';

/** The nursery of a thread: garbage of rows dies young, and three times this is kept for it. */
const SEMI_SPACE_MB = 4;

/** What one file may take to be read. */
export interface ReadingLimits {
  readonly seconds: number;
  /** Of JavaScript objects in megabytes; buffers are bounded by the formats. */
  readonly memoryMb: number;
}

/** Whoever waits for the reading under way. */
interface Pending {
  readonly resolve: (answer: ReadingAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** One thread that reads files, one after the other. A file that is too much for it ends the thread, and nothing else. */
export class ReaderThread {
  private readonly worker: Worker;
  private hasEnded = false;
  private pending: Pending | null = null;
  /** Why it was made to end; null while it was not. */
  private reason: Error | null = null;

  constructor(private readonly limits: ReadingLimits) {
    this.worker = new Worker(require.resolve('./file-reading.worker.js'), {
      name: 'file-reader',
      resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb, maxYoungGenerationSizeMb: 3 * SEMI_SPACE_MB },
    });
    this.worker.unref();
    this.worker.on(
      'error',
      (error) => (this.reason ??= ranOutOfMemory(error) ? tooMuchMemory(limits.memoryMb) : error),
    );
    this.worker.on('message', (answer: ReadingAnswer) => this.pending?.resolve(answer));
    this.worker.on('exit', () => {
      this.hasEnded = true;
      this.pending?.reject(this.endOf());
    });
  }

  /** False once it has ended, or is about to. */
  get isUsable(): boolean {
    return !this.hasEnded && this.reason === null;
  }

  /**
   * Has files read. One call at a time.
   *
   * @throws what `readFiles` throws; FileTooLarge when it takes too much time or memory. The thread writes nothing more
   * by then.
   */
  async read(order: ReadingOrder): Promise<ReadRows> {
    if (this.hasEnded) throw this.endOf();
    const deadline = setTimeout(() => void this.end(tooMuchTime(this.limits.seconds)), this.limits.seconds * 1000);
    this.worker.ref();
    try {
      return rowsOf(
        await new Promise<ReadingAnswer>((resolve, reject) => {
          this.pending = { resolve, reject };
          this.worker.postMessage(order);
        }),
      );
    } finally {
      clearTimeout(deadline);
      this.pending = null;
      this.worker.unref();
    }
  }

  /** Ends the thread, in the middle of what it does. @param reason what the reading under way fails with */
  async end(reason?: Error): Promise<void> {
    this.reason ??= reason ?? null;
    await this.worker.terminate();
  }

  private endOf(): Error {
    return this.reason ?? new Error('the thread that read a file ended before the file did');
  }
}

function ranOutOfMemory(error: Error): boolean {
  return 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
