import Database from 'better-sqlite3';
import { Connection } from 'mysql2';

/** Statements that both drivers were given, each text once. */
export interface SqlRecorder {
  readonly statements: ReadonlySet<string>;
  stop(): void;
}

interface Driver {
  [method: string]: (sql: string | { sql: string }, ...rest: unknown[]) => unknown;
}

/** Records what reaches the drivers themselves, so that no way around TypeORM goes unseen. Start it before the service. */
export function recordSql(): SqlRecorder {
  const statements = new Set<string>();
  const mysql = Object.getPrototypeOf(Connection.prototype) as Driver;
  const sqlite = Database.prototype as unknown as Driver;
  const spies = [
    [sqlite, 'prepare'],
    [sqlite, 'exec'],
    [mysql, 'query'],
    [mysql, 'execute'],
  ].map(([driver, method]) => watch(driver as Driver, method as string, statements));
  return { statements, stop: () => spies.forEach((restore) => restore()) };
}

function watch(driver: Driver, method: string, statements: Set<string>): () => void {
  const original = driver[method];
  if (original === undefined) throw new Error(`The driver has no ${method} to watch`);
  driver[method] = function (this: unknown, sql, ...rest) {
    statements.add((typeof sql === 'string' ? sql : sql.sql).replaceAll(/\s+/g, ' ').trim());
    return original.call(this, sql, ...rest);
  };
  return () => (driver[method] = original);
}
