import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase, describeEachEngine, TestDatabase } from '../support/engines';
import { Program, startProgram } from '../support/program';

const ROWS = 5_000;
/** One row of a hundred has no pin code. */
const FAILED = ROWS / 100;
const CALLS = 12;
const MINUTES = 60_000;

const FILE = Buffer.from(
  [
    'uniqueRefNo,legalName,pinCode,creditLimit',
    ...Array.from({ length: ROWS }, (_, i) => `IDEM-${i},Customer ${i},${i % 100 === 7 ? '012' : '411001'},10.25`),
  ].join('\n'),
);

/** The answer, or null when the process died before it gave one. */
const orNull = (request: PromiseLike<any>): Promise<any> =>
  Promise.resolve(request).then(
    (answer: unknown) => answer,
    () => null,
  );

describeEachEngine('A process that is killed before it answers', (engine) => {
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

  const jobs = async () => (await program.api.get('/api/v0/bulk/jobs')).body.payload.items as any[];

  it(
    'gives the true answer of an import to the call that is sent again under its key',
    async () => {
      const key = randomUUID();
      const upload = () =>
        program.api.post('/api/v0/customer/bulk').set('Idempotency-Key', key).attach('file', FILE, 'customers.csv');
      const known = (await jobs()).length;
      const lost = orNull(upload());
      let running: any[] = [];
      while (running.length === 0) running = (await jobs()).filter(({ counters }) => counters.received === ROWS);
      await program.end('SIGKILL');
      expect(await lost).toBeNull();
      program = await startProgram(database);

      let answer = await upload();
      while (answer.status === 409) {
        expect(answer.headers['retry-after']).toBe('2');
        await sleep(200);
        answer = await upload();
      }
      expect([answer.status, answer.headers['x-job-id']]).toEqual([200, running[0].jobId]);
      expect(answer.body.payload).toMatchObject({
        total_count: ROWS,
        success_count: ROWS - FAILED,
        failure_count: FAILED,
        total_amount: (ROWS - FAILED) * 10.25,
      });
      expect(answer.body.payload.failureRequests[0]).toMatchObject({ row: 9, errors: [{ field: 'pinCode' }] });
      const again = await upload();
      expect([again.headers['idempotent-replayed'], again.text]).toEqual(['true', answer.text]);
      expect(await jobs()).toHaveLength(known + 1);
    },
    3 * MINUTES,
  );

  it(
    'did single calls whole, with their answer, or not at all',
    async () => {
      const keys = Array.from({ length: CALLS }, () => randomUUID());
      const create = (key: string, index: number) =>
        program.api
          .post('/api/v0/customer')
          .set('Idempotency-Key', key)
          .send({ legalName: `Killed ${index}`, uniqueRefNo: `KILLED-${index}` });
      const answers = keys.map((key, index) => orNull(create(key, index)));
      // Some are answered by then, and some are not.
      await Promise.any(answers);
      await program.end('SIGKILL');
      const before = await Promise.all(answers);
      program = await startProgram(database);
      for (const [index, key] of keys.entries()) {
        // Without the answer stored together with the customer, this would be refused: the number is taken.
        const answer = await create(key, index);
        expect([index, answer.status]).toEqual([index, 200]);
        if (before[index] !== null) expect([index, answer.text]).toEqual([index, before[index].text]);
        const found = await program.api.post('/api/v0/customer/search').send({ uniqueRefNo: `KILLED-${index}` });
        expect(found.body.payload.items).toHaveLength(1);
      }
    },
    3 * MINUTES,
  );
});
