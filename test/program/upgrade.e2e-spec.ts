import { execFileSync, execSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { CREATE } from '../support/bulk';
import { openDataSource } from '../support/data-source';
import { createDatabase, describeEachEngine, Engine, TestDatabase } from '../support/engines';
import { jobOf } from '../support/jobs';
import { RunningService, startService } from '../support/service';

const ROWS = 6_000;
const MINUTES = 60_000;
/** Migrations that an older release had not: what came to jobs since they can be undone. */
const NEWER_MIGRATIONS = 9;

const file = Buffer.from(
  ['uniqueRefNo,legalName', ...Array.from({ length: ROWS }, (_, index) => `UP-${index},Customer ${index}`)].join('\n'),
);

/** Begins an import and gives its job once some of its rows are stored and others are not. */
async function beginImport(service: RunningService): Promise<{ token: string; jobId: string }> {
  const { api, token } = await service.createTenant();
  const { headers } = await api
    .post(CREATE)
    .set('Prefer', 'respond-async')
    .attach('file', file, 'customers.csv')
    .expect(202);
  const jobId = headers['x-job-id'] as string;
  while ((await jobOf(api, jobId)).counters.created === 0) await sleep(5);
  return { token, jobId };
}

/** Waits for the end of a job and checks that each of its rows is there exactly once. */
async function expectWhole(service: RunningService, token: string, jobId: string): Promise<void> {
  const api = service.as(token);
  let job = await jobOf(api, jobId);
  while (job.state === 'queued' || job.state === 'running') {
    await sleep(100);
    job = await jobOf(api, jobId);
  }
  expect([job.state, job.counters.created, job.counters.failed]).toEqual(['completed', ROWS, 0]);
  const count = async (sql: string) => Number((await service.app.get(DataSource).query(sql))[0].n);
  expect(await count('SELECT COUNT(*) AS n FROM customers')).toBe(ROWS);
  expect(await count('SELECT COUNT(DISTINCT unique_ref_no) AS n FROM customers')).toBe(ROWS);
  expect(await count('SELECT COUNT(*) AS n FROM customer_changes')).toBe(ROWS);
}

/** Copies a database while it is in use, then the files beside it, as the README says; gives the copy. */
async function backUp(engine: Engine, from: TestDatabase): Promise<TestDatabase> {
  const copy = await createDatabase(engine);
  if (engine === 'sqlite') {
    const source = await openDataSource(from.environment);
    await source.query(`VACUUM INTO '${join(copy.dataDir, 'rollbook.sqlite')}'`);
    await source.destroy();
  } else {
    const [source, target] = [from, copy].map(({ environment }) => new URL(environment['DATABASE_URL']!));
    const at = ({ hostname, port, username, password }: URL) => [
      ...['-h', hostname, '-P', port || '3306', '-u', decodeURIComponent(username)],
      ...(password === '' ? [] : [`-p${decodeURIComponent(password)}`]),
    ];
    const dump = execFileSync('mariadb-dump', [...at(source!), '--single-transaction', source!.pathname.slice(1)], {
      maxBuffer: 256 * 1024 * 1024,
    });
    execFileSync('mariadb', [...at(target!), target!.pathname.slice(1)], { input: dump });
  }
  cpSync(join(from.dataDir, 'jobs'), join(copy.dataDir, 'jobs'), { recursive: true });
  cpSync(join(from.dataDir, 'app-secret'), join(copy.dataDir, 'app-secret'));
  return copy;
}

function canDump(): boolean {
  try {
    execSync('mariadb-dump --version', { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describeEachEngine('an import that is under way', (engine) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase(engine);
  });
  afterEach(() => database.remove());

  it(
    'goes on when the service is replaced by one of a newer schema, each row being stored once',
    async () => {
      const before = await startService(engine, { database });
      const { token, jobId } = await beginImport(before);
      await before.stop();

      const older = await openDataSource(database.environment);
      const [{ state, chunks, next_chunk }] = await older.query('SELECT state, chunks, next_chunk FROM bulk_jobs');
      expect([state, Number(next_chunk) > 0, Number(next_chunk) < Number(chunks)]).toEqual(['running', true, true]);
      for (let undone = 0; undone < NEWER_MIGRATIONS; undone++) await older.undoLastMigration();
      const names = (await older.query('SELECT name FROM migrations')).map(({ name }: { name: string }) => name);
      expect(names).not.toContain('JobFence1760000008000');
      await older.destroy();

      const after = await startService(engine, { database });
      await expectWhole(after, token, jobId);
      await after.stop();
    },
    3 * MINUTES,
  );

  const backedUp = engine === 'sqlite' || canDump() ? it : it.skip;
  backedUp(
    'goes on from a backup that was taken meanwhile, beside the service that goes on itself',
    async () => {
      const service = await startService(engine, { database });
      const { token, jobId } = await beginImport(service);
      const copy = await backUp(engine, database);
      await expectWhole(service, token, jobId);
      await service.stop();

      const restored = await startService(engine, { database: copy });
      await expectWhole(restored, token, jobId);
      await restored.stop();
      await copy.remove();
    },
    3 * MINUTES,
  );
});
