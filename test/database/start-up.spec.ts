import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { DataSource } from 'typeorm';
import { isSentInTheClear } from '../../src/platform/database/database-tls';
import { DatabaseCheck } from '../../src/platform/database/database-check';
import { findingsOfServer, findingsOfSqlite } from '../../src/platform/database/server-settings';
import { bulk, CREATE } from '../support/bulk';
import { openDatabase } from '../support/data-source';
import { createDatabase, describeEachEngine, Engine, TestDatabase } from '../support/engines';
import { hasMariaDb, MariaDbServer, startMariaDb } from '../support/mariadb-server';
import { RunningService, startService } from '../support/service';

/** With one of its own the service writes no secret to DATA_DIR, which would make the folder. */
const SECRET = 'Zk3vQ9pX7wLr2Tn8Yb5Hc1Jd6Mf4Gs0A';

const GOOD = {
  version: '10.11.6-MariaDB-0+deb12u1-log',
  sqlMode: 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO',
  charset: 'utf8mb4',
  binlogFormat: 'MIXED',
  logBin: 0,
  flushLog: 1,
  maxPacket: 16_777_216,
  idStep: 1,
  wsrep: 'OFF',
};

describe('the settings of a server', () => {
  it.each([
    GOOD,
    { ...GOOD, version: '8.0.17', logBin: 1, binlogFormat: 'ROW' },
    { ...GOOD, version: '8.0.mysql_aurora.3.05.2', sqlMode: 'STRICT_ALL_TABLES' },
    {
      ...GOOD,
      version: '11.4.2-MariaDB',
      logBin: '0',
      binlogFormat: 'STATEMENT',
      flushLog: '1',
      maxPacket: '67108864',
    },
    { ...GOOD, version: '9.1.0', wsrep: null },
    { ...GOOD, idStep: 3 },
  ])('may be these: %j', (settings) => expect(findingsOfServer(settings)).toEqual({ faults: [], warnings: [] }));

  it.each<[string, object, RegExp]>([
    ['MySQL before 8.0.17', { version: '8.0.16' }, /^version 8\.0\.16 is too old; use MySQL 8\.0\.17 or MariaDB 10\.6/],
    ['MySQL 5.7', { version: '5.7.44-log' }, /^version 5\.7\.44-log is too old/],
    ['MariaDB before 10.6', { version: '10.5.23-MariaDB' }, /^version 10\.5\.23-MariaDB is too old/],
    ['no strict mode', { sqlMode: 'NO_ENGINE_SUBSTITUTION' }, /^sql_mode lacks STRICT_TRANS_TABLES.*add it/],
    ['no mode at all', { sqlMode: '' }, /^sql_mode lacks/],
    ['three bytes a character', { charset: 'utf8mb3' }, /^the connection does not speak utf8mb4.*set the server/],
    [
      'a log of statements',
      { logBin: 1, binlogFormat: 'STATEMENT' },
      /^binlog_format is STATEMENT.*set it to ROW or MIXED/,
    ],
    [
      'ids counted in steps by a MySQL, which cannot say which it gave',
      { version: '8.0.36', idStep: '7' },
      /^auto_increment_increment is 7.*set it to 1/,
    ],
  ])('are refused with %s', (_name, changes, words) => {
    const { faults, warnings } = findingsOfServer({ ...GOOD, ...changes });
    expect(faults).toEqual([expect.stringMatching(words)]);
    expect(warnings).toEqual([]);
  });

  it.each<[string, object, RegExp]>([
    ['a log that is not flushed', { flushLog: 2 }, /^innodb_flush_log_at_trx_commit is 2.*set it to 1$/],
    ['a log that is hardly written', { flushLog: '0' }, /^innodb_flush_log_at_trx_commit is 0/],
    ['small packets', { maxPacket: 1_048_576 }, /^max_allowed_packet is 1048576.*set it to 16777216 or more$/],
    ['a node of a cluster', { wsrep: 'ON' }, /^wsrep_on is ON.*write to one node only/],
  ])('are warned of with %s', (_name, changes, words) => {
    const { faults, warnings } = findingsOfServer({ ...GOOD, ...changes });
    expect(warnings).toEqual([expect.stringMatching(words)]);
    expect(faults).toEqual([]);
  });

  it('are told all at once', () => {
    const all = { ...GOOD, version: '5.5.1', sqlMode: '', charset: 'latin1', flushLog: 0, maxPacket: 1024 };
    expect(findingsOfServer(all)).toMatchObject({ faults: { length: 3 }, warnings: { length: 2 } });
  });
});

