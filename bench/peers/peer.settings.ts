import { join } from 'node:path';
import Database from 'better-sqlite3';

/** What the bench tells a peer of the database it works on: that of the service, with its tables and indexes. */
export interface PeerSettings {
  /** File of the embedded database; what is used when there is no URL. */
  readonly sqliteFile: string;
  readonly databaseUrl: string | null;
  readonly companyRef: number;
  readonly campaignRef: number;
}

export function readSettings(): PeerSettings {
  const { BENCH_DATA_DIR, BENCH_DATABASE_URL, BENCH_COMPANY, BENCH_CAMPAIGN } = process.env;
  return {
    sqliteFile: join(BENCH_DATA_DIR ?? '.', 'rollbook.sqlite'),
    databaseUrl: BENCH_DATABASE_URL === undefined || BENCH_DATABASE_URL === '' ? null : BENCH_DATABASE_URL,
    companyRef: Number(BENCH_COMPANY),
    campaignRef: Number(BENCH_CAMPAIGN),
  };
}

/** The embedded database opened as the service opens it: as durable, with as large a cache. */
export function openSqlite({ sqliteFile }: PeerSettings): Database.Database {
  const database = new Database(sqliteFile, { timeout: 5_000 });
  for (const setting of ['journal_mode = WAL', 'synchronous = FULL', 'cache_size = -32768']) database.pragma(setting);
  return database;
}

/** Tells the bench where the peer listens. */
export function announce(port: number): void {
  console.log(`listening on http://127.0.0.1:${port}`);
}

/** Time as the service stores it. */
export function databaseTime(): string {
  return new Date().toISOString().replace('T', ' ').replace('Z', '');
}
