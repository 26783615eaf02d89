import { Injectable } from '@nestjs/common';
import {
  BatchRows,
  DurableFile,
  type ReadOptions,
  type RowBatch,
  type RowFormat,
  RowFormatProvider,
  type RowWriter,
  TextFile,
  textOfHead,
  TooManyRows,
  UnusableTable,
} from '../../../src/extension-api';

/** First line of every file: nothing else begins so. */
const SIGNATURE = '#psv';

/** Lines of cells between pipes, below a line that says so; `\p`, `\n` and `\\` stand for a pipe, a line break, a backslash. */
@RowFormatProvider({ name: 'psv', order: 5 })
@Injectable()
export class PsvFormat implements RowFormat {
  readonly holdsTables = false;

  accepts(head: Buffer): boolean {
    return textOfHead(head)?.startsWith(`${SIGNATURE}\n`) ?? false;
  }

  async *read(file: string, { batchRows, maxRows }: ReadOptions): AsyncGenerator<RowBatch> {
    let columns: readonly string[] | null = null;
    const rows = new BatchRows(batchRows);
    let count = 0;
    let line = 0;
    for await (const text of linesOf(await TextFile.open(file))) {
      line++;
      const cells = text.split('|').map(unescape);
      if (line === 1 || cells.every((cell) => cell === '')) continue;
      if (columns === null) {
        columns = cells;
        continue;
      }
      if (++count > maxRows) throw new TooManyRows(`The file has more than ${maxRows} data rows; split it.`);
      const width = columns.length;
      const fault = { column: null, message: `the line has ${cells.length} cells, the header ${width}` };
      // The header counts as row 1, whatever stands above it.
      rows.add({ row: line - 1, cells, ...(cells.length !== width && { faults: [fault] }) });
      if (rows.isFull) yield { table: null, columns, rows: rows.take() };
    }
    if (columns === null) throw new UnusableTable('The file has no header row below its first line.');
    if (!rows.isEmpty || count === 0) yield { table: null, columns, rows: rows.take() };
  }

  create(file: string): RowWriter {
    return new PsvWriter(DurableFile.create(file));
  }
}

class PsvWriter implements RowWriter {
  private isBegun = false;

  constructor(private readonly file: DurableFile) {}

  async write({ columns, rows }: RowBatch): Promise<void> {
    const lines = rows.map(({ cells }) => cells);
    if (!this.isBegun) await this.file.write(`${SIGNATURE}\n${lineOf(columns)}`);
    this.isBegun = true;
    await this.file.write(lines.map(lineOf).join(''));
  }

  async close(): Promise<void> {
    await this.file.commit();
  }

  async abort(): Promise<void> {
    await this.file.discard();
  }
}

function lineOf(cells: readonly string[]): string {
  const escaped = (cell: string) => cell.replaceAll('\\', '\\\\').replaceAll('|', '\\p').replaceAll('\n', '\\n');
  return `${cells.map(escaped).join('|')}\n`;
}

const ESCAPED: Readonly<Record<string, string>> = { '\\p': '|', '\\n': '\n', '\\\\': '\\' };

function unescape(cell: string): string {
  return cell.replace(/\\[pn\\]/g, (escape) => ESCAPED[escape] ?? escape);
}

async function* linesOf(text: TextFile): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of text.chunks()) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  yield rest;
}
