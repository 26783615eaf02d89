/**
 * Characters of text in one statement, about: MySQL and MariaDB break the connection at one that is larger than
 * `max_allowed_packet`, 16 MiB by default, and a character may take four bytes or an escape.
 */
const STATEMENT_CHARACTERS = 2 * 1024 * 1024;
/** Values of one statement: the driver writes them down in one go, and 28,000 held the event loop for some 40 ms. */
const STATEMENT_VALUES = 12_000;

/** Most rows of one statement that holds so many values for each. */
export function mostRows(valuesOfRow: number): number {
  return Math.floor(STATEMENT_VALUES / valuesOfRow);
}

/** Rows from `start` on that fit into one statement, at most so many; at least one. */
export function fitting(rows: readonly (readonly unknown[])[], start: number, most: number): number {
  let characters = 0;
  let size = 0;
  for (let at = start; at < rows.length && size < most; at++) {
    for (const value of rows[at] ?? []) if (typeof value === 'string') characters += value.length;
    if (size > 0 && characters > STATEMENT_CHARACTERS) break;
    size++;
  }
  return Math.max(1, size);
}
