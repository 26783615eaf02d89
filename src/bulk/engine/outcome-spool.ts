import { randomBytes } from 'node:crypto';
import { FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PART } from '../formats/durable-file';
import { readAll, writeAll } from '../formats/file-bytes';

const PRIVATE_FILE = 0o600;

/**
 * Keeps on disk what became of the chunks of a transaction that is not stored yet: results of a million rows would not
 * fit into memory. It need not survive the process, since the transaction does not either.
 */
export class OutcomeSpool {
  private readonly lengths: number[] = [];
  private end = 0;

  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
  ) {}

  /** @param folder where it lies, under a name of its own: a process that lost the job may still write to another one */
  static async create(folder: string): Promise<OutcomeSpool> {
    const path = join(folder, `results-under-way.${randomBytes(6).toString('hex')}${PART}`);
    return new OutcomeSpool(path, await open(path, 'wx+', PRIVATE_FILE));
  }

  get size(): number {
    return this.lengths.length;
  }

  /** Forgets everything; the transaction begins anew. */
  clear(): void {
    this.lengths.length = 0;
    this.end = 0;
  }

  /** @param outcomes of the next chunk, as JSON. @throws the file system's error, such as ENOSPC */
  async add(outcomes: string): Promise<void> {
    const bytes = Buffer.from(outcomes);
    await writeAll(this.file, bytes, this.end);
    this.lengths.push(bytes.length);
    this.end += bytes.length;
  }

  async read(chunkNo: number): Promise<string> {
    const length = this.lengths[chunkNo] ?? 0;
    return (await readAll(this.file, length, this.offsetOf(chunkNo))).toString('utf8');
  }

  async remove(): Promise<void> {
    await this.file.close();
    await rm(this.path, { force: true });
  }

  private offsetOf(chunkNo: number): number {
    return this.lengths.slice(0, chunkNo).reduce((sum, length) => sum + length, 0);
  }
}
