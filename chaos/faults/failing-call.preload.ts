/**
 * Loaded by node before the service: makes one call of a database driver fail, the k-th after it was told so. Of a
 * server, the link breaks right before the call; of SQLite, the file is locked by somebody else.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import Database from 'better-sqlite3';
import { Connection } from 'mysql2';
import { CALLS_VARIABLE, CallOrder } from './failing-call';

const orderFile = process.env[CALLS_VARIABLE] ?? '';
let counted: { readonly order: string; calls: number } | null = null;

/** Counts a call; true when it has to fail. */
function fails(): boolean {
  if (!existsSync(orderFile)) return false;
  const order = JSON.parse(readFileSync(orderFile, 'utf8')) as CallOrder;
  if (counted?.order !== order.id) counted = { order: order.id, calls: 0 };
  counted.calls++;
  if (counted.calls !== order.call) return false;
  writeFileSync(`${orderFile}.done`, order.id);
  return true;
}

type Query = (this: { readonly stream: Socket }, ...parameters: unknown[]) => unknown;

const prototype = Object.getPrototypeOf(Connection.prototype) as Record<string, Query>;
for (const name of ['query', 'execute'] as const) {
  const original = prototype[name];
  if (original === undefined) throw new Error(`failing-call: the driver of MySQL has no method ${name} any more`);
  prototype[name] = function (...parameters) {
    if (fails()) this.stream.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
    return original.apply(this, parameters);
  };
}

/** A statement that is run for row after row counts once: all rows of it are in one transaction. */
let previous: object | null = null;
function isNextRow(statement: object): boolean {
  const isSame = statement === previous;
  previous = statement;
  return isSame;
}

const memory = new Database(':memory:');
const statements = Object.getPrototypeOf(memory.prepare('SELECT 1')) as Record<string, Query>;
memory.close();
for (const name of ['run', 'all'] as const) {
  const original = statements[name];
  if (original === undefined) throw new Error(`failing-call: statements of SQLite have no method ${name} any more`);
  statements[name] = function (...parameters) {
    if (!isNextRow(this) && fails()) throw new Database.SqliteError('database is locked', 'SQLITE_BUSY');
    return original.apply(this, parameters);
  };
}
