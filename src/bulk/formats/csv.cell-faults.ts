import { RowFault } from './row-format.contract';

/** Longest cell a spreadsheet holds, in UTF-16 code units (Excel specifications and limits). */
export const MAX_CELL_CHARS = 32_767;
/** Longest record of CSV and line of NDJSON, in UTF-16 code units. */
export const MAX_RECORD_CHARS = 1024 * 1024;
/** Most columns of one table. */
export const MAX_COLUMNS = 1_000;

const SUSPECT = /[\0\uFFFD]/;

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
