/** What is used of a statement of better-sqlite3. */
export interface SqliteStatement {
  readonly reader: boolean;
  all(): Record<string, unknown>[];
  run(parameters?: readonly unknown[]): { readonly changes: number; readonly lastInsertRowid: number };
  /** From then on `all` gives each row as an array. */
  raw(isRaw: true): { all(parameters: readonly unknown[]): unknown[][] };
}

/** What is used of a connection of better-sqlite3. */
export interface SqliteDatabase {
  prepare(sql: string): SqliteStatement;
  pragma(sql: string, options?: { readonly simple?: boolean }): unknown;
  function(name: string, options: { readonly deterministic: boolean }, body: (value: unknown) => unknown): unknown;
}

const KEPT = Symbol.for('rollbook.kept-sqlite-objects');

/** One set for the process; a test runner that gives each file a world of its own shares it between them. */
function keptObjects(): Set<object> {
  const world = globalThis as { [KEPT]?: Set<object> };
  return (world[KEPT] ??= new Set());
}

/**
 * Makes a connection prepare each statement once and keep it for the life of the process.
 *
 * better-sqlite3 12 compiled against Node 24.21 ends the process (`RemoveEnvironmentCleanupHook: (env) != nullptr`) when
 * one of its objects is collected as garbage; seen within seconds with statements that are let go, never with kept
 * ones. The texts of our statements are few, so nothing is lost by keeping them.
 */
function keepStatements(database: SqliteDatabase): void {
  const kept = keptObjects();
  kept.add(database);
  const statements = new Map<string, SqliteStatement>();
  const prepare = database.prepare.bind(database);
  database.prepare = (sql) => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = prepare(sql);
    statements.set(sql, statement);
    kept.add(statement);
    return statement;
  };
  // The driver's own way prepares a statement it lets go at once.
  database.pragma = (sql, options) => {
    const statement = database.prepare(`PRAGMA ${sql}`);
    if (!statement.reader) {
      statement.run();
      return [];
    }
    const rows = statement.all();
    return options?.simple === true ? Object.values(rows[0] ?? {})[0] : rows;
  };
}

/** Prepares a connection as every connection of the service must be, for writing or for reading. */
export function prepareSqlite(database: SqliteDatabase): void {
  keepStatements(database);
  // SQLite's own LOWER knows A to Z only; searches must find the same on every database.
  database.function('lower', { deterministic: true }, (text) => (typeof text === 'string' ? text.toLowerCase() : text));
}
