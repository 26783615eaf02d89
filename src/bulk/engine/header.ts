import { distance } from 'fastest-levenshtein';
import { UnusableTable } from '../formats/file.errors';
import { isOwnColumn } from '../formats/own-columns';
import type { ImportColumn } from './bulk-importer.contract';

const FARTHEST_SUGGESTION = 3;

/** What the header row of a table is judged by; plain data, so that it can be sent to another thread. */
export interface ExpectedHeader {
  /** Of the table, such as `Customers`. */
  readonly name: string;
  readonly columns: readonly Pick<ImportColumn, 'name' | 'required'>[];
  /** Names of columns of which there must be at least one; empty for none. */
  readonly oneOf: readonly string[];
}

/** A header of the file that no column of the importer answers to. */
export interface UnknownColumn {
  readonly index: number;
  readonly header: string;
  /** Closest known column; null when none is close. */
  readonly suggestion: string | null;
}

/** How the columns of a file relate to those of an importer. */
export interface HeaderMap {
  /** Position in the file by column name; absent columns are missing. */
  readonly positions: ReadonlyMap<string, number>;
  readonly unknown: readonly UnknownColumn[];
  /** Position of `_error_message`, by which a corrected failure file tells where it comes from; null without one. */
  readonly messagePosition: number | null;
}

/** Form in which headers are compared: no case, blanks, `_`, `-`, nor a trailing `*`. */
export function normalizeHeader(header: string): string {
  return header
    .trim()
    .replace(/\*$/, '')
    .replace(/[\s_-]/g, '')
    .toLowerCase();
}

function suggest(header: string, names: readonly string[]): string | null {
  const wanted = normalizeHeader(header);
  let best: { name: string; distance: number } | null = null;
  for (const name of names) {
    const candidate = distance(wanted, normalizeHeader(name));
    if (candidate <= FARTHEST_SUGGESTION && candidate < name.length / 2 && candidate < (best?.distance ?? Infinity)) {
      best = { name, distance: candidate };
    }
  }
  return best?.name ?? null;
}

/**
 * Maps the header row of a table.
 *
 * @throws UnusableTable when a header is repeated.
 */
export function mapHeader(table: ExpectedHeader, headers: readonly string[]): HeaderMap {
  const byForm = new Map(table.columns.map(({ name }) => [normalizeHeader(name), name]));
  const positions = new Map<string, number>();
  const seen = new Map<string, string>();
  const unknown: { index: number; header: string }[] = [];
  let messagePosition: number | null = null;
  headers.forEach((header, index) => {
    const form = normalizeHeader(header);
    if (isOwnColumn(header)) {
      if (header.trim().toLowerCase() === '_error_message') messagePosition = index;
      return;
    }
    const earlier = seen.get(form);
    if (earlier !== undefined && form !== '') {
      throw new UnusableTable(
        `The header row of ${table.name} names the column "${header}" twice (also as "${earlier}"); keep one of the two.`,
      );
    }
    seen.set(form, header);
    const name = byForm.get(form);
    if (name !== undefined) positions.set(name, index);
    else if (form !== '') unknown.push({ index, header });
  });
  const free = table.columns.map(({ name }) => name).filter((name) => !positions.has(name));
  return {
    positions,
    unknown: unknown.map(({ index, header }) => ({ index, header, suggestion: suggest(header, free) })),
    messagePosition,
  };
}

/**
 * @param hasHeader the file has a header row; the lines of one without name their columns themselves
 * @throws UnusableTable when a column that must be there is missing.
 */
export function checkRequired(table: ExpectedHeader, { positions, unknown }: HeaderMap, hasHeader: boolean): void {
  const hint = (name: string) => {
    const close = unknown.find(({ header }) => suggest(header, [name]) !== null);
    return close === undefined ? '' : ` (did you mean it by "${close.header}"?)`;
  };
  for (const { name, required } of table.columns) {
    if (required !== true || positions.has(name)) continue;
    throw new UnusableTable(
      hasHeader
        ? `The table ${table.name} has no column ${name}${hint(name)}; add it to the header row.`
        : `No line of the table ${table.name} has the key ${name}${hint(name)}; write one JSON object per line, each with that key.`,
    );
  }
  if (table.oneOf.length > 0 && !table.oneOf.some((name) => positions.has(name))) {
    const names = `${table.oneOf.join(' and ')}${hint(table.oneOf[0] ?? '')}`;
    throw new UnusableTable(
      hasHeader
        ? `The table ${table.name} has neither of the columns ${names}; add one of them, so that each row names its customer.`
        : `No line of the table ${table.name} has one of the keys ${names}; write one JSON object per line, each naming its customer by one of them.`,
    );
  }
}
