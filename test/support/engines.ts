import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';

/** An empty database of one engine, and the environment that points the service at it. */
export interface TestDatabase {
  readonly engine: Engine;
  readonly dataDir: string;
  readonly environment: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

export type Engine = 'sqlite' | 'mariadb';

/** URL of the server the tests may make databases on; undefined where there is none. */
const serverUrl = (): string | undefined => process.env['TEST_DATABASE_URL'];

/** Runs a suite once per engine, so that both keep the same promises. */
export function describeEachEngine(name: string, suite: (engine: Engine) => void): void {
  describe(`${name} on SQLite`, () => suite('sqlite'));
  const describeMariaDb = (serverUrl() ?? '') === '' ? describe.skip : describe;
  describeMariaDb(`${name} on MariaDB`, () => suite('mariadb'));
}

async function onServer(sql: string): Promise<void> {
  const connection = await createConnection({ uri: new URL('/', serverUrl()).href });
  try {
    await connection.query(sql);
  } finally {
    await connection.end();
  }
}

/** Makes an empty database and data folder; `remove` takes both away. @param parent folder to make the data folder in */
export async function createDatabase(engine: Engine, parent = tmpdir()): Promise<TestDatabase> {
  const dataDir = mkdtempSync(join(parent, 'rollbook-test-'));
  const removeFolder = () => rm(dataDir, { recursive: true, force: true });
  const base = { NODE_ENV: 'test', DATA_DIR: dataDir, LOG_LEVEL: 'silent', DEMO_DATA: 'false', PORT: '0' };
  if (engine === 'sqlite') {
    return { engine, dataDir, environment: base, remove: removeFolder };
  }
  const name = `rollbook_${randomBytes(6).toString('hex')}`;
  // Not that of the tables: a statement that leans on what the database has by default fails here.
  await onServer(`CREATE DATABASE ${name} CHARACTER SET latin1`);
  const url = new URL(`/${name}`, serverUrl()).href;
  return {
    engine,
    dataDir,
    environment: { ...base, DATABASE_URL: url },
    remove: async () => {
      await onServer(`DROP DATABASE ${name}`);
      await removeFolder();
    },
  };
}
