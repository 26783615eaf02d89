import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase, describeEachEngine, TestDatabase } from '../support/engines';
import { Program, startProgram } from '../support/program';

const MINUTES = 60_000;
const ROWS = 20_000;
const READS = 20;
const FILE = Buffer.from(
  ['uniqueRefNo,legalName', ...Array.from({ length: ROWS }, (_, i) => `STOP-${i},Customer ${i}`)].join('\n'),
);

/** The status of an answer, or what broke it. */
const end = (request: PromiseLike<{ status: number }>): Promise<number | string> =>
  Promise.resolve(request).then(
    ({ status }) => status,
    (error: unknown) => String(error),
  );

describeEachEngine('A process that is told to stop', (engine) => {
  let database: TestDatabase;
  let program: Program;

  beforeAll(async () => {
    database = await createDatabase(engine);
    program = await startProgram(database);
  }, 3 * MINUTES);
  afterAll(async () => {
    await program.end('SIGKILL');
    await database.remove();
  });

  const jobs = async () => (await program.api.get('/api/v0/bulk/jobs')).body.payload.items as any[];

  it(
    'with twenty requests and an import in flight answers all of them, and the next start goes on with the import',
    async () => {
      const known = (await jobs()).length;
      const upload = end(program.api.post('/api/v0/customer/bulk').attach('file', FILE, 'customers.csv'));
      let running: any[] = [];
      while (running.length === 0) running = (await jobs()).slice(0, (await jobs()).length - known);
      const reads = Array.from({ length: READS }, () => end(program.api.post('/api/v0/customer/search').send({})));
      // Sent, and not yet answered.
      await sleep(20);
      const stopped = program.end('SIGTERM');
      const statuses = await Promise.all(reads);
      expect(statuses.filter((status) => status !== 200)).toEqual([]);
      expect(await upload).toBe(503);
      await stopped;
      expect(await end(program.api.get('/health/live'))).toMatch(/ECONNREFUSED/);
      program = await startProgram(database);
      const { jobId } = running[0];
      const job = async () => (await program.api.get(`/api/v0/bulk/jobs/${jobId}`).expect(200)).body.payload;
      while (['queued', 'running'].includes((await job()).state)) await sleep(200);
      expect(await job()).toMatchObject({
        state: 'completed',
        counters: { received: ROWS, created: ROWS, failed: 0, unprocessed: 0 },
      });
    },
    3 * MINUTES,
  );

  it.each([
    ['SIGTERM twice', ['SIGTERM', 'SIGTERM']],
    ['SIGINT', ['SIGINT']],
    ['SIGHUP and then SIGTERM', ['SIGHUP', 'SIGTERM']],
  ] as const)(
    'by %s ends well, leaving no half file',
    async (_what, signals) => {
      const upload = end(
        program.api
          .post('/api/v0/customer/bulk?dryRun=true')
          .set('Prefer', 'respond-async')
          .attach('file', FILE, 'customers.csv'),
      );
      expect(await upload).toBe(202);
      await Promise.all(signals.map((signal) => program.end(signal)));
      expect(readdirSync(join(database.dataDir, 'uploads'))).toEqual([]);
      program = await startProgram(database);
      let open = await jobs();
      while (open.some(({ state }) => ['queued', 'running'].includes(state))) {
        await sleep(200);
        open = await jobs();
      }
      expect(new Set(open.map(({ state }) => state))).toEqual(new Set(['completed']));
      for (const { jobId } of open) {
        const names = readdirSync(join(database.dataDir, 'jobs', jobId));
        expect(names.filter((name) => /part|tmp|under-way/.test(name))).toEqual([]);
      }
    },
    3 * MINUTES,
  );
});
