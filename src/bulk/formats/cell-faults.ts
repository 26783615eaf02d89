import { UnusableTable } from './file.errors';
import { isOwnColumn, RESULT_COLUMNS } from './own-columns';
import { RowFault } from './row-format.contract';

/** Longest cell a spreadsheet holds, in UTF-16 code units (Excel specifications and limits). */
export const MAX_CELL_CHARS = 32_767;
/** Longest record of CSV and line of NDJSON, in UTF-16 code units. */
export const MAX_RECORD_CHARS = 1024 * 1024;
/** Most columns of one table, without those of this service in a result file that comes back. */
export const MAX_COLUMNS = 1_000;
/** Most cells of one row, as long as nothing is known of its header. */
export const MAX_CELLS = MAX_COLUMNS + RESULT_COLUMNS.length;
/** Longest name of a column, and of all columns of one table together: they stand in the messages of every row. */
const MAX_NAME_CHARS = 255;
const MAX_NAMES_CHARS = 64 * 1024;
/** Faults, or unknown columns, told of one row: as many as a person corrects at a time. A file of nothing else would grow a hundredfold. */
export const MAX_ROW_FAULTS = 20;

const SUSPECT = /[\0\uFFFD]/;

/** Most cells of a row below this header. */
export function mostCells(columns: readonly string[]): number {
  return Math.min(MAX_CELLS, MAX_COLUMNS + columns.filter(isOwnColumn).length);
}

/** @throws UnusableTable for names too long to be told again with every row. `place` is that of the header. */
export function checkColumnNames(names: readonly string[], place: string): void {
  const long = names.findIndex((name) => name.length > MAX_NAME_CHARS);
  if (long >= 0) {
    throw new UnusableTable(
      `${place}: the name of column ${long + 1} is longer than ${MAX_NAME_CHARS} characters. Shorten it.`,
    );
  }
  const chars = names.reduce((sum, name) => (isOwnColumn(name) ? sum : sum + name.length), 0);
  if (chars > MAX_NAMES_CHARS) {
    const most = MAX_NAMES_CHARS.toLocaleString('en');
    throw new UnusableTable(
      `${place}: the names of the columns have more than ${most} characters together. Shorten them, or remove the columns that are not needed.`,
    );
  }
}

/** The faults of one row, the first 20 of them where there are more. `place` is that of the row. */
export function fewFaults(faults: readonly RowFault[], place: string): readonly RowFault[] {
  if (faults.length <= MAX_ROW_FAULTS) return faults;
  const message = `${place}: further cells of this row are at fault too. Correct all of them.`;
  return [...faults.slice(0, MAX_ROW_FAULTS), { column: null, message }];
}

/** True where `cellFault` has nothing to say; it costs less to ask. */
export function isSound(text: string): boolean {
  return text.length <= MAX_CELL_CHARS && !SUSPECT.test(text);
}

/**
 * Why the text of one cell cannot be used, whatever its column means; null for a sound cell. `place` names the cell for
 * the reader, such as `Line 3, column "email"`.
 */
export function cellFault(column: string | null, text: string, place: string): RowFault | null {
  if (text.length > MAX_CELL_CHARS) {
    const size = `${text.length.toLocaleString('en')} characters, more than ${MAX_CELL_CHARS.toLocaleString('en')}`;
    return { column, message: `${place}: the cell holds ${size}. Shorten it.` };
  }
  if (!SUSPECT.test(text)) return null;
  if (text.includes('\0')) return { column, message: `${place}: the cell holds a NUL character. Remove it.` };
  const lost = 'the cell holds the replacement character U+FFFD: the program that saved the file lost a letter here';
  return { column, message: `${place}: ${lost}. Type the letter again.` };
}
