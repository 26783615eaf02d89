import { hasMariaDb, MariaDbServer, startMariaDb } from './mariadb-server';

declare global {
  var rollbookMariaDb: MariaDbServer | undefined;
}

/** Makes a MariaDB available to all tests: TEST_DATABASE_URL when given, else a private throw-away server. */
export default async function globalSetup(): Promise<void> {
  if ((process.env['TEST_DATABASE_URL'] ?? '') !== '') return;
  if (!hasMariaDb()) {
    console.warn(
      '\n*** No MariaDB: TEST_DATABASE_URL is not set and no mariadbd is installed. Its tests are SKIPPED; SQLite only. ***\n',
    );
    return;
  }
  globalThis.rollbookMariaDb = await startMariaDb();
  process.env['TEST_DATABASE_URL'] = globalThis.rollbookMariaDb.url;
}
