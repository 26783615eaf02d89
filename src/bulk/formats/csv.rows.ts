import { cellFault, checkColumnNames, fewFaults, isSound, MAX_ROW_FAULTS, mostCells } from './cell-faults';
import { CsvRecord, tooManyCells } from './csv.records';
import { restore } from './formula-guard';
import { RawRow, RowFault } from './row-format.contract';

/** Makes rows of the records below one CSV header. */
export class CsvHeader {
  private constructor(
    /** Headers without the empty ones at the end, which Excel writes for cleared columns. */
    readonly columns: readonly string[],
    /** Cells of the header record, empty ones at the end included. */
    private readonly width: number,
    private readonly mostCells: number,
  ) {}

  /** The header in this record; null where the record is blank. @throws UnusableTable for too many columns or names too long. */
  static of(record: CsvRecord): CsvHeader | null {
    if (record.cells.every((cell) => cell.trim() === '')) return null;
    const columns = record.cells.slice(0, record.cells.findLastIndex((cell) => cell !== '') + 1).map(restore);
    const most = mostCells(columns);
    if (columns.length > most) throw tooManyCells(record.line);
    checkColumnNames(columns, `Line ${record.line}`);
    return new CsvHeader(columns, record.cells.length, most);
  }

  /** The data row in this record, with its faults; null where all its cells are empty. @throws UnusableTable for too many cells. */
  rowOf(record: CsvRecord): RawRow | null {
    if (this.isBlank(record.cells)) return null;
    if (!isEmpty(record.cells.slice(this.mostCells))) throw tooManyCells(record.line);
    const cells = record.cells.map(restore);
    const faults = this.faultsOf(record.line, cells);
    // Cells under empty headers stay only where a fault names them.
    if (cells.length <= this.width && isEmpty(cells.slice(this.columns.length))) cells.length = this.columns.length;
    for (let i = record.cells.length; i < this.columns.length; i++) cells[i] = '';
    return faults.length === 0 ? { row: record.row, cells } : { row: record.row, cells, faults };
  }

  private isBlank(cells: readonly string[]): boolean {
    // A line of blanks in a table of several columns is one a person sees as blank.
    if (cells.length === 1 && this.columns.length > 1) return cells[0]?.trim() === '';
    return isEmpty(cells);
  }

  private faultsOf(line: number, cells: readonly string[]): readonly RowFault[] {
    const faults: RowFault[] = [];
    const counts = `Line ${line} has ${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}, the header ${this.width}`;
    if (cells.length < this.columns.length) {
      const message = `${counts}. Add the missing cells, empty ones too, so that every value stands under its own header.`;
      faults.push({ column: null, message });
    } else if (cells.length > this.width) {
      const message = `${counts}. Remove the surplus cells, or put a value that holds the delimiter in double quotes.`;
      faults.push({ column: null, message });
    }
    for (const [i, text] of cells.entries()) {
      const header = this.columns[i] ?? '';
      if (text === '' || (header !== '' && isSound(text))) continue;
      if (faults.length > MAX_ROW_FAULTS) break;
      const fault = cellFault(header === '' ? null : header, text, placeOf(line, i, header));
      if (fault !== null) faults.push(fault);
      if (header === '' && i < this.width) {
        const message = `${placeOf(line, i, header)}: there is a value but no header. Name the column or clear the cell.`;
        faults.push({ column: null, message });
      }
    }
    return fewFaults(faults, `Line ${line}`);
  }
}

function placeOf(line: number, index: number, header: string): string {
  return header === '' ? `Line ${line}, cell ${index + 1}` : `Line ${line}, column "${header}"`;
}

function isEmpty(cells: readonly string[]): boolean {
  return cells.every((cell) => cell === '');
}
