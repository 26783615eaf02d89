import type { CodedIssue } from '../../platform/validation/coded-issue';
import { compileValidator, Violation } from '../../platform/validation/compiled-validator';
import type { ImportCells, ImportColumn } from '../engine/bulk-importer.contract';
import { CellKind, readCell } from './cell.values';

/** A column with the way its text is read. */
export interface FieldColumn extends ImportColumn {
  readonly kind: CellKind;
}

/** Values by field (absent: not given, null: clear), or what is wrong with the row. */
export interface ReadRow {
  readonly values: Readonly<Record<string, unknown>>;
  readonly issues: readonly CodedIssue[];
}

/** Row error code of a broken class-validator rule; what is not listed is a matter of form. */
const CODES: Readonly<Record<string, string>> = {
  maxLength: 'TOO_LONG',
  arrayMaxSize: 'TOO_LONG',
  gstinChecksum: 'GSTIN_CHECKSUM',
  isDefined: 'REQUIRED',
};

function toIssue({ path, constraint, message, value }: Violation, cells: ImportCells): CodedIssue {
  const field = path.replace(/\[.*$/, '');
  const isMissing = value === undefined || value === null;
  return {
    field,
    code: isMissing ? 'REQUIRED' : (CODES[constraint] ?? 'INVALID_FORMAT'),
    message: isMissing ? `${field} is required; fill in the cell` : message,
    rejectedValue: cells[field] ?? null,
  };
}

/**
 * Makes the reader of the rows of one table: text of each cell -> value -> the rules of a DTO class, compiled once from
 * its decorators, so that a file and a request are judged alike. Of several faults of one field the first is told.
 */
export function rowParser(columns: readonly FieldColumn[], Dto: new () => object): (cells: ImportCells) => ReadRow {
  const validate = compileValidator(Dto);
  return (cells) => {
    const values: Record<string, unknown> = {};
    const issues: CodedIssue[] = [];
    for (const { name, kind } of columns) {
      const reading = readCell(name, kind, cells[name]);
      if ('issue' in reading) issues.push(reading.issue);
      else if (reading.value !== undefined) values[name] = reading.value;
    }
    const violations = validate(values);
    if (violations.length === 0) return { values, issues };
    const unreadable = new Set(issues.map(({ field }) => field));
    for (const violation of violations) {
      const issue = toIssue(violation, cells);
      if (unreadable.has(issue.field)) continue;
      unreadable.add(issue.field);
      issues.push(issue);
    }
    return { values, issues };
  };
}
