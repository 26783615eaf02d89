import { LostRace } from './database.errors';

/** What drivers attach to their errors; TypeORM wraps it as `driverError`. */
interface DriverError {
  readonly code?: unknown;
  readonly errno?: unknown;
  readonly message?: unknown;
  readonly driverError?: unknown;
}

/**
 * MySQL and MariaDB errors after which the same transaction, run anew, may succeed: deadlock (1213, also at COMMIT),
 * lock wait timeout (1205), snapshot conflict of newer MariaDB (1020), server going down or read-only after failover.
 */
const TRANSIENT_NUMBERS = new Set([1213, 1205, 1020, 1047, 1053, 1158, 1159, 1160, 1161, 1290, 1836]);

/** The connection is gone or cannot be made. */
const LOST_NUMBERS = new Set([1040, 1053, 1203, 1927, 2002, 2003, 2006, 2013, 4031]);
const LOST_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'POOL_CLOSED',
]);

const UNKNOWN_INDEX_NUMBER = 1176;

/** The disk of the server is full. */
const FULL_NUMBERS = new Set([1021, 1114]);

const SQLITE_BUSY = /^SQLITE_(BUSY|LOCKED)/;
const SQLITE_BROKEN = /^SQLITE_(IOERR|CANTOPEN|FULL|CORRUPT|NOTADB|READONLY)/;

/** MySQL and MariaDB: the table, column or index is there already, or the one to be dropped is not. */
const DONE_NUMBERS = new Set([1050, 1051, 1060, 1061, 1091, 1826]);

/** The driver's own error below TypeORM's wrapper; null when the error is not a database driver's. */
function driverErrorOf(error: unknown): DriverError | null {
  if (typeof error !== 'object' || error === null) return null;
  const { driverError } = error as DriverError;
  if (typeof driverError === 'object' && driverError !== null) return driverError;
  // mysql2 and better-sqlite3 errors that reach us unwrapped (COMMIT, connecting).
  const { code, errno } = error as DriverError;
  const fromMysql = 'fatal' in error || 'sqlState' in error;
  const fromSqlite = typeof code === 'string' && code.startsWith('SQLITE_') && errno === undefined;
  return fromMysql || fromSqlite ? error : null;
}

/** True when the transaction may succeed if its function is run again from the start. */
export function isTransient(error: unknown): boolean {
  if (error instanceof LostRace) return true;
  const driverError = driverErrorOf(error);
  if (driverError === null) return false;
  if (typeof driverError.errno === 'number' && TRANSIENT_NUMBERS.has(driverError.errno)) return true;
  return SQLITE_BUSY.test(String(driverError.code)) || isConnectionLost(driverError);
}

/** True when a statement of MySQL or MariaDB names an index that its table does not have; it did nothing. */
export function isUnknownIndex(error: unknown): boolean {
  return driverErrorOf(error)?.errno === UNKNOWN_INDEX_NUMBER;
}

/** True when the link to the server broke: whether the last statement took effect is unknown. */
export function isConnectionFault(error: unknown): boolean {
  const driverError = driverErrorOf(error);
  return driverError !== null && isConnectionLost(driverError);
}

function isConnectionLost({ code, errno, message }: DriverError): boolean {
  return (
    (typeof errno === 'number' && LOST_NUMBERS.has(errno)) ||
    LOST_CODES.has(String(code)) ||
    // mysql2 reports a closed connection with words alone.
    (typeof message === 'string' && /closed state|Connection lost|database connection is not open/i.test(message))
  );
}

/** True when the database as a whole cannot be worked with at the moment. */
export function isDatabaseUnavailable(error: unknown): boolean {
  const driverError = driverErrorOf(error);
  if (driverError === null) return false;
  const isFull = typeof driverError.errno === 'number' && FULL_NUMBERS.has(driverError.errno);
  return isTransient(error) || isFull || SQLITE_BROKEN.test(String(driverError.code));
}

/**
 * Name of the unique index that a write violated (MySQL, MariaDB), or its columns as `table.column, …` (SQLite); null
 * when the error is something else.
 */
export function uniqueViolation(error: unknown): string | null {
  const driverError = driverErrorOf(error);
  if (driverError === null) return null;
  const message = String(driverError.message);
  if (driverError.errno === 1062) return /for key '(?:[^'.]+\.)?([^']+)'$/.exec(message)?.[1] ?? message;
  return /UNIQUE constraint failed: (?:index ')?([^']+)/.exec(message)?.[1] ?? null;
}

/** True when a statement that changes the schema finds its work done. */
export function isAlreadyDone(error: unknown): boolean {
  const driverError = driverErrorOf(error);
  return typeof driverError?.errno === 'number' && DONE_NUMBERS.has(driverError.errno);
}
