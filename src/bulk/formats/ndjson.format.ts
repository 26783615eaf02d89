import { BatchRows } from './batch-rows';
import { DurableFile } from './durable-file';
import { TooManyRows } from './file.errors';
import { linesOf } from './ndjson.lines';
import { NdjsonRows, padded } from './ndjson.rows';
import { NdjsonWriter } from './ndjson.writer';
import { ReadOptions, RowBatch, RowFormat, RowWriter } from './row-format.contract';
import { TextFile, textOfHead } from './text-encoding';

/** RTF begins with a brace too. */
const OBJECT_START = /^\s*\{(?!\\rtf)/;

/**
 * NDJSON: one flat JSON object per line. Columns are the keys in order of first appearance; numbers keep every digit;
 * lines that are no usable object are delivered as faulty rows.
 */
export class NdjsonFormat implements RowFormat {
  readonly holdsTables = false;
  readonly columnsGrow = true;

  accepts(head: Buffer): boolean {
    const text = textOfHead(head);
    return text !== null && OBJECT_START.test(text);
  }

  async *read(file: string, options: ReadOptions): AsyncGenerator<RowBatch> {
    const text = await TextFile.open(file);
    const table = new NdjsonRows();
    const rows = new BatchRows(options.batchRows);
    const takeBatch = (): RowBatch => {
      const columns = table.columns;
      return { table: null, columns, rows: padded(rows.take(), columns.length) };
    };
    let count = 0;
    for await (const lines of linesOf(text.chunks())) {
      for (const line of lines) {
        const row = table.rowOf(line);
        if (row === null) continue;
        if (++count > options.maxRows) throw tooManyRows(line.number, options.maxRows);
        rows.add(row);
        if (rows.isFull) yield takeBatch();
      }
    }
    if (!rows.isEmpty || count === 0) yield takeBatch();
  }

  create(file: string): RowWriter {
    return new NdjsonWriter(DurableFile.create(file));
  }
}

function tooManyRows(line: number, maxRows: number): TooManyRows {
  const most = maxRows.toLocaleString('en');
  return new TooManyRows(
    `The file has more than ${most} data rows (line ${line} is one more). Split it into several files.`,
  );
}
