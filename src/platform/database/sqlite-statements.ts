import { type BoundStatement, generalize, specialize } from './sqlite-literals';

/** What is used of a connection of better-sqlite3. */
export interface SqliteDatabase {
  prepare(sql: string): BoundStatement;
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
 * ones. Once no number stands in them, the texts of our statements are few, so nothing is lost by keeping them.
 */
function keepStatements(database: SqliteDatabase): void {
  const kept = keptObjects();
  kept.add(database);
  const statements = new Map<string, BoundStatement>();
  const prepare = database.prepare.bind(database);
  const preparedOnce = (sql: string): BoundStatement => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = prepare(sql);
    statements.set(sql, statement);
    kept.add(statement);
    return statement;
  };
  database.prepare = (sql) => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const general = generalize(sql);
    return general === null ? preparedOnce(sql) : specialize(preparedOnce(general.sql), general);
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
