import { BatchRows } from './batch-rows';
import { cellFault, checkColumnNames, fewFaults, isSound, MAX_ROW_FAULTS, mostCells } from './cell-faults';
import { UnusableTable } from './file.errors';
import { RawRow, RowBatch, RowFault } from './row-format.contract';
import { clip } from './xlsx-messages';
import { cellName, columnName } from './xlsx-reference';
import { SheetRow, tooWide } from './xlsx-sheet-parser';

/**
 * Makes batches of a sheet's rows. The first row with a value is the header; its trailing empty cells count for
 * nothing, and a value that stands under no header is a fault of its row.
 */
export class SheetTable {
  private columns: readonly string[] | null = null;
  private mostCells = 0;
  private readonly rows: BatchRows;
  private delivered = false;

  /**
   * @param sheet name on the tab, for messages
   * @param table name under which its batches are delivered
   */
  constructor(
    private readonly sheet: string,
    private readonly table: string,
    batchRows: number,
  ) {
    this.rows = new BatchRows(batchRows);
  }

  get full(): boolean {
    return this.rows.isFull;
  }

  /**
   * Adds a row whose shared strings are filled in. True when it was a data row.
   * @throws UnusableTable for a faulty header, and for too many columns.
   */
  add(row: SheetRow): boolean {
    if (row.faults.length === 0 && row.cells.every((cell) => cell === '')) return false;
    if (this.columns === null) {
      this.columns = this.header(row);
      this.mostCells = mostCells(this.columns);
      this.checkWidth(this.columns, row.row);
      return false;
    }
    this.checkWidth(row.cells, row.row);
    this.rows.add(this.dataRow(row, this.columns));
    return true;
  }

  /** The rows so far as a batch. */
  take(): RowBatch {
    const batch = { table: this.table, columns: this.columns ?? [], rows: this.rows.take() };
    this.delivered = true;
    return batch;
  }

  /**
   * The last batch; null when all rows were taken, or when the sheet is blank and not required.
   * @throws UnusableTable when a required sheet is blank.
   */
  finish(required: boolean): RowBatch | null {
    if (this.columns === null) {
      if (!required) return null;
      throw new UnusableTable(`Sheet "${clip(this.sheet)}" is blank. Put the column names into its first row.`);
    }
    return !this.rows.isEmpty || !this.delivered ? this.take() : null;
  }

  private checkWidth(cells: readonly string[], row: number): void {
    if (cells.length <= this.mostCells) return;
    const column = cells.findIndex((cell, at) => at >= this.mostCells && cell !== '');
    if (column >= 0) throw tooWide(this.sheet, column, row);
  }

  private header(row: SheetRow): string[] {
    const fault = row.faults[0];
    if (fault) {
      const cell = cellName(fault.column, row.row);
      throw new UnusableTable(`Sheet "${clip(this.sheet)}", header cell ${cell}: ${fault.message}.`);
    }
    const names = trimEnd(row.cells);
    checkColumnNames(names, `Sheet "${clip(this.sheet)}", row ${row.row}`);
    return names;
  }

  private dataRow({ row, cells, faults }: SheetRow, columns: readonly string[]): RawRow {
    const place = (column: number) => `Sheet "${clip(this.sheet)}", cell ${cellName(column, row)}`;
    const nameOf = (column: number) => (columns[column] === '' ? null : (columns[column] ?? null));
    const found: RowFault[] = faults
      .slice(0, MAX_ROW_FAULTS + 1)
      .map(({ column, message }) => ({ column: nameOf(column), message: `${place(column)}: ${message}.` }));
    for (const [column, cell] of cells.entries()) {
      if (isSound(cell) || found.length > MAX_ROW_FAULTS) continue;
      const fault = cellFault(nameOf(column), cell, place(column));
      if (fault !== null) found.push(fault);
    }
    const stray = cells.findIndex((cell, column) => cell !== '' && (columns[column] ?? '') === '');
    if (stray >= 0) {
      found.push({
        column: null,
        message:
          `${place(stray)}: the value stands in column ${columnName(stray)}, ` +
          'which has no header; name the column or delete the value.',
      });
    }
    const texts = stray >= columns.length || cells.length > columns.length ? trimEnd(cells, columns.length) : cells;
    while (texts.length < columns.length) texts.push('');
    return found.length === 0
      ? { row, cells: texts }
      : { row, cells: texts, faults: fewFaults(found, `Sheet "${clip(this.sheet)}", row ${row}`) };
  }
}

function trimEnd(cells: readonly string[], least = 0): string[] {
  let length = cells.length;
  while (length > least && cells[length - 1] === '') length -= 1;
  return cells.slice(0, length);
}
