import type { CodedIssue } from '../../platform/validation/coded-issue';
import { ParsedText, parseIssue } from '../../platform/validation/parsed-text';
import { CLEAR } from '../customers/cell.values';
import type { ImportCells, ImportColumn } from '../engine/bulk-importer.contract';
import type { ImportedRecord } from './imported-record.entity';

/** Properties of an entity that its importer fills. */
export type RecordField<T extends ImportedRecord> = Exclude<keyof T, keyof ImportedRecord> & string;

/** A column that fills the property of its name. A required one can neither be left out of a new record nor cleared. */
export type RecordColumn<T extends ImportedRecord> = {
  readonly [F in RecordField<T>]: ImportColumn & {
    readonly name: F;
    /** Pure: text of a cell -> value, a JSON value; dates as text. Never called with an empty cell. */
    parse(text: string): ParsedText<T[F]>;
  };
}[RecordField<T>];

/** What a row says of a record: absent properties stay, null clears. */
export type RecordValues = Readonly<Record<string, unknown>>;

/** Reads the cells of a row: nothing for an empty cell, null for `#CLEAR`, else what the column makes of the text. */
export function readRecord<T extends ImportedRecord>(
  columns: readonly RecordColumn<T>[],
  cells: ImportCells,
): { values: RecordValues; issues: CodedIssue[] } {
  const values: Record<string, unknown> = {};
  const issues: CodedIssue[] = [];
  for (const column of columns) {
    const { name, required } = column;
    const cell = cells[name];
    if (cell === undefined || cell === '') continue;
    if (cell === CLEAR) {
      if (required === true) issues.push(missing(name, cell));
      else values[name] = null;
      continue;
    }
    const parsed: ParsedText<unknown> = column.parse(cell);
    if ('value' in parsed) values[name] = parsed.value;
    else issues.push(parseIssue(name, cell, parsed.issue));
  }
  return { values, issues };
}

/** The fault of a property that must have a value and has none. */
export function missing(name: string, cell: string | null): CodedIssue {
  return { field: name, code: 'REQUIRED', message: `${name} is required; fill in the cell`, rejectedValue: cell };
}

/** Equal as JSON values. */
export function sameValue(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}
