import { MAX_CELLS, MAX_COLUMNS } from './cell-faults';
import { UnreadableFile, UnusableTable } from './file.errors';
import { cellText, CellText } from './xlsx-cell';
import { DateKind } from './xlsx-date';
import { clip, SAVE_AGAIN } from './xlsx-messages';
import { cellName, columnName, columnOf, MAX_SHEET_COLUMNS, MAX_SHEET_ROWS, rowOf } from './xlsx-reference';
import { MAX_STORED_CHARS, RichText } from './xlsx-rich-text';
import { XmlAttributes, XmlHandler } from './xlsx-xml';

/** One row that has something in it; columns count from 0. */
export interface SheetRow {
  readonly row: number;
  /** Texts up to the last cell that is not empty. */
  readonly cells: string[];
  /** Cells whose text is a shared string, still to be filled in: column and number of the string, alternating. */
  readonly shared: number[];
  readonly faults: { readonly column: number; readonly message: string }[];
}

/** What a sheet's cells depend on. */
export interface CellFormats {
  readonly date1904: boolean;
  /** Kind of each cell format, by its number (attribute `s`). */
  readonly kinds: readonly DateKind[];
}

const ROW_DEPTH = 3;
const CELL_DEPTH = 4;
const VALUE_DEPTH = 5;

/**
 * Turns the XML of a worksheet (ECMA-376 part 1, 18.3) into rows; feed it, then `take` what is ready. The row and cell
 * numbers written there are believed only in ascending order and inside a sheet; `<dimension>` is not looked at.
 * @throws UnreadableFile for impossible numbers, UnusableTable for a value beyond column 1,005.
 */
export class SheetParser implements XmlHandler {
  readonly root = 'worksheet';
  private ready: SheetRow[] = [];
  private inData = false;
  private hasData = false;
  private row = 0;
  private current: SheetRow | null = null;
  private column = -1;
  private inCell = false;
  private type = '';
  private kind: DateKind = null;
  private value: string | null = null;
  private inValue = false;
  private inline: RichText | null = null;
  private formula = false;

  constructor(
    private readonly sheet: string,
    private readonly formats: CellFormats,
  ) {}

  /** Rows complete since the last call, without empty ones. */
  take(): SheetRow[] {
    const rows = this.ready;
    this.ready = [];
    return rows;
  }

  /** @throws UnreadableFile when the sheet held no table of cells at all. */
  end(): void {
    if (!this.hasData) this.refuse('the sheet has no cell table');
  }

  open(name: string, attributes: XmlAttributes, depth: number): void {
    if (depth > VALUE_DEPTH) this.inline?.open(name);
    else if (depth === VALUE_DEPTH && this.inCell) this.openValue(name);
    else if (depth === CELL_DEPTH && name === 'c' && this.current) this.openCell(attributes, this.current.row);
    else if (depth === ROW_DEPTH && name === 'row' && this.inData) this.openRow(attributes['r']);
    else if (depth === 2 && name === 'sheetData') this.inData = this.hasData = true;
  }

  text(text: string): void {
    if (!this.inValue) this.inline?.add(text);
    else if (this.value !== null && this.value.length <= MAX_STORED_CHARS) this.value += text;
  }

  close(name: string, depth: number): void {
    if (depth > VALUE_DEPTH) this.inline?.close(name);
    else if (depth === VALUE_DEPTH) this.inValue = false;
    else if (depth === CELL_DEPTH && this.inCell && this.current) this.closeCell(this.current);
    else if (depth === ROW_DEPTH && this.current) this.closeRow(this.current);
    else if (depth === 2) this.inData = false;
  }

  private openRow(number: string | undefined): void {
    const row = number === undefined ? this.row + 1 : rowOf(number);
    if (row === null || row > MAX_SHEET_ROWS) {
      this.refuse(`row number "${clip(number ?? String(row))}" does not exist in a sheet (1 to ${MAX_SHEET_ROWS})`);
    }
    if (row <= this.row) this.refuse(`row ${row} stands after row ${this.row}`);
    this.row = row;
    this.column = -1;
    this.current = { row, cells: [], shared: [], faults: [] };
  }

  private openCell(attributes: XmlAttributes, row: number): void {
    const reference = attributes['r'];
    const column = reference === undefined ? this.column + 1 : columnOf(reference, row);
    if (column === null || column >= MAX_SHEET_COLUMNS) {
      this.refuse(`row ${row} holds a cell "${clip(reference ?? 'beyond XFD')}", which cannot stand there`);
    }
    if (column <= this.column) this.refuse(`cell ${cellName(column, row)} stands twice or out of order`);
    this.column = column;
    this.inCell = true;
    this.type = attributes['t'] ?? '';
    const style = attributes['s'];
    this.kind = style === undefined ? null : (this.formats.kinds[Number(style)] ?? null);
    this.value = null;
    this.formula = false;
  }

  private openValue(name: string): void {
    if (name === 'v') {
      this.inValue = true;
      this.value = '';
    } else if (name === 'is') this.inline = new RichText();
    else if (name === 'f') this.formula = true;
  }

  private closeCell(row: SheetRow): void {
    this.inCell = false;
    if (this.type === 's') this.keepShared(row);
    else if (this.value !== null || this.inline || this.formula) this.keep(row, this.content());
    this.inline = null;
  }

  private content(): CellText {
    const { type, kind, value, formula } = this;
    return cellText({ type, kind, value, inline: this.inline?.text ?? null, formula }, this.formats.date1904);
  }

  private keepShared(row: SheetRow): void {
    const place = this.value?.trim() ?? '';
    if (place === '') return;
    if (!/^\d{1,9}$/.test(place)) this.refuse(`cell ${cellName(this.column, row.row)} points at no shared text`);
    this.keep(row, { text: '', problem: null }, true);
    row.shared.push(this.column, Number(place));
  }

  private keep(row: SheetRow, { text, problem }: CellText, shared = false): void {
    if (text === '' && problem === null && !shared) return;
    if (this.column >= MAX_CELLS) throw tooWide(this.sheet, this.column, row.row);
    while (row.cells.length < this.column) row.cells.push('');
    row.cells.push(text);
    if (problem !== null) row.faults.push({ column: this.column, message: problem });
  }

  private closeRow(row: SheetRow): void {
    this.current = null;
    if (row.cells.length > 0) this.ready.push(row);
  }

  private refuse(reason: string): never {
    throw new UnreadableFile(`Sheet "${clip(this.sheet)}" cannot be read: ${reason}. ${SAVE_AGAIN}`);
  }
}

/** What is said about a value to the right of the columns a sheet may use. */
export function tooWide(sheet: string, column: number, row: number): UnusableTable {
  return new UnusableTable(
    `Sheet "${clip(sheet)}" has a value in cell ${cellName(column, row)}. At most ${MAX_COLUMNS} columns ` +
      `(A to ${columnName(MAX_COLUMNS - 1)}) can be used. Delete the columns beyond.`,
  );
}
