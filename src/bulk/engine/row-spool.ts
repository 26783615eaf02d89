import { FileHandle, open, readFile } from 'node:fs/promises';
import { DurableFile } from '../formats/durable-file';
import type { RawRow, RowBatch } from '../formats/row-format.contract';

/** Where one chunk of rows lies in the spool. */
interface SpooledChunk {
  /** Index of the table in the importer's list. */
  readonly table: number;
  readonly columns: readonly string[];
  readonly offset: number;
  readonly length: number;
}

interface SpoolIndex {
  readonly chunks: readonly SpooledChunk[];
}

/** One chunk of rows as it was read from the caller's file. */
export interface RowChunk {
  readonly table: number;
  readonly columns: readonly string[];
  readonly rows: readonly RawRow[];
}

/**
 * Writes the rows of an uploaded file to disk, chunk by chunk, before any of them is applied. A file is read only once:
 * all its faults show before anything is written, the number of rows is known, and a job that is interrupted goes on at
 * any chunk without reading the file anew.
 */
export class SpoolWriter {
  private readonly chunks: SpooledChunk[] = [];
  private offset = 0;

  private constructor(
    private readonly path: string,
    private readonly file: DurableFile,
  ) {}

  static create(path: string): SpoolWriter {
    return new SpoolWriter(path, DurableFile.create(path));
  }

  async write(table: number, { columns, rows }: RowBatch): Promise<void> {
    const text = JSON.stringify(rows.map(({ row, cells, faults }) => (faults ? [row, cells, faults] : [row, cells])));
    const bytes = Buffer.from(`${text}\n`);
    await this.file.write(bytes);
    this.chunks.push({ table, columns, offset: this.offset, length: bytes.length });
    this.offset += bytes.length;
  }

  /** Makes the spool durable and gives the number of its chunks. */
  async close(): Promise<number> {
    await this.file.commit();
    const index = DurableFile.create(`${this.path}.index`);
    await index.write(JSON.stringify({ chunks: this.chunks } satisfies SpoolIndex));
    await index.commit();
    return this.chunks.length;
  }

  async abort(): Promise<void> {
    await this.file.discard();
  }
}

/** Reads chunks of a spool in any order. */
export class SpoolReader {
  private constructor(
    private readonly index: SpoolIndex,
    private readonly file: FileHandle,
  ) {}

  static async open(path: string): Promise<SpoolReader> {
    const index = JSON.parse(await readFile(`${path}.index`, 'utf8')) as SpoolIndex;
    return new SpoolReader(index, await open(path, 'r'));
  }

  get chunkCount(): number {
    return this.index.chunks.length;
  }

  /** Index of the table a chunk belongs to; -1 when there is no such chunk. */
  tableOf(chunkNo: number): number {
    return this.index.chunks[chunkNo]?.table ?? -1;
  }

  async read(chunkNo: number): Promise<RowChunk> {
    const chunk = this.index.chunks[chunkNo];
    if (chunk === undefined) throw new Error(`The spool has no chunk ${chunkNo}`);
    const { table, columns, offset, length } = chunk;
    const { buffer } = await this.file.read(Buffer.allocUnsafe(length), 0, length, offset);
    const rows = (JSON.parse(buffer.toString('utf8')) as [number, string[], RawRow['faults']?][]).map(
      ([row, cells, faults]) => (faults === undefined ? { row, cells } : { row, cells, faults }),
    );
    return { table, columns, rows };
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
