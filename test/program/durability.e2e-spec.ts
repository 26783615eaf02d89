import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase, describeEachEngine, TestDatabase } from '../support/engines';
import { Program, startProgram } from '../support/program';

const ROWS = 5_000;
/** One row of a hundred has no pin code. */
const FAILED = ROWS / 100;
const MINUTES = 60_000;

function file(): string {
  const rows = Array.from(
    { length: ROWS },
    (_, i) => `KILL-${i},Customer ${i},${i % 100 === 7 ? '012' : '411001'},10.25`,
  );
  return ['uniqueRefNo,legalName,pinCode,creditLimit', ...rows].join('\n');
}

/** Uploads without waiting for an answer that may never come. */
function upload(program: Program): Promise<unknown> {
  return program.api
    .post('/api/v0/customer/bulk')
    .attach('file', Buffer.from(file()), 'customers.csv')
    .then(
      (response) => response,
      (error: unknown) => error,
    );
}

async function newestJobs(program: Program, known: ReadonlySet<string>): Promise<string> {
  // Every row of a creation leaves a history entry that names its job.
  for (;;) {
    const found = await program.api
      .post('/api/v0/customer/search?direction=DESC&limit=1')
      .send({})
      .then(({ body }) => body.payload.items[0].customerId as string);
    const { body } = await program.api.get(`/api/v0/customer/${found}/history`);
    const jobId = body.payload.items.at(-1).jobId as string;
    if (!known.has(jobId)) return jobId;
    await sleep(20);
  }
}

async function finished(program: Program, jobId: string): Promise<any> {
  for (;;) {
    const { body } = await program.api.get(`/api/v0/bulk/jobs/${jobId}`).expect(200);
    if (body.payload.state !== 'running') return body.payload;
    await sleep(200);
  }
}

describeEachEngine('A process that ends in the middle of an import', (engine) => {
  let database: TestDatabase;
  let program: Program;

  beforeEach(async () => {
    database = await createDatabase(engine);
    program = await startProgram(database);
  }, 3 * MINUTES);

  afterEach(async () => {
    await program.end('SIGKILL');
    await database.remove();
  });

  async function expectEveryRowOnce(jobId: string): Promise<void> {
    const job = await finished(program, jobId);
    expect(job.state).toBe('completed');
    expect(job.counters).toMatchObject({ received: ROWS, created: ROWS - FAILED, failed: FAILED, unprocessed: 0 });
    const success = await program.api.get(`/api/v0/bulk/jobs/${jobId}/results/success.csv`).expect(200);
    const names = success.text
      .trim()
      .split(/\r?\n/)
      .slice(1)
      .map((line) => line.split(',')[0]);
    expect(new Set(names).size).toBe(ROWS - FAILED);
    const last = await program.api
      .post('/api/v0/customer/search')
      .send({ uniqueRefNo: `KILL-${ROWS - 1}` })
      .expect(200);
    expect(last.body.payload.items).toHaveLength(1);
    const { body } = await program.api.get(`/api/v0/customer/${last.body.payload.items[0].customerId}/history`);
    expect(body.payload.items).toHaveLength(1);
  }

  it(
    'by kill -9 goes on by itself at the next start and applies each row exactly once',
    async () => {
      const demoJob = await newestJobs(program, new Set());
      const answer = upload(program);
      const jobId = await newestJobs(program, new Set([demoJob]));
      await program.end('SIGKILL');
      expect(String(await answer)).toMatch(/socket hang up|ECONNRESET|aborted/);
      program = await startProgram(database);
      await expectEveryRowOnce(jobId);
    },
    3 * MINUTES,
  );

  // What a signal does is the same on every database.
  const STOPS = engine === 'sqlite' ? ['SIGTERM', 'SIGTERM twice', 'SIGINT', 'SIGHUP'] : ['SIGTERM'];
  it.each(STOPS)(
    'by %s answers 503 with the job, ends within ten seconds without half a file, and goes on at the next start',
    async (stop) => {
      const [signal = '', isTwice] = stop.split(' ');
      const demoJob = await newestJobs(program, new Set());
      const answer = upload(program);
      const jobId = await newestJobs(program, new Set([demoJob]));
      const started = Date.now();
      const ended = program.end(signal as NodeJS.Signals);
      if (isTwice !== undefined) await program.end(signal as NodeJS.Signals);
      await ended;
      expect(Date.now() - started).toBeLessThan(10_000);
      expect(await answer).toMatchObject({ status: 503, headers: { 'x-error-type': 'SYSTEM_ERROR' } });
      expect(readdirSync(join(database.dataDir, 'jobs', jobId)).sort()).toEqual(['input', 'intake', 'rows']);
      program = await startProgram(database);
      await expectEveryRowOnce(jobId);
    },
    3 * MINUTES,
  );
});
