import { cellFault, checkColumnNames, fewFaults, MAX_COLUMNS, MAX_ROW_FAULTS } from './cell-faults';
import { UnusableTable } from './file.errors';
import { parseLine } from './ndjson.line';
import { TextLine } from './ndjson.lines';
import { isOwnColumn } from './own-columns';
import { RawRow, RowFault } from './row-format.contract';

/** Column that keeps the text of a line which is no usable object, so that it comes back in the failure file. */
const LINE_COLUMN = '_line';

/** Makes rows of lines, adding columns as new keys appear. */
export class NdjsonRows {
  private readonly indexes = new Map<string, number>();
  /** Columns of a result file among them, which do not count. */
  private own = 0;

  /** Columns so far, in order of first appearance. */
  get columns(): string[] {
    return [...this.indexes.keys()];
  }

  /**
   * The data row of this line, with its faults; null where all its cells are empty.
   * @throws UnusableTable for too many columns or names too long.
   */
  rowOf(line: TextLine): RawRow | null {
    const parsed = parseLine(line.text);
    if ('problem' in parsed) {
      const index = this.indexOf(LINE_COLUMN, line.number);
      const faults = [{ column: null, message: `Line ${line.number} ${parsed.problem}.` }];
      return { row: line.number, cells: this.cellsOf([[index, line.text]]), faults };
    }
    const texts: [index: number, text: string][] = [];
    const faults: RowFault[] = [];
    for (const [key, { text, problem }] of parsed.cells) {
      texts.push([this.indexOf(key, line.number), text]);
      if (faults.length > MAX_ROW_FAULTS) continue;
      const place = `Line ${line.number}, key ${JSON.stringify(key)}`;
      const fault = problem === null ? cellFault(key, text, place) : { column: key, message: `${place} ${problem}.` };
      if (fault !== null) faults.push(fault);
    }
    if (texts.every(([, text]) => text === '')) return null;
    const cells = this.cellsOf(texts);
    const row = { row: line.number, cells };
    return faults.length === 0 ? row : { ...row, faults: fewFaults(faults, `Line ${line.number}`) };
  }

  private cellsOf(texts: readonly (readonly [number, string])[]): string[] {
    const cells = new Array<string>(this.indexes.size).fill('');
    for (const [index, text] of texts) cells[index] = text;
    return cells;
  }

  private indexOf(key: string, line: number): number {
    const known = this.indexes.get(key);
    if (known !== undefined) return known;
    const index = this.indexes.size;
    if (isOwnColumn(key)) this.own++;
    else if (index - this.own === MAX_COLUMNS) {
      const most = MAX_COLUMNS.toLocaleString('en');
      const name = JSON.stringify(key.slice(0, 100));
      throw new UnusableTable(
        `The file has more than ${most} different keys (line ${line} adds ${name}). Use the same keys in every line.`,
      );
    }
    this.indexes.set(key, index);
    checkColumnNames(this.columns, `Line ${line}`);
    return index;
  }
}

/** Gives every row of a batch one cell per column, since columns may have been added after it. */
export function padded(rows: readonly RawRow[], columns: number): RawRow[] {
  return rows.map((row) =>
    row.cells.length === columns
      ? row
      : { ...row, cells: [...row.cells, ...new Array<string>(columns - row.cells.length).fill('')] },
  );
}
