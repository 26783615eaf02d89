import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RawRow, ReadOptions, RowBatch, RowFormat } from '../../src/bulk/formats/row-format.contract';

export const OPTIONS: ReadOptions = { tables: ['Customers'], batchRows: 500, maxRows: 1_000_000 };

/** A folder for the files of one spec. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'rollbook-formats-'));
  private count = 0;

  /** Path of a file that is not there yet. */
  fresh(): string {
    return join(this.path, `file-${++this.count}`);
  }

  /** Writes a file (text as UTF-8) and returns its path. */
  file(content: string | Buffer): string {
    const path = this.fresh();
    writeFileSync(path, content);
    return path;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Everything a file yields. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly RawRow[];
  readonly batches: readonly RowBatch[];
}

export async function readAll(format: RowFormat, file: string, options: Partial<ReadOptions> = {}): Promise<Table> {
  const batches: RowBatch[] = [];
  for await (const batch of format.read(file, { ...OPTIONS, ...options })) batches.push(batch);
  return { columns: batches.at(-1)?.columns ?? [], rows: batches.flatMap((batch) => batch.rows), batches };
}

/** Writes rows of cells to a new file and returns its path. */
export async function writeAll(
  format: RowFormat,
  folder: Folder,
  columns: readonly string[],
  cells: readonly (readonly string[])[],
): Promise<string> {
  const path = folder.fresh();
  const writer = format.create(path);
  await writer.write({ table: null, columns, rows: cells.map((row, i) => ({ row: i + 2, cells: row })) });
  await writer.close();
  return path;
}

export function cellsOf(table: Table): (readonly string[])[] {
  return table.rows.map((row) => row.cells);
}

export function messagesOf(table: Table): string[] {
  return table.rows.flatMap((row) => (row.faults ?? []).map((fault) => fault.message));
}

/** RFC 4180, character by character; an independent second opinion. */
export function oracle(text: string, delimiter: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let cell = '';
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '"' && cell === '') {
      for (i++; text.charAt(i) !== '"' || text.charAt(i + 1) === '"'; i++) {
        if (text.charAt(i) === '"') i++;
        cell += text.charAt(i);
      }
    } else if (char === delimiter) {
      record.push(cell);
      cell = '';
    } else if (char === '\n' || char === '\r') {
      if (char === '\r' && text.charAt(i + 1) === '\n') i++;
      records.push([...record, cell]);
      record = [];
      cell = '';
    } else cell += char;
  }
  if (cell !== '' || record.length > 0) records.push([...record, cell]);
  return records;
}
