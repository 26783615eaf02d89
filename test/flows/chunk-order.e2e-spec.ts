import { setTimeout as sleep } from 'node:timers/promises';
import { ChunkSource } from '../../src/bulk/engine/chunk-source';
import { ChunkWork } from '../../src/bulk/engine/chunk-work';
import { CustomerRepository } from '../../src/customer/customer.repository';
import { LostRace } from '../../src/platform/database/database.errors';
import { bulk, CREATE, csvOf, faultsOf, UPDATE } from '../support/bulk';
import { addRecords, countersOf, createLeads, lead, readRecord, times, updateRecords } from '../support/campaigns';
import { readCustomer, upsert, verdictsOf } from '../support/commerce-items';
import { createNumbered, findCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { jobOf, rowsOf } from '../support/jobs';
import { RunningService, startService, Tenant } from '../support/service';

/** Rows of one chunk. */
const CHUNK = 500;
/** Long enough for the chunk behind to read all it needs before this one is written, and stored. */
const LATE_MS = 150;
/** Name of a customer that cannot be written. */
const BROKEN = 'Broken';

/** Where a step stands for the nth time, counted from 0. */
function nthOf(steps: readonly string[], wanted: string, nth: number): number {
  return steps.flatMap((step, at) => (step === wanted ? [at] : []))[nth] ?? NaN;
}

describeEachEngine('a chunk whose rows depend on those in front of it', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  /**
   * What chunks did, in order: `apply` when one begins, `write` when it begins to change customers, `store` when all of it
   * is stored. Single requests change one customer each, which is left out.
   */
  let steps: string[];
  /** What they did when the customers were created that a test begins with. */
  let done: string[];
  /** How many chunks are yet to lose their transaction at the end. */
  let lostRaces = 0;
  /** Chunks that are changing customers, and the most that were at the same time. */
  let writing = 0;
  let mostWritingAtOnce = 0;
  /** The second chunk of a file is read once so many have begun. */
  let readsAfter = 0;

  beforeAll(async () => {
    service = await startService(engine, { environment: { LISTED_ROWS: '10000', DATABASE_POOL_SIZE: '4' } });
    const work = service.app.get(ChunkWork);
    const [apply, store] = [work.apply.bind(work), work.store.bind(work)];
    jest.spyOn(work, 'apply').mockImplementation((...call) => {
      steps.push('apply');
      return apply(...call);
    });
    jest.spyOn(work, 'store').mockImplementation(async (...call) => {
      await sleep(LATE_MS);
      steps.push('store');
      if (lostRaces-- > 0) throw new LostRace();
      return store(...call);
    });
    const { readAhead } = ChunkSource.prototype;
    jest.spyOn(ChunkSource.prototype, 'readAhead').mockImplementation(async function (this: ChunkSource, job, chunkNo) {
      const begun = () => steps.filter((step) => step === 'apply').length;
      while (chunkNo === 1 && begun() < readsAfter) await sleep(1);
      return readAhead.call(this, job, chunkNo);
    });
    const customers = service.app.get(CustomerRepository);
    const [insertMany, prepareUpdate] = [customers.insertMany.bind(customers), customers.prepareUpdate.bind(customers)];
    jest.spyOn(customers, 'insertMany').mockImplementation(async (...call) => {
      steps.push('write');
      mostWritingAtOnce = Math.max(mostWritingAtOnce, ++writing);
      try {
        await sleep(LATE_MS);
        if (call[1].some(({ legalName }) => legalName === BROKEN)) throw new Error('a row the database refuses');
        return await insertMany(...call);
      } finally {
        writing--;
      }
    });
    jest.spyOn(customers, 'prepareUpdate').mockImplementation(async (...call) => {
      const write = await prepareUpdate(...call);
      return async () => {
        if (call[1].length > 1) steps.push('write');
        await sleep(LATE_MS);
        await write();
      };
    });
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
    steps = [];
    lostRaces = 0;
    readsAfter = 0;
    mostWritingAtOnce = 0;
  });
  // Whoever writes may have to wait for values that are written at the same time, and the other for its turn.
  afterEach(() => expect(mostWritingAtOnce).toBeLessThanOrEqual(1));
  afterAll(async () => {
    jest.restoreAllMocks();
    await service.stop();
  });

  /** Gives the id of the job. */
  async function prepare(count: number): Promise<string> {
    const { jobId } = await createNumbered(tenant.api, count);
    [done, steps] = [steps, []];
    return jobId;
  }
  const customer = (uniqueRefNo: string) => findCustomer(tenant.api, uniqueRefNo);
  const outcomes = async (jobId: string) => (await rowsOf(tenant.api, jobId)).map(({ outcome }) => outcome);

  it('decides while the one in front is written, and writes while its history is, where there is a server', async () => {
    await prepare(CHUNK * 3);
    const rows = times(CHUNK * 3, (index) => [`R-${index}`, `Street ${index}`]);
    const { jobId } = await bulk(tenant.api, UPDATE, csvOf([['uniqueRefNo', 'address'], ...rows]));
    expect(new Set(await outcomes(jobId))).toEqual(new Set(['updated']));
    const inTurn = times(3, () => ['apply', 'write', 'store']).flat();
    const early = ['apply', 'write', 'apply', 'write', 'store', 'apply', 'write', 'store', 'store'];
    expect(steps).toEqual(engine === 'sqlite' ? inTurn : early);
  });

  it('waits for its turn while requests are served, and no longer when they are done', async () => {
    await prepare(CHUNK * 5 + 2);
    const stored = () => steps.filter((step) => step === 'store').length;
    const changeUntilTwoAreStored = async (uniqueRefNo: string) => {
      const { customerId } = await customer(uniqueRefNo);
      for (let limit = 1; stored() < 2; limit++) {
        await tenant.api
          .patch(`/api/v0/customer/${customerId}`)
          .send({ creditLimit: `${limit}.00` })
          .expect(200);
      }
    };
    // Two callers: one is served while the other reads its answer.
    const served = [CHUNK * 5, CHUNK * 5 + 1].map((index) => changeUntilTwoAreStored(`R-${index}`));
    const rows = times(CHUNK * 5, (index) => [`R-${index}`, `Street ${index}`]);
    const answer = await bulk(tenant.api, UPDATE, csvOf([['uniqueRefNo', 'address'], ...rows]));
    await Promise.all(served);
    expect(answer.success_count).toBe(CHUNK * 5);
    const isAhead = (chunk: number) => nthOf(steps, 'apply', chunk) < nthOf(steps, 'store', chunk - 1);
    // The one between them may meet the last of the requests.
    expect([1, 2, 4].map(isAhead)).toEqual([false, false, engine === 'mariadb']);
  });

  it('writes new customers while the one in front is being stored, and is stored behind it', async () => {
    await prepare(CHUNK * 5);
    for (const step of ['apply', 'write', 'store']) expect(done.filter((each) => each === step)).toHaveLength(5);
    // Each but the first has begun to write before the one in front of it was stored.
    const storesAt = (write: number) => done.slice(0, nthOf(done, 'write', write)).filter((step) => step === 'store');
    const stored = times(5, (index) => storesAt(index).length);
    expect(stored).toEqual(engine === 'sqlite' ? [0, 1, 2, 3, 4] : [0, 0, 1, 2, 3]);
  });

  it('is taken back with what it wrote when the one in front has to be run again, and written once in the end', async () => {
    lostRaces = 1;
    const jobId = await prepare(CHUNK * 2);
    const [first, again] = [nthOf(done, 'store', 0), nthOf(done, 'store', 1)];
    expect(done.slice(first, again)).toContain('apply');
    for (const index of [0, CHUNK - 1, CHUNK, CHUNK * 2 - 1]) {
      const { customerId, version, legalName } = await customer(`R-${index}`);
      expect([version, legalName]).toEqual([1, `Name ${index}`]);
      const { body } = await tenant.api.get(`/api/v0/customer/${customerId}/history`).expect(200);
      expect(body.payload.items).toMatchObject([{ jobId, version: 1 }]);
    }
  });

  it('begins behind the run that counts, when it was read only after another was taken back', async () => {
    lostRaces = 1;
    readsAfter = 2;
    await prepare(CHUNK * 2);
    const again = ['apply', 'write', 'store'];
    const inTurn = ['apply', 'write', 'store', 'apply', 'write', 'store'];
    const early = ['apply', 'write', 'apply', 'write', 'store', 'store'];
    expect(done).toEqual([...again, ...(engine === 'sqlite' ? inTurn : early)]);
  });

  it('knows a customer under the number that a row in front gives it', async () => {
    await prepare(CHUNK + 1);
    const { customerId } = await customer('R-0');
    const rows = times(CHUNK + 1, (index) => {
      if (index === 0) return [customerId, 'MOVED', ''];
      return index === CHUNK ? ['', 'MOVED', 'Twice'] : ['', `R-${index}`, `Street ${index}`];
    });
    const answer = await bulk(tenant.api, UPDATE, csvOf([['customerId', 'uniqueRefNo', 'address'], ...rows]));
    expect(answer.success_count).toBe(CHUNK);
    // Before the row in front there was no customer with that number.
    expect(faultsOf(answer)).toEqual([[CHUNK + 2, 'DUPLICATE_ROW', 'uniqueRefNo']]);
    expect(await customer('MOVED')).toMatchObject({ customerId, address: null });
  });

  it('refuses the number that a row in front has taken, and names that row', async () => {
    const rows = times(CHUNK + 1, (index) => [index === CHUNK ? 'R-7' : `R-${index}`, `Name ${index}`]);
    const answer = await bulk(tenant.api, CREATE, csvOf([['uniqueRefNo', 'legalName'], ...rows]));
    expect([answer.success_count, answer.failure_count]).toEqual([CHUNK, 1]);
    expect(answer.failureRequests).toEqual([
      expect.objectContaining({
        row: CHUNK + 2,
        errors: [expect.objectContaining({ code: 'DUPLICATE_ROW', message: expect.stringContaining('row 9 of') })],
      }),
    ]);
  });

  it('changes a customer as an item in front left it, and has one as parent that was just created', async () => {
    const item = (sourceId: string, lastName: string, more: object = {}) => ({
      ...{ source: 'ORDER', sourceId, lastName },
      ...more,
    });
    await upsert(tenant.api, item('I-0', 'Before'));
    const answer = await upsert(
      tenant.api,
      ...times(CHUNK, (index) => item(`I-${index}`, 'First')),
      // Against what was stored before the call this would change nothing.
      item('I-0', 'Before'),
      item('I-1', 'Last'),
      item('CHILD', 'Child', { parent: { source: 'ORDER', sourceId: 'I-2' } }),
    );
    expect(verdictsOf(answer)).toEqual(['update', ...times(CHUNK - 1, () => 'create'), 'update', 'update', 'create']);
    expect((await jobOf(tenant.api, answer.jobId)).counters).toMatchObject({
      created: CHUNK,
      updated: 3,
      unchanged: 0,
    });
    const [back, changed, parent] = answer.data;
    expect(await readCustomer(tenant.api, back.id)).toMatchObject({ lastName: 'Before' });
    expect(await readCustomer(tenant.api, changed.id)).toMatchObject({ lastName: 'Last' });
    expect(await readCustomer(tenant.api, answer.data.at(-1).id)).toMatchObject({ parent: { id: parent.id } });
  });

  it('changes the customer that an item in front creates in another language than its own', async () => {
    const item = (sourceId: string, fields: object) => ({ source: 'ANY', sourceId, ...fields });
    const front = times(CHUNK - 1, (i) => item(`other-${i}`, { language: 'en', lastName: 'Other' }));
    const answer = await upsert(
      tenant.api,
      ...front,
      item('same', { language: 'fr', lastName: 'French' }),
      item('same', { lastName: 'Changed' }),
    );
    const [created, changed] = answer.data.slice(-2);
    expect([created.action, changed.action, changed.id]).toEqual(['create', 'update', created.id]);
    expect(await readCustomer(tenant.api, created.id)).toMatchObject({ language: 'fr', lastName: 'Changed' });
  });

  it('merges into a record what those in front left of it, without having to try again', async () => {
    const campaignId = await createLeads(tenant.api, CHUNK);
    const records = [
      ...times(CHUNK, (index) => ({ id: `lead_${index}`, data: { a: index } })),
      { id: 'lead_3', data: { b: 'second' } },
    ];
    const answer = await updateRecords(tenant.api, campaignId, records);
    expect(answer.results).toMatchObject({ successful: CHUNK + 1, retried: 0 });
    expect(await readRecord(tenant.api, campaignId, 'lead_3')).toMatchObject({
      version: 3,
      data: { a: 3, b: 'second' },
    });
    const more = await addRecords(tenant.api, campaignId, [
      ...times(CHUNK, (index) => lead(`more_${index}`)),
      lead('more_0'),
    ]);
    expect(more).toMatchObject({ results: { successful: CHUNK, failed: 1 } });
    expect(await countersOf(tenant.api, more)).toMatchObject({ created: CHUNK, failed: 1 });
  });

  it('lets go of a row it waited for when the one in front is run again, and refuses it afterwards', async () => {
    await prepare(CHUNK);
    const { customerId } = await customer('R-0');
    const rows = times(CHUNK + 1, (index) => [index === CHUNK ? customerId : '', `R-${index}`, `Street ${index}`]);
    lostRaces = 1;
    const answer = await bulk(tenant.api, UPDATE, csvOf([['customerId', 'uniqueRefNo', 'address'], ...rows]));
    expect(answer.success_count).toBe(CHUNK);
    expect(faultsOf(answer)).toEqual([[CHUNK + 2, 'DUPLICATE_ROW', 'customerId']]);
    expect(await customer('R-0')).toMatchObject({ address: 'Street 0', version: 2 });
    // The server would let the one in front wait for that row for ten seconds.
  }, 9_000);

  /** The last row of one chunk and the first of the next want the same number; gives who got it, and what failed. */
  async function rivalry(nameOfFirst: string): Promise<{ readonly holder: string; readonly faults: unknown[][] }> {
    const rows = times(CHUNK * 2, (index) => {
      const isRival = index === CHUNK - 1 || index === CHUNK;
      return [isRival ? 'WANTED' : `R-${index}`, index === 0 ? nameOfFirst : `Name ${index}`];
    });
    const answer = await bulk(tenant.api, CREATE, csvOf([['uniqueRefNo', 'legalName'], ...rows]));
    const { legalName } = await customer('WANTED');
    return { holder: legalName, faults: faultsOf(answer) };
  }

  it('leaves a number to the one in front that is run again', async () => {
    lostRaces = 1;
    expect(await rivalry('Name 0')).toEqual({
      holder: `Name ${CHUNK - 1}`,
      faults: [[CHUNK + 2, 'DUPLICATE_ROW', 'uniqueRefNo']],
    });
    // The server would let the one in front wait for that number for ten seconds.
  }, 9_000);

  it('waits for all rows of the one in front where a broken row has them written in parts', async () => {
    expect(await rivalry(BROKEN)).toEqual({
      holder: `Name ${CHUNK - 1}`,
      faults: [
        [2, 'SYSTEM_ERROR', null],
        [CHUNK + 2, 'DUPLICATE_ROW', 'uniqueRefNo'],
      ],
    });
  }, 9_000);

  it('has its turn while others wait for its rows on all connections there are', async () => {
    await prepare(CHUNK * 2);
    const ids = await Promise.all(times(8, async (index) => (await customer(`R-${CHUNK + index}`)).customerId));
    const rows = times(CHUNK * 2, (index) => [`R-${index}`, `Street ${index}`]);
    const sent = bulk(tenant.api, UPDATE, csvOf([['uniqueRefNo', 'address'], ...rows]));
    while (steps.filter((step) => step === 'apply').length < 2) await sleep(5);
    const changes = ids.map((id) => tenant.api.patch(`/api/v0/customer/${id}`).send({ assignedAgent: 'Waits' }));
    expect((await Promise.all(changes)).map(({ status }) => status)).toEqual(ids.map(() => 200));
    expect((await sent).success_count).toBe(CHUNK * 2);
    // Nobody waits until the server ends the wait.
  }, 9_000);

  it('is given up when the job is cancelled behind the one in front, and nothing of it stays', async () => {
    await prepare(CHUNK * 4);
    const rows = times(CHUNK * 4, (index) => [`R-${index}`, `Street ${index}`]);
    const { headers } = await tenant.api
      .post(UPDATE)
      .set('Prefer', 'respond-async')
      .attach('file', csvOf([['uniqueRefNo', 'address'], ...rows]), 'customers.csv')
      .expect(202);
    const jobId = headers['x-job-id'] as string;
    while (!steps.includes('store')) await sleep(5);
    await tenant.api.post(`/api/v0/bulk/jobs/${jobId}/cancel`).expect(202);
    let job: any;
    do {
      await sleep(20);
      job = (await tenant.api.get(`/api/v0/bulk/jobs/${jobId}`).expect(200)).body.payload;
    } while (job.state === 'running');
    const [updated, unprocessed] = [Number(job.counters.updated), Number(job.counters.unprocessed)];
    expect([job.state, updated % CHUNK, updated + unprocessed]).toEqual(['cancelled', 0, CHUNK * 4]);
    expect(unprocessed).toBeGreaterThan(0);
    expect((await customer(`R-${updated - 1}`)).address).toBe(`Street ${updated - 1}`);
    expect((await customer(`R-${updated}`)).address).toBeNull();
    // Whoever locked those rows has let go of them.
    const { customerId } = await customer(`R-${updated}`);
    await tenant.api.patch(`/api/v0/customer/${customerId}`).send({ address: 'Free' }).expect(200);
  });
});
