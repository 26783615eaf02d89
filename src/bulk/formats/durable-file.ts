import { randomBytes } from 'node:crypto';
import { createWriteStream, WriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Writable } from 'node:stream';

/** How the names of files end that are not complete yet. */
export const PART = '.part';

/**
 * A file that is there completely or not at all. Bytes go to a file of another name (mode 0600); `commit` syncs that file,
 * renames it to `path` and syncs the folder, so that a power cut leaves either the finished file or none. That name is
 * drawn anew for each: whoever writes the same file at the same time, such as a frozen process whose job another has
 * taken over, neither removes nor publishes what is not its own.
 */
export class DurableFile {
  private failure: Error | null = null;

  private constructor(
    private readonly path: string,
    private readonly part: string,
    private readonly out: WriteStream,
  ) {
    out.on('error', (error) => (this.failure = error));
  }

  /** Starts the file. Faults of opening show in the first `write`. */
  static create(path: string): DurableFile {
    const part = `${path}.${randomBytes(6).toString('hex')}${PART}`;
    return new DurableFile(path, part, createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true }));
  }

  /** For piping: await `pipeline(source, file.stream)` first, then call `commit`. */
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
    this.throwIfFailed();
  }

  /**
   * Finishes the file: complete, synced and at its final path when the promise resolves.
   * @throws the file system's error; call `discard` then.
   */
  async commit(): Promise<void> {
    if (!this.out.writableEnded) this.out.end();
    await this.closed();
    this.throwIfFailed();
    await rename(this.part, this.path);
    await syncFolder(dirname(this.path));
  }

  /** Gives up and removes what was written; harmless after a failed `commit` or a second time. */
  async discard(): Promise<void> {
    this.out.destroy();
    await this.closed();
    await rm(this.part, { force: true });
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
