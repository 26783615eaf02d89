import { checkRequired, ExpectedHeader, HeaderMap, mapHeader } from '../engine/header';
import { CHUNK_ROWS, SpoolWriter } from '../engine/row-spool';
import { UnusableTable } from '../formats/file.errors';
import type { RowBatch, RowFormat } from '../formats/row-format.contract';
import { markedJobOf } from './job-mark';

/** A file to be read. */
export interface FileToRead {
  readonly path: string;
  /** Name of the format it is in. */
  readonly format: string;
  /** Names of the tables that are wanted from it, the main one first. */
  readonly tables: readonly string[];
}

/** All that reading files needs to know; plain data, so that it can be sent to another thread. */
export interface ReadingOrder {
  readonly files: readonly FileToRead[];
  /** Tables of the importer. */
  readonly tables: readonly ExpectedHeader[];
  /** Where to write the rows. */
  readonly spool: string;
  /** Data rows all files together may hold. */
  readonly maxRows: number;
}

/** What came of it; the rows themselves are in the spool. */
export interface ReadRows {
  /** Data rows by table of the importer. */
  readonly received: readonly number[];
  readonly chunks: number;
  /** Job whose failure file this is, as far as the file says so. */
  readonly parentJobId: string | null;
}

/** Data rows of all tables together. */
export function rowsInAll(received: readonly number[]): number {
  return received.reduce((sum, rows) => sum + rows, 0);
}

/**
 * Reads files to the end and spools their rows, so that every fault of a file as a whole shows before any of its rows is
 * applied. The one way files are read, in whatever thread; nothing here needs the rest of the service.
 *
 * @throws the file errors of `formats/file.errors`, and those of the file system; no spool is left then.
 */
export async function readFiles(order: ReadingOrder, formatOf: (name: string) => RowFormat): Promise<ReadRows> {
  const spool = SpoolWriter.create(order.spool);
  const rows = new RowIntake(order, spool);
  try {
    for (const { path, format, tables } of order.files) {
      const reader = formatOf(format);
      const batches = reader.read(path, { tables, batchRows: CHUNK_ROWS, maxRows: rows.room });
      for await (const batch of batches) await rows.add(batch, tables[0] ?? '', reader.columnsGrow === true);
    }
    rows.check();
    const chunks = await spool.close();
    return { received: rows.received, chunks, parentJobId: rows.parentJobId };
  } catch (error) {
    await spool.abort();
    throw error;
  }
}

/** Counts, checks and spools the batches of one upload. */
class RowIntake {
  readonly received: number[];
  parentJobId: string | null = null;
  private readonly tables: readonly ExpectedHeader[];
  private readonly maxRows: number;
  private readonly checked = new Map<number, string>();
  /** Columns so far of the tables that may get more of them. */
  private readonly growing = new Map<ExpectedHeader, HeaderMap>();

  constructor(
    { tables, maxRows }: ReadingOrder,
    private readonly spool: SpoolWriter,
  ) {
    this.tables = tables;
    this.maxRows = maxRows;
    this.received = tables.map(() => 0);
  }

  /** Rows that may still come. */
  get room(): number {
    return this.maxRows - rowsInAll(this.received);
  }

  async add(batch: RowBatch, mainTable: string, columnsGrow: boolean): Promise<void> {
    const name = (batch.table ?? mainTable).trim().toLowerCase();
    const index = this.tables.findIndex((table) => table.name.toLowerCase() === name);
    const table = this.tables[index];
    if (table === undefined) throw new Error(`The format delivered a table nobody asked for: ${batch.table ?? ''}`);
    // Columns may come later (NDJSON) or differ in a second file; every header is judged before a row is applied.
    const header = JSON.stringify(batch.columns);
    if (this.checked.get(index) !== header) {
      const map = mapHeader(table, batch.columns);
      if (columnsGrow) this.growing.set(table, map);
      else checkRequired(table, map, true);
      this.checked.set(index, header);
      if (map.messagePosition !== null) this.parentJobId ??= parentOf(batch, map.messagePosition);
    }
    if (batch.rows.length === 0) return;
    this.received[index] = (this.received[index] ?? 0) + batch.rows.length;
    await this.spool.write(index, batch);
  }

  /** @throws UnusableTable when there was not a single data row, or a column that must be there never came. */
  check(): void {
    for (const [table, map] of this.growing) checkRequired(table, map, false);
    if (this.room === this.maxRows) {
      throw new UnusableTable('The file has no data row below its header; add at least one.');
    }
  }
}

function parentOf({ rows }: RowBatch, messagePosition: number): string | null {
  for (const { cells } of rows) {
    const jobId = markedJobOf(cells[messagePosition] ?? '');
    if (jobId !== null) return jobId;
  }
  return null;
}
