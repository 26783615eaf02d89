import { randomBytes } from 'node:crypto';
import { createWriteStream, fdatasync, WriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Writable } from 'node:stream';
import { promisify } from 'node:util';

/** How the names of files end that are not complete yet. */
export const PART = '.part';

/**
 * Bytes of a file that go to the disk at a time. Linux brings all of a file there at once, half a minute after its
 * first byte: behind that, a COMMIT of the embedded database waited for 40 to 65 ms, and the event loop with it.
 */
const SYNCED_BYTES = 4 * 1024 * 1024;
const sync = promisify(fdatasync);

/**
 * A file that is there completely or not at all. Bytes go to a file of another name (mode 0600); `commit` syncs that file,
 * renames it to `path` and syncs the folder, so that a power cut leaves either the finished file or none. That name is
 * drawn anew for each: whoever writes the same file at the same time, such as a frozen process whose job another has
 * taken over, neither removes nor publishes what is not its own.
 */
export class DurableFile {
  private failure: Error | null = null;
  private descriptor: number | null = null;
  /** How much of it is on the disk, or on its way. */
  private syncedBytes = 0;
  private syncing: Promise<void> | null = null;

  private constructor(
    private readonly path: string,
    private readonly part: string,
    private readonly out: WriteStream,
  ) {
    out.on('open', (descriptor) => (this.descriptor = descriptor));
    out.on('error', (error) => (this.failure = error));
  }

  /** Starts the file. Faults of opening show in the first `write`. */
  static create(path: string): DurableFile {
    const part = `${path}.${randomBytes(6).toString('hex')}${PART}`;
    return new DurableFile(path, part, createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true }));
  }

  /** For piping, where all of it is synced at its end: await `pipeline(source, file.stream)` first, then call `commit`. */
  get stream(): Writable {
    return this.out;
  }

  /**
   * Adds bytes (text as UTF-8). Resolves when more may come, so that awaiting it keeps memory flat.
   * @throws the file system's error, such as ENOSPC.
   */
  async write(chunk: string | Buffer): Promise<void> {
    this.throwIfFailed();
    if (!this.out.write(chunk)) await this.drained();
    this.syncLargePart();
    this.throwIfFailed();
  }

  /**
   * Finishes the file: complete, synced and at its final path when the promise resolves.
   * @throws the file system's error; call `discard` then.
   */
  async commit(): Promise<void> {
    await this.syncing;
    if (!this.out.writableEnded) this.out.end();
    await this.closed();
    this.throwIfFailed();
    await rename(this.part, this.path);
    await syncFolder(dirname(this.path));
  }

  /** Gives up and removes what was written; harmless after a failed `commit` or a second time. */
  async discard(): Promise<void> {
    await this.syncing;
    this.out.destroy();
    await this.closed();
    await rm(this.part, { force: true });
  }

  /** A fault of it is told once, to whoever syncs first: it is kept, as one of writing is. */
  private syncLargePart(): void {
    const { bytesWritten } = this.out;
    if (this.syncing !== null || this.descriptor === null || bytesWritten - this.syncedBytes < SYNCED_BYTES) return;
    this.syncedBytes = bytesWritten;
    this.syncing = sync(this.descriptor)
      .catch((error: unknown) => void (this.failure ??= error instanceof Error ? error : new Error(String(error))))
      .finally(() => (this.syncing = null));
  }

  /** Ends with the stream too, as a stream that failed never drains. */
  private async drained(): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.out.off('drain', done).off('close', done);
        resolve();
      };
      this.out.on('drain', done).on('close', done);
    });
  }

  private async closed(): Promise<void> {
    if (this.out.closed) return;
    // Faults are kept in `failure`; only the end of all activity matters here.
    await new Promise<void>((resolve) => this.out.once('close', resolve));
  }

  private throwIfFailed(): void {
    if (this.failure !== null) throw this.failure;
  }
}

/** The new name itself is durable only once the folder is synced. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
