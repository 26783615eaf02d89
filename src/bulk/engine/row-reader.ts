import { forEachGivingWay } from '../../platform/event-loop/give-way';
import type { CodedIssue } from '../../platform/validation/coded-issue';
import { isSecretField, MASKED } from '../../platform/validation/secret-field';
import { MAX_ROW_FAULTS } from '../formats/cell-faults';
import type { RawRow } from '../formats/row-format.contract';
import type { ParsedRow, ReadyRow, TableImporter } from './bulk-importer.contract';
import { HeaderMap, mapHeader } from './header';

/** A raw row with what its importer made of it. */
export interface JudgedRow {
  readonly row: number;
  readonly parsed: ParsedRow<unknown>;
}

/** The rows that can be applied. */
export function readyRows(judged: readonly JudgedRow[]): ReadyRow<unknown>[] {
  return judged.flatMap(({ row, parsed: { value, issues } }) =>
    issues.length === 0 && value !== null ? [{ row, value }] : [],
  );
}

/** Turns raw rows of one table into judged ones: faults of the file, the importer's rules, unknown columns. */
export class RowReader {
  private columns: readonly string[] = [];
  private header: HeaderMap;

  constructor(private readonly table: TableImporter) {}

  /** Judges one chunk; its columns may differ from those of the chunk before (NDJSON). */
  async read(columns: readonly string[], rows: readonly RawRow[]): Promise<JudgedRow[]> {
    if (this.columns.length !== columns.length || this.columns.some((name, index) => name !== columns[index])) {
      this.columns = columns;
      this.header = mapHeader(this.table, columns);
    }
    const judged: JudgedRow[] = [];
    const { header } = this;
    await forEachGivingWay(rows, (raw) => judged.push({ row: raw.row, parsed: this.judge(raw, header) }));
    return judged;
  }

  private judge(raw: RawRow, header: HeaderMap): ParsedRow<unknown> {
    const cells: Record<string, string | undefined> = {};
    for (const [name, position] of header.positions) cells[name] = raw.cells[position] ?? '';
    const parsed = this.table.parse(cells);
    if (raw.faults !== undefined) {
      const issues = raw.faults.map(({ column, message }): CodedIssue => ({
        field: column,
        code: 'INVALID_FORMAT',
        message,
        rejectedValue: null,
      }));
      return { ...parsed, value: null, issues };
    }
    const ignored = header.unknown.filter(({ index }) => (raw.cells[index] ?? '') !== '');
    if (ignored.length === 0) return parsed;
    const warnings = ignored.slice(0, MAX_ROW_FAULTS).map(({ index, header, suggestion }) => {
      const hint = suggestion === null ? '' : `; did you mean ${suggestion}?`;
      const message = `the column "${header}" is not known and its value was ignored${hint}`;
      return unknownColumn(header, message, isSecretField(header) ? MASKED : (raw.cells[index] ?? null));
    });
    if (ignored.length > MAX_ROW_FAULTS) {
      const more = ignored.length - MAX_ROW_FAULTS;
      warnings.push(unknownColumn(null, `${more} more columns are not known and their values were ignored`, null));
    }
    return { ...parsed, warnings: [...parsed.warnings, ...warnings] };
  }
}

function unknownColumn(field: string | null, message: string, rejectedValue: string | null): CodedIssue {
  return { field, code: 'UNKNOWN_COLUMN', message, rejectedValue };
}
