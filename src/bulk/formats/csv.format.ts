import { BatchRows } from './batch-rows';
import { CsvDialect, dialectOf, SAMPLE_CHARS } from './csv.dialect';
import { CsvRecord, CsvRecords } from './csv.records';
import { CsvHeader } from './csv.rows';
import { CsvWriter } from './csv.writer';
import { DurableFile } from './durable-file';
import { TooManyRows, UnusableTable } from './file.errors';
import { foreignKind } from './foreign-kind';
import { ReadOptions, RowBatch, RowFormat, RowWriter } from './row-format.contract';
import { TextFile, textOfHead } from './text-encoding';

/** Beginnings of files other formats here take: NDJSON, workbooks and old Office files. */
const OTHERS = /^(?:\s*\{|PK\x03\x04|\xd0\xcf\x11\xe0)/;

/**
 * CSV as spreadsheets and databases write it: comma, semicolon, tab or pipe, told from the file; RFC 4180 quoting; any
 * line ends. Cells come exactly as they stand there, but for the apostrophe of `neutralise`.
 */
export class CsvFormat implements RowFormat {
  readonly holdsTables = false;

  /** Empty and blank files are accepted, so that `read` can say what is missing. */
  accepts(head: Buffer): boolean {
    const text = textOfHead(head);
    return text !== null && !OTHERS.test(text) && foreignKind(head) === null;
  }

  async *read(file: string, options: ReadOptions): AsyncGenerator<RowBatch> {
    const text = await TextFile.open(file);
    const dialect = dialectOf(...(await sampleOf(text)));
    let header: CsvHeader | null = null;
    const rows = new BatchRows(options.batchRows);
    let count = 0;
    for await (const records of recordsOf(text, dialect)) {
      for (const record of records) {
        if (header === null) {
          header = CsvHeader.of(record);
          continue;
        }
        const row = header.rowOf(record);
        if (row === null) continue;
        if (++count > options.maxRows) throw tooManyRows(record.line, options.maxRows);
        rows.add(row);
        if (rows.isFull) yield { table: null, columns: header.columns, rows: rows.take() };
      }
    }
    if (header === null) {
      throw new UnusableTable('The file has no header row. Put the column names in its first line, the data below.');
    }
    if (!rows.isEmpty || count === 0) yield { table: null, columns: header.columns, rows: rows.take() };
  }

  create(file: string): RowWriter {
    return new CsvWriter(DurableFile.create(file));
  }
}

async function sampleOf(text: TextFile): Promise<[sample: string, complete: boolean]> {
  let sample = '';
  for await (const chunk of text.chunks()) {
    sample += chunk;
    if (sample.length >= SAMPLE_CHARS) return [sample, false];
  }
  return [sample, true];
}

/** The records of the file, those of one piece of text at a time. */
async function* recordsOf(text: TextFile, dialect: CsvDialect): AsyncGenerator<CsvRecord[]> {
  const records = new CsvRecords(dialect.delimiter, dialect.skip > 0 ? 2 : 1);
  let skip = dialect.skip;
  for await (const chunk of text.chunks()) {
    yield records.feed(chunk.slice(skip));
    skip = Math.max(0, skip - chunk.length);
  }
  yield records.finish();
}

function tooManyRows(line: number, maxRows: number): TooManyRows {
  const most = maxRows.toLocaleString('en');
  return new TooManyRows(
    `The file has more than ${most} data rows (line ${line} is one more). Split it into several files.`,
  );
}
