import { MAX_CELLS, MAX_COLUMNS, MAX_RECORD_CHARS } from './cell-faults';
import { UnreadableFile, UnusableTable } from './file.errors';

/** One record as it stands in the file; wholly blank lines are counted but not delivered. */
export interface CsvRecord {
  /** Number of the record as a spreadsheet shows it, from 1. */
  readonly row: number;
  /** Number of the line of the file on which the record begins, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

const LINE_BREAK = /\r\n|\n|\r/g;
const [QUOTE, CR, LF] = [0x22, 0x0d, 0x0a];

/**
 * Splits CSV text into records by RFC 4180, with any mix of CRLF, LF and CR. A quote inside a cell that does not begin
 * with one is plain text, as in Excel; a quoted cell must be closed, and nothing may follow its closing quote.
 *
 * Own code, since csv-parse cannot be strict about closing quotes and lenient about quotes inside cells at once, names
 * the last line of an open cell instead of the first, and counts no delimiters towards its size limit.
 *
 * Holds at most one record and one piece of text.
 */
export class CsvRecords {
  private text = '';
  private cells: string[] = [];
  private cellCount = 0;
  private row = 1;
  private line: number;
  private recordLine: number;
  private recordChars = 0;
  private readonly delimiter: number;

  /** @param firstLine number of the line on which the text begins, where lines were skipped before it */
  constructor(delimiter: string, firstLine: number) {
    this.delimiter = delimiter.charCodeAt(0);
    this.line = firstLine;
    this.recordLine = firstLine;
  }

  /**
   * Takes the next piece of text and returns the records that are complete with it.
   * @throws UnreadableFile for broken quotes and records over 1,048,576 characters; UnusableTable for a record with
   * more than 1,005 cells. Both name the line.
   */
  feed(piece: string): CsvRecord[] {
    return this.take(piece, false);
  }

  /** Returns what remains when the text is over. @throws as `feed` does. */
  finish(): CsvRecord[] {
    return this.take('', true);
  }

  private take(piece: string, isLast: boolean): CsvRecord[] {
    const records: CsvRecord[] = [];
    this.text += piece;
    let at = 0;
    for (;;) {
      const end = this.cellEnd(at, isLast);
      if (end === null) break;
      this.limit(this.recordChars + end - at);
      const isDelimited = this.text.charCodeAt(end) === this.delimiter;
      const isBlankLine = end === at && this.cellCount === 0 && !isDelimited;
      if (!isBlankLine) this.add(at, end);
      const next = this.afterCell(end);
      this.recordChars += next - at;
      at = next;
      if (isDelimited) continue;
      if (!isBlankLine) records.push({ row: this.row, line: this.recordLine, cells: this.cells });
      this.nextRecord();
      if (end === this.text.length) break;
    }
    this.text = this.text.slice(at);
    // What is left may end with a line end, which is no part of the record.
    this.limit(this.recordChars + this.text.length - 2);
    return records;
  }

  /** Where the cell that begins at `start` ends; null where the text at hand does not tell yet. */
  private cellEnd(start: number, isLast: boolean): number | null {
    const end = this.text.charCodeAt(start) === QUOTE ? this.quotedEnd(start, isLast) : this.plainEnd(start);
    if (end === null || isLast) return end;
    // Whether a line feed follows a carriage return, or a quote a quote, is known with the next character only.
    return end + 1 < this.text.length ? end : this.text.charCodeAt(end) === this.delimiter ? end : null;
  }

  private plainEnd(start: number): number {
    let at = start;
    for (; at < this.text.length; at++) {
      const code = this.text.charCodeAt(at);
      if (code === this.delimiter || code === LF || code === CR) break;
    }
    return at;
  }

  private quotedEnd(start: number, isLast: boolean): number | null {
    let at = this.text.indexOf('"', start + 1);
    while (at >= 0 && this.text.charCodeAt(at + 1) === QUOTE) at = this.text.indexOf('"', at + 2);
    if (at < 0) {
      if (isLast) this.fail('the cell that opens here with a double quote never ends. Add the closing double quote.');
      return null;
    }
    const end = at + 1;
    const code = this.text.charCodeAt(end);
    if (end < this.text.length && code !== this.delimiter && code !== LF && code !== CR) {
      this.fail(
        'in the cell that opens here with a double quote, text follows a closing quote. Add the missing closing ' +
          'quote, or double every quote inside the cell ("").',
      );
    }
    return end;
  }

  private afterCell(end: number): number {
    if (end === this.text.length) return end;
    return this.text.charCodeAt(end) === CR && this.text.charCodeAt(end + 1) === LF ? end + 2 : end + 1;
  }

  private add(start: number, end: number): void {
    const isQuoted = this.text.charCodeAt(start) === QUOTE;
    const cell = isQuoted ? this.text.slice(start + 1, end - 1).replaceAll('""', '"') : this.text.slice(start, end);
    this.cellCount++;
    // Excel writes up to 16,384 empty cells after the used ones.
    if (this.cellCount <= MAX_CELLS + 1) this.cells.push(cell);
    if (this.cellCount > MAX_CELLS && cell !== '') throw tooManyCells(this.recordLine);
    if (isQuoted) this.line += cell.match(LINE_BREAK)?.length ?? 0;
  }

  private nextRecord(): void {
    this.cells = [];
    this.cellCount = 0;
    this.recordChars = 0;
    this.row++;
    this.line++;
    this.recordLine = this.line;
  }

  private limit(chars: number): void {
    if (chars <= MAX_RECORD_CHARS) return;
    throw new UnreadableFile(
      `The record that begins on line ${this.recordLine} is longer than ${MAX_RECORD_CHARS.toLocaleString('en')} ` +
        'characters. Check that every cell there that opens with a double quote also ends with one, and that the ' +
        'file has line ends.',
    );
  }

  private fail(problem: string): never {
    throw new UnreadableFile(`Line ${this.line}, cell ${this.cellCount + 1}: ${problem}`);
  }
}

/** What is said about a record with more cells than a table may have columns. */
export function tooManyCells(line: number): UnusableTable {
  const most = MAX_COLUMNS.toLocaleString('en');
  return new UnusableTable(
    `Line ${line} has more than ${most} cells, the most that are taken. Remove the columns that are not needed.`,
  );
}
