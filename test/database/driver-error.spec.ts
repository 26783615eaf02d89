import Database from 'better-sqlite3';
import { QueryFailedError } from 'typeorm';
import { LostRace, unansweredInTime } from '../../src/platform/database/database.errors';
import { isConnectionFault, isDatabaseUnavailable, isTransient } from '../../src/platform/database/driver-error';

const serverError = (errno: number) => Object.assign(new Error('no'), { errno, code: 'ER_X', sqlState: 'HY000' });
const linkError = (code: string, message = 'no') => Object.assign(new Error(message), { code, fatal: true });
const sqliteError = (code: string) => new Database.SqliteError('no', code);

/** As it reaches the unit of work: bare from COMMIT and from connecting, wrapped from every other statement. */
const forms = (error: Error) => [error, new QueryFailedError('SELECT 1', [], error)];

/** What is made of an error: whether the transaction is run again, the link is broken, the database is out of order. */
const judged = (error: unknown) => [isTransient(error), isConnectionFault(error), isDatabaseUnavailable(error)];

const AGAIN = [true, false, true];
const BROKEN_LINK = [true, true, true];
const OUT_OF_ORDER = [false, false, true];
const NEVER = [false, false, false];

describe('an error of a driver', () => {
  it.each([
    ['deadlock', 1213, AGAIN],
    ['lock wait timeout', 1205, AGAIN],
    ['snapshot conflict', 1020, AGAIN],
    ['node not ready', 1047, AGAIN],
    ['server shutting down', 1053, BROKEN_LINK],
    ['packet not read', 1158, AGAIN],
    ['packet not read in time', 1159, AGAIN],
    ['packet not written', 1160, AGAIN],
    ['packet not written in time', 1161, AGAIN],
    ['read only after failover', 1290, AGAIN],
    ['read only', 1836, AGAIN],
    ['too many connections', 1040, BROKEN_LINK],
    ['too many connections of the user', 1203, BROKEN_LINK],
    ['connection killed', 1927, BROKEN_LINK],
    ['server gone', 2006, BROKEN_LINK],
    ['server lost', 2013, BROKEN_LINK],
    ['disk full', 1021, OUT_OF_ORDER],
    ['table full', 1114, OUT_OF_ORDER],
    ['duplicate key', 1062, NEVER],
    ['too long', 1406, NEVER],
    ['out of range', 1264, NEVER],
    ['wrong value', 1366, NEVER],
    ['missing parent', 1452, NEVER],
    ['syntax', 1064, NEVER],
  ] as const)('of MySQL or MariaDB is judged by its number: %s, %i', (_what, errno, expected) => {
    for (const error of forms(serverError(errno))) expect(judged(error)).toEqual(expected);
  });

  it.each(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'PROTOCOL_CONNECTION_LOST'])(
    'of the link is a broken link: %s',
    (code) => {
      for (const error of forms(linkError(code))) expect(judged(error)).toEqual(BROKEN_LINK);
    },
  );

  it('of a connection that was closed before, or that nobody could wait for, is a broken link', () => {
    const closed = linkError('', "Can't add new command when connection is in closed state");
    for (const error of [...forms(closed), unansweredInTime('no')]) expect(judged(error)).toEqual(BROKEN_LINK);
  });

  it.each([
    ['SQLITE_BUSY', AGAIN],
    ['SQLITE_BUSY_SNAPSHOT', AGAIN],
    ['SQLITE_BUSY_RECOVERY', AGAIN],
    ['SQLITE_LOCKED', AGAIN],
    ['SQLITE_LOCKED_SHAREDCACHE', AGAIN],
    ['SQLITE_FULL', OUT_OF_ORDER],
    ['SQLITE_IOERR_FSYNC', OUT_OF_ORDER],
    ['SQLITE_READONLY', OUT_OF_ORDER],
    ['SQLITE_CONSTRAINT_UNIQUE', NEVER],
    ['SQLITE_CONSTRAINT_NOTNULL', NEVER],
    ['SQLITE_ERROR', NEVER],
  ] as const)('of SQLite is judged by its code: %s', (code, expected) => {
    for (const error of forms(sqliteError(code))) expect(judged(error)).toEqual(expected);
  });

  it('is none of a database when another part of the service broke a link', () => {
    const error = Object.assign(new Error('no'), { code: 'ECONNRESET' });
    expect(judged(error)).toEqual(NEVER);
    expect(judged(new Error('no'))).toEqual(NEVER);
  });

  it('is a lost race when a row moved on in between', () => {
    expect(isTransient(new LostRace())).toBe(true);
  });
});
