import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, rmSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { createConnection } from 'mysql2/promise';
import { numberOf } from '../../chaos/database-probe';
import { expectSame } from '../content/checksum';
import type { BenchLane } from '../lane';
import type { Trial } from '../trial';

interface RawFile {
  readonly rows: number;
  readonly repeats: number;
  /** A file that creates has one column more. */
  readonly isNew: boolean;
  readonly prepare: Trial<Buffer>['prepare'];
}

const tableOf = (isNew: boolean): string => `CREATE TABLE bench_load (ref VARCHAR(50) PRIMARY KEY,
  ${isNew ? 'name VARCHAR(200),' : ''} address VARCHAR(500), pin VARCHAR(6), agent VARCHAR(100), credit DECIMAL(15,2),
  days INT)`;

/** What the database makes of the same file by itself, in a bare table: none where there is no such program. */
export function rawTrial(lane: BenchLane, file: RawFile): Trial<Buffer>[] {
  const path = `${lane.database.dataDir}.raw.csv`;
  const isSqlite = lane.engine === 'sqlite';
  if (isSqlite && spawnSync('sqlite3', ['--version']).status !== 0) return [];
  const way = isSqlite ? sqliteImport(lane, path, file) : loadData(lane, path, file);
  return [
    {
      ...{ subject: isSqlite ? 'raw .import' : 'raw LOAD DATA', figuresFile: null, repeats: file.repeats },
      prepare: async (turn) => {
        const content = await file.prepare(turn);
        writeFileSync(path, content);
        await way.empty();
        return content;
      },
      send: way.load,
      check: async () => {
        expectSame('rows loaded', await way.count(), file.rows);
        rmSync(path);
      },
    },
  ];
}

interface RawWay {
  /** Makes the table anew. */
  empty(): Promise<void>;
  load(): Promise<void>;
  count(): Promise<number>;
}

function loadData({ database, probe }: BenchLane, path: string, { isNew }: RawFile): RawWay {
  const uri = database.environment['DATABASE_URL'] ?? '';
  const run = async (...statements: readonly string[]) => {
    const connection = await createConnection({ uri, infileStreamFactory: () => createReadStream(path) });
    try {
      for (const statement of statements) await connection.query(statement);
    } finally {
      await connection.end();
    }
  };
  return {
    empty: () => run('DROP TABLE IF EXISTS bench_load', `${tableOf(isNew)} CHARACTER SET utf8mb4`),
    load: () =>
      run(`LOAD DATA LOCAL INFILE 'customers.csv' INTO TABLE bench_load CHARACTER SET utf8mb4
        FIELDS TERMINATED BY ',' LINES TERMINATED BY '\\r\\n' IGNORE 1 LINES`),
    count: () => numberOf(probe, 'SELECT COUNT(*) FROM bench_load'),
  };
}

function sqliteImport({ database }: BenchLane, path: string, { isNew }: RawFile): RawWay {
  const file = `${database.dataDir}.raw.sqlite`;
  const remove = () => {
    for (const ending of ['', '-wal', '-shm']) rmSync(`${file}${ending}`, { force: true });
  };
  const run = async (script: string) => {
    const child = spawn('sqlite3', ['-bail', file], { stdio: ['pipe', 'ignore', 'inherit'] });
    child.stdin.end(script);
    const [code] = (await once(child, 'exit')) as [number | null];
    expectSame('exit code of sqlite3', code, 0);
  };
  return {
    empty: async () => {
      remove();
      await run(`PRAGMA journal_mode = WAL;\n${tableOf(isNew)};\n`);
    },
    load: () => run(`PRAGMA synchronous = FULL;\n.mode csv\n.import --skip 1 ${path} bench_load\n`),
    count: () => {
      const loaded = new Database(file);
      const count = loaded.prepare('SELECT COUNT(*) FROM bench_load').pluck().get();
      loaded.close();
      remove();
      return Promise.resolve(Number(count));
    },
  };
}
