import { FileHandle, open, readFile } from 'node:fs/promises';
import { DurableFile } from '../formats/durable-file';
import { readAll } from '../formats/file-bytes';
import type { RawRow, RowBatch } from '../formats/row-format.contract';

/**
 * Rows applied in one transaction. Measured: 1,000 take as long per row and make a single request wait twice as long, 250
 * take a fifth longer, 10,000-row statements three times the CPU.
 */
export const CHUNK_ROWS = 500;

/** Characters from which on text goes to the file. */
const PIECE_CHARS = 64 * 1024;

/** Digits of the last line of a spool, which tells at which byte its index begins. */
const INDEX_DIGITS = 16;
const INDEX_START = /^\d{16}$/;
/** Behind the name of a spool: its index, where a former release has written them as two files. */
export const FORMER_INDEX = '.index';

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
 * any chunk without reading the file anew. One file holds a line of JSON for each chunk, then the index of them, then
 * where that begins: a spool that is written anew is there as a whole, or as it was.
 */
export class SpoolWriter {
  private readonly chunks: SpooledChunk[] = [];
  private offset = 0;

  private constructor(private readonly file: DurableFile) {}

  static create(path: string): SpoolWriter {
    return new SpoolWriter(DurableFile.create(path));
  }

  async write(table: number, { columns, rows }: RowBatch): Promise<void> {
    const start = this.offset;
    for (const piece of textOf(rows)) {
      const bytes = Buffer.from(piece);
      await this.file.write(bytes);
      this.offset += bytes.length;
    }
    this.chunks.push({ table, columns, offset: start, length: this.offset - start });
  }

  /** Makes the spool durable and gives the number of its chunks. */
  async close(): Promise<number> {
    // Each chunk by itself: all of them with long column names can make a very long text.
    for (const [at, chunk] of this.chunks.entries()) {
      await this.file.write(`${at === 0 ? '{"chunks":[' : ','}${JSON.stringify(chunk)}`);
    }
    await this.file.write(this.chunks.length === 0 ? '{"chunks":[]}' : ']}');
    await this.file.write(`\n${String(this.offset).padStart(INDEX_DIGITS, '0')}`);
    await this.file.commit();
    return this.chunks.length;
  }

  async abort(): Promise<void> {
    await this.file.discard();
  }
}

/**
 * The rows of a chunk as one line of JSON, in pieces. A thread that is short of memory can be ended by itself as long as
 * it asks for a little at a time; a text of many megabytes at once ends the process.
 */
function* textOf(rows: readonly RawRow[]): Generator<string> {
  let separator = '[';
  let group: unknown[] = [];
  let chars = 0;
  for (const { row, cells, faults } of rows) {
    const length = cells.reduce((sum, cell) => sum + cell.length, 0);
    if (group.length > 0 && chars + length > PIECE_CHARS) {
      yield `${separator}${JSON.stringify(group).slice(1, -1)}`;
      separator = ',';
      group = [];
      chars = 0;
    }
    if (length > PIECE_CHARS) {
      yield* textOfLongRow(`${separator}[${row},`, cells, faults);
      separator = ',';
    } else {
      group.push(faults === undefined ? [row, cells] : [row, cells, faults]);
      chars += length;
    }
  }
  yield group.length > 0 || separator === '[' ? `${separator}${JSON.stringify(group).slice(1)}\n` : ']\n';
}

function* textOfLongRow(start: string, cells: readonly string[], faults: RawRow['faults']): Generator<string> {
  for (const [column, cell] of cells.entries()) {
    yield `${column === 0 ? `${start}[` : ','}${JSON.stringify(cell)}`;
  }
  yield faults === undefined ? ']]' : `],${JSON.stringify(faults)}]`;
}

/** Reads chunks of a spool in any order. */
export class SpoolReader {
  private constructor(
    private readonly index: SpoolIndex,
    private readonly file: FileHandle,
  ) {}

  /** @throws the file system's error, ENOENT where there is no spool */
  static async open(path: string): Promise<SpoolReader> {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const end = Math.max(0, size - INDEX_DIGITS);
      const start = (await readAll(file, size - end, end)).toString('utf8');
      const index = INDEX_START.test(start)
        ? (await readAll(file, end - Number(start), Number(start))).toString('utf8')
        : await readFile(`${path}${FORMER_INDEX}`, 'utf8');
      return new SpoolReader(JSON.parse(index) as SpoolIndex, file);
    } catch (error) {
      await file.close();
      throw error;
    }
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
    const text = (await readAll(this.file, length, offset)).toString('utf8');
    const rows = (JSON.parse(text) as [number, string[], RawRow['faults']?][]).map(([row, cells, faults]) =>
      faults === undefined ? { row, cells } : { row, cells, faults },
    );
    return { table, columns, rows };
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
