import type { CodedIssue } from '../../platform/validation/coded-issue';

/** Cell that clears a value. An empty cell leaves it as it is. */
export const CLEAR = '#CLEAR';

/** A number a spreadsheet has rounded and rewritten, such as 9.19876E+11; always with a sign, unlike a code such as 12E34. */
const ROUNDED_NUMBER = /^[+-]?\d+([.,]\d+)?E[+-]\d+$/i;

/** Kinds of columns, by how their text becomes a value. */
export type CellKind = 'text' | 'identifier' | 'integer' | 'boolean' | 'list';

/** What a cell says: nothing (`undefined`), clear it (`null`), or a value; or why it cannot be read. */
export type CellReading = { readonly value: unknown } | { readonly issue: CodedIssue };

const TRUE_WORDS = new Set(['true', 'yes', 'y', '1']);
const FALSE_WORDS = new Set(['false', 'no', 'n', '0']);

function invalid(field: string, cell: string, message: string): CellReading {
  return { issue: { field, code: 'INVALID_FORMAT', message: `${field} ${message}`, rejectedValue: cell } };
}

/** Reads one cell; its content is judged by the field's own rules afterwards. */
export function readCell(field: string, kind: CellKind, cell: string | undefined): CellReading {
  if (cell === undefined || cell === '') return { value: undefined };
  if (cell === CLEAR) return { value: null };
  switch (kind) {
    case 'text':
      return { value: cell };
    case 'identifier':
      return ROUNDED_NUMBER.test(cell)
        ? invalid(field, cell, 'was rounded by a spreadsheet; format the column as text and enter the number again')
        : { value: cell };
    case 'integer':
      return /^[+-]?\d{1,15}$/.test(cell) ? { value: Number(cell) } : invalid(field, cell, 'must be a whole number');
    case 'boolean': {
      const word = cell.toLowerCase();
      if (TRUE_WORDS.has(word)) return { value: true };
      if (FALSE_WORDS.has(word)) return { value: false };
      return invalid(field, cell, 'must be true or false (also yes/no, y/n, 1/0)');
    }
    case 'list':
      return {
        value: cell
          .split(/[;,|]/)
          .map((item) => item.trim())
          .filter((item) => item !== ''),
      };
  }
}
