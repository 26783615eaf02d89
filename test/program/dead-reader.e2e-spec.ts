import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase, describeEachEngine, TestDatabase } from '../support/engines';
import { Program, startProgram } from '../support/program';

const CREATE = '/api/v0/customer/bulk';
const ROWS = 20_000;
const MINUTES = 60_000;
const SECRET = 'jane.doe@example.com';

/** Ways in which a thread that reads a file can die, as text of a module. */
const WAYS: readonly [string, string][] = [
  ['leaves', 'process.exit(7)'],
  ['meets an error that nobody catches', `setImmediate(() => { throw new TypeError('${SECRET}'); })`],
];

describeEachEngine('a thread that reads a file and', (engine) => {
  let database: TestDatabase;
  let program: Program;
  let order: string;

  beforeAll(async () => {
    database = await createDatabase(engine);
    order = join(database.dataDir, 'die');
    const preload = join(database.dataDir, 'die-on-order.cjs');
    writeFileSync(
      preload,
      `const { isMainThread, parentPort } = require('node:worker_threads');
       const { existsSync, readFileSync, rmSync } = require('node:fs');
       if (!isMainThread) parentPort.on('message', () => {
         if (!existsSync(${JSON.stringify(order)})) return;
         const way = readFileSync(${JSON.stringify(order)}, 'utf8');
         rmSync(${JSON.stringify(order)});
         eval(way);
       });`,
    );
    const environment = { ...database.environment, LOG_LEVEL: 'info', NODE_OPTIONS: `--require ${preload}` };
    program = await startProgram({ ...database, environment });
  }, 3 * MINUTES);
  afterAll(async () => {
    await program.end('SIGKILL');
    await database.remove();
  });

  const jobs = () => readdirSync(join(database.dataDir, 'jobs'));
  const isReading = (job: string) =>
    readdirSync(join(database.dataDir, 'jobs', job)).some((name) => /^rows\.\w+\.part$/.test(name));
  const fileOf = (rows: number, name: string) =>
    Buffer.from(
      ['uniqueRefNo,legalName', ...Array.from({ length: rows }, (_, at) => `${name}-${at},Xylo Traders`)].join('\n'),
    );

  it.each(WAYS)(
    '%s fails its call alone',
    async (_what, way) => {
      const before = new Set(jobs());
      const other = program.api
        .post(CREATE)
        .attach('file', fileOf(ROWS, `O${way.length}`), 'other.csv')
        .then((answer) => answer);
      // The other file has its thread once its rows come.
      while (!jobs().some((job) => !before.has(job) && isReading(job))) {
        await sleep(2);
      }
      writeFileSync(order, way);
      const dead = await program.api.post(CREATE).attach('file', fileOf(10, `D${way.length}`), 'dead.csv');
      expect([dead.status, dead.body.errorResponse?.errorType]).toEqual([500, 'UNKNOWN_ERROR']);
      expect(existsSync(order)).toBe(false);

      const { status, body, headers } = await other;
      expect([status, body.payload?.success_count]).toEqual([200, ROWS]);
      expect(jobs().filter((job) => !before.has(job))).toEqual([headers['x-job-id']]);
      expect(readdirSync(join(database.dataDir, 'uploads'))).toEqual([]);

      const next = await program.api.post(CREATE).attach('file', fileOf(10, `D${way.length}`), 'dead.csv');
      expect([next.status, next.body.payload?.success_count]).toEqual([200, 10]);
      expect(await program.api.get('/health/live').then((answer) => answer.status)).toBe(200);
      expect(program.written()).not.toContain(SECRET);
    },
    2 * MINUTES,
  );
});