describe('the settings of an embedded database', () => {
  it.each<[unknown, unknown, number]>([
    ['wal', 2, 0],
    ['delete', 2, 1],
    ['memory', 2, 1],
    ['wal', 1, 1],
    ['off', 0, 2],
  ])('journal_mode %s and synchronous %s have %d faults', (journal, synchronous, count) => {
    expect(findingsOfSqlite(journal, synchronous).faults).toHaveLength(count);
  });
});

describe('a connection', () => {
  it.each<[string | undefined, string | undefined, boolean]>([
    [undefined, undefined, false],
    ['mysql://u@localhost/db', undefined, false],
    ['mysql://u@127.0.0.1:3306/db', undefined, false],
    ['mariadb://u@[::1]/db', undefined, false],
    ['mysql://u@db/db', undefined, true],
    ['mysql://u@10.0.0.5:3306/db', undefined, true],
    ['mysql://u@127.evil.example/db', undefined, true],
    ['mysql://u@db.example.com/db', 'system', false],
  ])('to %s with the authorities %s is in the clear: %s', (databaseUrl, databaseCa, isInTheClear) => {
    expect(isSentInTheClear({ databaseUrl, databaseCa })).toBe(isInTheClear);
  });
});

/** Lines the service writes while it starts, or fails to. */
async function startLogged(
  engine: Engine,
  database: TestDatabase,
  more: Readonly<Record<string, string>> = {},
): Promise<{ service: RunningService | null; error: unknown; warnings: string[] }> {
  let written = '';
  const spy = jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    written += String(chunk);
    return true;
  });
  try {
    const environment = { LOG_LEVEL: 'warn', ...more };
    const [service, error] = await startService(engine, { database, environment }).then(
      (started) => [started, null] as const,
      (failure: unknown) => [null, failure] as const,
    );
    const lines = written.split('\n').filter((line) => line.startsWith('{'));
    const entries = lines.map((line) => JSON.parse(line) as Record<string, any>);
    return { service, error, warnings: entries.filter(({ context }) => context === 'StartUp').map(({ msg }) => msg) };
  } finally {
    spy.mockRestore();
  }
}

