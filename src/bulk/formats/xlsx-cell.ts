import { clip } from './xlsx-messages';
import { DateKind, dateText } from './xlsx-date';
import { decimalText } from './xlsx-number';
import { cutText, MAX_CELL_CHARS, storedText } from './xlsx-text';

/** One cell as it is stored (CT_Cell, ECMA-376 part 1, 18.3.1.4), shared strings excepted. */
export interface StoredCell {
  /** Attribute `t`; empty where absent, which means a number. */
  readonly type: string;
  /** What its style makes of a number. */
  readonly kind: DateKind;
  /** Content of `<v>`, null without one. */
  readonly value: string | null;
  /** Content of `<is>`, null without one. */
  readonly inline: string | null;
  readonly formula: boolean;
}

/** Text of a cell, and what is wrong with it. */
export interface CellText {
  readonly text: string;
  readonly problem: string | null;
}

const NO_VALUE =
  'the formula has no stored value; open the file in a spreadsheet program, let it calculate, and save it again';
const ROUNDED =
  'the number has more than 15 digits and the spreadsheet has already rounded it; format the column as text and enter the number again';

/** A date that is written as a moment (ISO 8601); a day number without fraction comes as a date too. */
const MIDNIGHT = /(?<=^\d{4}-\d\d-\d\d)T00:00(?::00(?:\.0+)?)?Z?$/;

/** The true text of a cell: what was typed, not what a narrow column shows. */
export function cellText(cell: StoredCell, date1904: boolean): CellText {
  const { type, value, inline, formula } = cell;
  if (type === 'inlineStr') return stringText(inline ?? value ?? '');
  if (type === 'str') return value === null && formula ? fault('', NO_VALUE) : stringText(value ?? inline ?? '');
  if (value === null || value.trim() === '') return formula ? fault('', NO_VALUE) : stringText(inline ?? '');
  const literal = value.trim();
  switch (type) {
    case '':
    case 'n':
      return numberText(literal, cell.kind, date1904);
    case 'b':
      return booleanText(literal);
    case 'd':
      return { text: literal.replace(MIDNIGHT, ''), problem: null };
    case 'e':
      return fault(clip(literal), `the cell holds the error ${clip(literal)}; correct its formula or type the value`);
    default:
      return fault(clip(literal), `the cell has the unknown type "${clip(type)}"; type its value again`);
  }
}

/** A string as stored, decoded and bounded. */
export function stringText(stored: string): CellText {
  const text = storedText(stored);
  return text.length > MAX_CELL_CHARS ? fault(cutText(text), tooLong()) : { text, problem: null };
}

/** What is said about a text no spreadsheet cell can hold. */
export function tooLong(): string {
  return `the text is longer than ${MAX_CELL_CHARS} characters, the most a cell can hold, and was cut here; shorten it`;
}

function numberText(literal: string, kind: DateKind, date1904: boolean): CellText {
  if (kind !== null) {
    const date = dateText(Number(literal), kind, date1904);
    if (date !== null) return { text: date, problem: null };
    return fault(clip(literal), `the cell is formatted as a date, and ${clip(literal)} is no day; correct the date`);
  }
  const number = decimalText(literal);
  if (typeof number === 'object') return { text: number.text, problem: null };
  return fault(clip(literal), number === 'rounded' ? ROUNDED : `"${clip(literal)}" is not a number; type it again`);
}

function booleanText(literal: string): CellText {
  if (literal === '1' || literal === 'true') return { text: 'true', problem: null };
  if (literal === '0' || literal === 'false') return { text: 'false', problem: null };
  return fault(clip(literal), `"${clip(literal)}" is neither true nor false; type it again`);
}

function fault(text: string, problem: string): CellText {
  return { text, problem };
}
