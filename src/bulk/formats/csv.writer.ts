import { DurableFile } from './durable-file';
import { neutralise } from './formula-guard';
import { RowBatch, RowWriter } from './row-format.contract';

const BOM = '\uFEFF';
const LINE_END = '\r\n';
/**
 * Texts that need quotes. Beyond RFC 4180: the other delimiters, so that a reader which looks for the delimiter is not
 * misled; blanks at either end, which some programs trim; and first characters that would make the file look like JSON,
 * XML or PDF.
 */
const NEEDS_QUOTES = /[",;\t|\r\n]|^[\s{[<%]|\s$/;

/**
 * Writes CSV by RFC 4180: UTF-8 with byte order mark (without it Excel takes the file for the local code page), comma,
 * CRLF, formula-like cells neutralised. The header is that of the first batch.
 */
export class CsvWriter implements RowWriter {
  private columns: readonly string[] | null = null;

  constructor(private readonly file: DurableFile) {}

  /** Shorter rows are filled up; surplus cells of a longer row go to the end of its record. */
  async write(batch: RowBatch): Promise<void> {
    let text = '';
    if (this.columns === null) {
      this.columns = batch.columns;
      text = BOM + recordOf(batch.columns, batch.columns.length);
    }
    for (const row of batch.rows) text += recordOf(row.cells, this.columns.length);
    await this.file.write(text);
  }

  async close(): Promise<void> {
    await this.file.commit();
  }

  async abort(): Promise<void> {
    await this.file.discard();
  }
}

function recordOf(cells: readonly string[], width: number): string {
  const missing = Math.max(0, width - cells.length);
  // A single empty cell as a blank line would not count as a row everywhere.
  if (cells.length + missing === 1 && (cells[0] ?? '') === '') return `""${LINE_END}`;
  return cells.map(cellOf).join(',') + ','.repeat(cells.length === 0 ? Math.max(0, missing - 1) : missing) + LINE_END;
}

function cellOf(cell: string): string {
  const text = neutralise(cell);
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