describeEachEngine('a service that starts', (engine) => {
  it('finds the settings of its database in order, whatever sets them', async () => {
    const { dataSource, remove } = await openDatabase(engine);
    await new DatabaseCheck(dataSource).run();
    await remove();
  });

  it('says when the disk is nearly full', async () => {
    const database = await createDatabase(engine);
    const { service, warnings } = await startLogged(engine, database, { MAX_UPLOAD_BYTES: '9000000000000000' });
    await service?.stop();
    await database.remove();
    expect(warnings).toContainEqual(expect.stringMatching(/^DATA_DIR: \d+ bytes are free.*free some space$/));
  });

  it('makes DATA_DIR when it is not there', async () => {
    const database = await createDatabase(engine);
    const environment = { DATA_DIR: join(database.dataDir, 'not', 'there'), APP_SECRET: SECRET };
    const service = await startService(engine, { database, environment });
    await service.anonymous.get('/health/ready').expect(200);
    await service.stop();
    expect(existsSync(environment.DATA_DIR)).toBe(true);
    await database.remove();
  });

  it('changes no table with MIGRATE_ON_START=false, and refuses a schema that is not up to date', async () => {
    const database = await createDatabase(engine);
    const manual = { environment: { MIGRATE_ON_START: 'false' }, database };
    await expect(startService(engine, manual)).rejects.toThrow(
      /schema is not up to date \(missing: .*BulkJobs1760000002000.*run: npm run -s cli -- migrate/,
    );
    await (await startService(engine, { database })).stop();
    const service = await startService(engine, manual);
    await service.anonymous.get('/health/ready').expect(200);
    const { name } = (
      await service.app.get(DataSource).query('SELECT name FROM migrations ORDER BY id DESC LIMIT 1')
    )[0];
    await service.app.get(DataSource).query('DELETE FROM migrations WHERE name = ?', [name]);
    await service.stop();
    await expect(startService(engine, manual)).rejects.toThrow(`(missing: ${name})`);
    await database.remove();
  });
});

describe('an embedded database that does not keep a log', () => {
  it('is refused', async () => {
    const { dataSource, remove } = await openDatabase('sqlite', { enableWAL: false });
    await expect(new DatabaseCheck(dataSource).run()).rejects.toThrow(/journal_mode is delete instead of wal/);
    await remove();
  });
});

const describeServer = hasMariaDb() ? describe : describe.skip;

describeServer('a server of one’s own', () => {
  let folder: string;
  let server: MariaDbServer;

  /** Makes an authority, and a certificate of it for that name. */
  function certify(authority: string, name: string): void {
    const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
    const key = ['-newkey', 'rsa:2048', '-nodes'];
    openssl(
      'req',
      '-x509',
      ...key,
      '-keyout',
      `${authority}.key`,
      '-out',
      `${authority}.pem`,
      '-subj',
      '/CN=Authority',
    );
    openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    const signed = ['-CA', `${authority}.pem`, '-CAkey', `${authority}.key`, '-CAcreateserial', '-days', '2'];
    openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-out', `${name}.pem`);
  }

  async function query<T = any>(sql: string): Promise<T[]> {
    const connection = await createConnection({ uri: server.url, multipleStatements: true });
    const [rows] = await connection.query(sql);
    await connection.end();
    return rows as T[];
  }

  /** The database of that server, reached by any user under any name of this machine. */
  function databaseAt(name: string, user = 'root', host = '127.0.0.1'): TestDatabase {
    const dataDir = join(folder, `data-${name}`);
    const environment = { NODE_ENV: 'test', DATA_DIR: dataDir, DEMO_DATA: 'false', PORT: '0' };
    const url = `mysql://${user}@${host}:${server.port}/${name}`;
    return { engine: 'mariadb', dataDir, environment: { ...environment, DATABASE_URL: url }, remove: async () => {} };
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rollbook-start-'));
    certify('authority', 'localhost');
    certify('stranger', 'elsewhere');
    server = await startMariaDb([
      `--ssl-cert=${join(folder, 'localhost.pem')}`,
      `--ssl-key=${join(folder, 'localhost.key')}`,
    ]);
    await query('CREATE DATABASE plain; CREATE DATABASE sealed; CREATE DATABASE narrow');
  }, 90_000);
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is warned of or refused by the name of each setting, as it is found at that start', async () => {
    const before = await startLogged('mariadb', databaseAt('plain'));
    await before.service?.stop();
    expect(before.warnings).toEqual([expect.stringMatching(/^innodb_flush_log_at_trx_commit is 2/)]);

    await query("SET GLOBAL innodb_flush_log_at_trx_commit = 1; SET GLOBAL sql_mode = 'NO_ENGINE_SUBSTITUTION'");
    const lax = await startLogged('mariadb', databaseAt('plain'));
    expect(lax.service).toBeNull();
    expect(String(lax.error)).toMatch(/The database cannot be used: sql_mode lacks STRICT_TRANS_TABLES/);

    await query("SET GLOBAL sql_mode = 'STRICT_TRANS_TABLES'");
    const after = await startLogged('mariadb', databaseAt('plain'));
    await after.service?.stop();
    expect([after.error, after.warnings]).toEqual([null, []]);
  });

  it('is spoken to in secret when DATABASE_CA names its authority, and by its right name only', async () => {
    const withCa = (ca: string) => ({ DATABASE_CA: join(folder, `${ca}.pem`), LOG_LEVEL: 'silent' });
    const service = await startService('mariadb', {
      database: databaseAt('sealed', 'root', 'localhost'),
      environment: withCa('authority'),
    });
    const [status] = await service.app.get(DataSource).query("SHOW STATUS LIKE 'Ssl_cipher'");
    expect(status.Value).toMatch(/^TLS_|-/);
    await service.anonymous.get('/health/ready').expect(200);
    await service.stop();

    for (const [host, ca, words] of [
      ['localhost', 'stranger', /certificate/],
      ['127.0.0.1', 'authority', /DATABASE_CA: DATABASE_URL names the server by its address/],
      ['localhost', 'none', /DATABASE_CA: the file .*none\.pem cannot be read/],
    ] as const) {
      const refused = await startLogged('mariadb', databaseAt('sealed', 'root', host), withCa(ca));
      await refused.service?.stop();
      expect([host, ca, refused.service === null, String(refused.error)]).toEqual([
        host,
        ca,
        true,
        expect.stringMatching(words),
      ]);
    }
  }, 90_000);

  it('needs to let its user read and write rows, and nothing else, once the schema stands', async () => {
    await (await startService('mariadb', { database: databaseAt('narrow') })).stop();
    await query(`CREATE USER clerk@'%'; GRANT SELECT, INSERT, UPDATE, DELETE ON narrow.* TO clerk@'%'`);
    const database = databaseAt('narrow', 'clerk');
    const service = await startService('mariadb', { database, environment: { MIGRATE_ON_START: 'false' } });
    await expect(service.app.get(DataSource).query('CREATE TABLE x (id INT)')).rejects.toThrow(/denied/);
    const { api } = await service.createTenant();
    const rows = [
      ['legalName', 'uniqueRefNo'],
      ['One', 'A'],
      ['Two', 'A'],
    ];
    const done = await bulk(api, CREATE, rows, { query: { dryRun: true } });
    expect([done.success_count, done.failure_count]).toEqual([1, 1]);
    expect((await bulk(api, CREATE, rows)).success_count).toBe(1);
    await service.stop();
  });
});
