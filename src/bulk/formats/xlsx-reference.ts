/** Rows of a sheet (ECMA-376 part 1 leaves it open; every spreadsheet program ends here). */
export const MAX_SHEET_ROWS = 1_048_576;
/** Columns of a sheet, A to XFD. */
export const MAX_SHEET_COLUMNS = 16_384;

/** Letters of a column counted from 0: `A`, `Z`, `AA`, `XFD`. */
export function columnName(column: number): string {
  let name = '';
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    name = String.fromCharCode(65 + ((rest - 1) % 26)) + name;
  }
  return name;
}

/** Name of a cell as a spreadsheet shows it, `C7` for column 2 in row 7. */
export function cellName(column: number, row: number): string {
  return `${columnName(column)}${row}`;
}

/**
 * Column (from 0) of a cell reference such as `C7`, or null when the reference is malformed, lies outside the sheet or
 * in another row.
 */
export function columnOf(reference: string, row: number): number | null {
  let column = 0;
  let position = 0;
  for (; position < reference.length; position += 1) {
    const letter = reference.charCodeAt(position) - 64;
    if (letter < 1 || letter > 26) break;
    column = column * 26 + letter;
  }
  if (position === 0 || position > 3 || column > MAX_SHEET_COLUMNS) return null;
  return reference.slice(position) === String(row) ? column - 1 : null;
}

/** Row number out of an `r` attribute, or null when it is none or beyond the end of a sheet. */
export function rowOf(text: string): number | null {
  if (!/^[1-9]\d{0,6}$/.test(text)) return null;
  const row = Number(text);
  return row <= MAX_SHEET_ROWS ? row : null;
}
