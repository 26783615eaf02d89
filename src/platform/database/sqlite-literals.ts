/** What is used of a prepared statement; parameters in the order of their marks. */
export interface BoundStatement {
  readonly reader: boolean;
  all(...parameters: readonly unknown[]): Record<string, unknown>[];
  run(...parameters: readonly unknown[]): unknown;
}

/** A statement whose numbers became parameters: what it had in their places; null where a parameter of the caller goes. */
interface Generalized {
  readonly sql: string;
  readonly values: readonly (number | null)[];
}

/** Quoted text and names, marks, and whole numbers that stand for values. */
const PART = /'[^']*'|"[^"]*"|\?|(?<=[=<>(,] ?|LIMIT |OFFSET )-?\d+(?=[ ),]|$)/g;
const OF_DATA = /^\s*(SELECT|INSERT|UPDATE|DELETE)\b/i;

/**
 * Makes parameters of the numbers that TypeORM writes into statements for SQLite: ids, limits, offsets. Otherwise each
 * id would make a text of its own, to be prepared and kept.
 */
export function generalize(sql: string): Generalized | null {
  if (!OF_DATA.test(sql)) return null;
  const values: (number | null)[] = [];
  const text = sql.replace(PART, (part) => {
    if (part.startsWith("'") || part.startsWith('"')) return part;
    values.push(part === '?' ? null : Number(part));
    return '?';
  });
  return values.every((value) => value === null) ? null : { sql: text, values };
}

/** The statement as its caller wrote it, on top of the generalized one. */
export function specialize(statement: BoundStatement, { values }: Generalized): BoundStatement {
  const filled = (given: readonly unknown[]): unknown[] => {
    let next = 0;
    return values.map((value) => value ?? given[next++]);
  };
  return {
    reader: statement.reader,
    all: (...given) => statement.all(...filled(given)),
    run: (...given) => statement.run(...filled(given)),
  };
}
