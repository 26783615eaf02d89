import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase, describeEachEngine, TestDatabase } from '../support/engines';
import { jobOf } from '../support/jobs';
import { Program, startProgram } from '../support/program';

const ROWS = 20_000;
const MINUTES = 60_000;
const SECRET = 'jane.doe@example.com';

/** Ways in which an error reaches nobody, as the text of a module. */
const WAYS = {
  sqlite: `Promise.reject(new TypeError('${SECRET}'))`,
  mariadb: `setTimeout(() => { throw Object.assign(new TypeError('${SECRET}'), { code: 'E_TEST' }); })`,
} as const;

describeEachEngine('an error that nobody catches', (engine) => {
  let database: TestDatabase;
  let program: Program;
  beforeAll(async () => {
    database = await createDatabase(engine);
  });
  afterAll(async () => {
    await program.end('SIGKILL');
    await database.remove();
  });

  it(
    'is logged without its message and ends the process; the next one goes on with the job, no row lost or doubled',
    async () => {
      const preload = join(database.dataDir, 'throw-on-signal.cjs');
      writeFileSync(preload, `process.once('SIGUSR2', () => { ${WAYS[engine]}; });`);
      const environment = { ...database.environment, LOG_LEVEL: 'info', NODE_OPTIONS: `--require ${preload}` };
      program = await startProgram({ ...database, environment });
      const rows = Array.from({ length: ROWS }, (_, index) => `U-${index},Customer ${index}`);
      const { headers } = await program.api
        .post('/api/v0/customer/bulk')
        .set('Prefer', 'respond-async')
        .attach('file', Buffer.from(['uniqueRefNo,legalName', ...rows].join('\n')), 'customers.csv')
        .expect(202);
      const jobId = headers['x-job-id'] as string;
      await program.end('SIGUSR2');
      expect(await program.ended()).toBe(1);

      const lines = program.written().split('\n');
      const fatalLines = lines.filter((line) => line.startsWith('{"level":60'));
      const [fatal, ...others] = fatalLines.map((line) => JSON.parse(line) as Record<string, any>);
      expect(others).toEqual([]);
      expect(fatal).toMatchObject({
        err: { type: 'TypeError', frames: expect.any(Array) },
        msg: expect.stringContaining('the process ends'),
      });
      expect(program.written()).not.toContain(SECRET);

      program = await startProgram(database);
      let job = await jobOf(program.api, jobId);
      while (job.state === 'queued' || job.state === 'running') {
        await sleep(200);
        job = await jobOf(program.api, jobId);
      }
      expect([job.state, job.counters.received, job.counters.created]).toEqual(['completed', ROWS, ROWS]);
      const { body } = await program.api.post('/api/v0/customer/search').send({ uniqueRefNo: `U-${ROWS - 1}` });
      expect(body.payload.items).toHaveLength(1);
    },
    5 * MINUTES,
  );
});
