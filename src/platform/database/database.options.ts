import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DataSourceOptions } from 'typeorm';
import { AppConfig } from '../config/app-config';
import type { DatabaseParts } from '../extensions/rollbook-extension';
import { databaseTls } from './database-tls';
import { SnakeNamingStrategy } from './naming.strategy';
import { prepareSqlite, type SqliteDatabase } from './sqlite-statements';

type DatabaseConfig = Pick<AppConfig, 'databaseUrl' | 'databaseCa' | 'dataDir' | 'databasePoolSize'>;

const SOURCE_ROOT = join(__dirname, '..', '..');
const CONNECT_TIMEOUT_MS = 5_000;

/** What every database shares: entities and migrations are found by name, wherever under `src` they stand. */
const SHARED = {
  entities: [join(SOURCE_ROOT, '**', '*.entity.{js,ts}')],
  migrations: [join(SOURCE_ROOT, '**', 'migrations', '*.migration.{js,ts}')],
  namingStrategy: new SnakeNamingStrategy(),
  migrationsTableName: 'migrations',
  synchronize: false,
  logging: false,
};

/** Enough to hold the indexes of some hundred thousand customers. */
const SQLITE_CACHE_KIB = 32 * 1024;
const SQLITE_BUSY_MS = 200;
/**
 * Statements a connection keeps prepared. There is one for each set of columns that is written, and callers choose these;
 * a server keeps 16,382 for all its clients (`max_prepared_stmt_count`) and refuses the next one to each of them.
 */
const PREPARED_STATEMENTS = 200;

/** Embedded SQLite: write-ahead log so that readers go on, full sync so that a commit survives a power cut. */
function sqliteOptions(dataDir: string): DataSourceOptions {
  mkdirSync(dataDir, { recursive: true });
  return {
    ...SHARED,
    type: 'better-sqlite3',
    database: join(dataDir, 'rollbook.sqlite'),
    enableWAL: true,
    // The driver waits without letting anything else run; the unit of work waits better, and tries again.
    timeout: SQLITE_BUSY_MS,
    prepareDatabase: (database: SqliteDatabase) => {
      prepareSqlite(database);
      database.pragma('synchronous = FULL');
      // What is removed or changed leaves no bytes behind: a person can ask for that.
      database.pragma('secure_delete = ON');
      database.pragma(`cache_size = -${SQLITE_CACHE_KIB}`);
    },
  };
}

/** Asks the server what it is, whatever the scheme of the URL claims: the two need different SQL in places. */
async function serverType(url: URL, ssl: ReturnType<typeof databaseTls>): Promise<'mysql' | 'mariadb'> {
  // Here, since an embedded database needs no driver for a server: its modules take 40 ms of the start.
  const { createConnection } = await import('mysql2/promise');
  const connection = await createConnection({
    uri: url.href.replace(/^mariadb:/, 'mysql:'),
    connectTimeout: CONNECT_TIMEOUT_MS,
    ...(ssl && { ssl }),
  });
  try {
    const [rows] = await connection.query('SELECT VERSION() AS version');
    const [row] = rows as { version: string }[];
    return /mariadb/i.test(row?.version ?? '') ? 'mariadb' : 'mysql';
  } finally {
    await connection.end();
  }
}

function serverOptions(
  url: URL,
  type: 'mysql' | 'mariadb',
  { poolSize, ssl }: { poolSize: number; ssl: ReturnType<typeof databaseTls> },
): DataSourceOptions {
  return {
    ...SHARED,
    type,
    host: url.hostname,
    port: Number(url.port || 3306),
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    charset: 'utf8mb4',
    timezone: 'Z',
    connectTimeout: CONNECT_TIMEOUT_MS,
    poolSize,
    ssl,
    // Ids are numbers in memory on every engine; TypeORM would give those of raw statements as text here.
    bigNumberStrings: false,
    extra: {
      // An object bound as a parameter must never turn into a piece of SQL.
      stringifyObjects: true,
      enableKeepAlive: true,
      // The driver would note the stack of every statement for the case that it fails; the error has one of its own.
      trace: false,
      maxPreparedStatements: PREPARED_STATEMENTS,
    },
  };
}

async function optionsOf(config: DatabaseConfig): Promise<DataSourceOptions> {
  if (config.databaseUrl === undefined) return sqliteOptions(config.dataDir);
  const url = new URL(config.databaseUrl);
  const ssl = databaseTls(config, url);
  return serverOptions(url, await serverType(url, ssl), { poolSize: config.databasePoolSize, ssl });
}

/**
 * TypeORM options for the configured database; used by the service, the CLI, the tests and `ormconfig.ts`.
 *
 * @param parts entities and migrations besides those that are found by name
 * @throws the driver's error when a configured server does not answer.
 */
export async function databaseOptions(
  config: DatabaseConfig,
  { entities, migrations }: DatabaseParts = { entities: [], migrations: [] },
): Promise<DataSourceOptions> {
  const found = await optionsOf(config);
  return {
    ...found,
    entities: [...SHARED.entities, ...entities],
    migrations: [...SHARED.migrations, ...migrations],
  };
}
