import { setTimeout as sleep } from 'node:timers/promises';
import { ChunkWork } from '../../src/bulk/engine/chunk-work';
import { CommerceCustomerRepository } from '../../src/customer/commerce/commerce-customer.repository';
import { CustomerRepository } from '../../src/customer/customer.repository';
import { LostRace } from '../../src/platform/database/database.errors';
import { DatabaseProbe } from '../../src/platform/database/database-probe';
import { bulk, CREATE, csvOf, faultsOf, UPDATE } from '../support/bulk';
import { createLeads, readRecord, times, updateRecords } from '../support/campaigns';
import { upsert } from '../support/commerce-items';
import { createNumbered, findCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';

/** Rows of one chunk. */
const CHUNK = 500;
/** Long enough for two chunks to read and decide all they need before the one in front of them is stored. */
const LATE_MS = 250;
/** Longer than a transaction that lost a race waits before it is run again for the first time. */
const PAUSE_MS = 150;
const LONGEST_WAIT_MS = 5_000;
/** Address of a customer that cannot be written. */
const BROKEN = 'Broken';

describeEachEngine('chunks that decide behind one that is being stored', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  /** What chunks did, by their numbers, in order. */
  let steps: string[];
  /** How long a chunk that has written waits until it is stored. */
  let lateMs: number;
  /** What a chunk waits for until it is stored, besides; null for nothing. */
  let beginsFirst: (chunk: number) => string | null;
  /** Numbers of the chunks that are to lose their transaction at the end, once each. */
  let losing: Set<number>;
  /** Numbers of the chunks that are to lose their transaction once they have decided, and when, once each. */
  let losingEarly: Map<number, () => Promise<unknown>>;

  beforeAll(async () => {
    service = await startService(engine, { environment: { LISTED_ROWS: '10000', DATABASE_POOL_SIZE: '8' } });
    const work = service.app.get(ChunkWork);
    const [apply, store] = [work.apply.bind(work), work.store.bind(work)];
    jest.spyOn(work, 'apply').mockImplementation((...call) => {
      const [transaction, job, task, run] = call;
      steps.push(`apply ${task.chunkNo}`);
      const when = losingEarly.get(task.chunkNo);
      losingEarly.delete(task.chunkNo);
      if (when === undefined) return apply(...call);
      const beforeWriting = async (dependsOnReads: boolean) => {
        void run.beforeWriting?.(dependsOnReads).catch(() => undefined);
        await when();
        throw new LostRace();
      };
      return apply(transaction, job, task, { ...run, beforeWriting });
    });
    jest.spyOn(work, 'store').mockImplementation(async (...call) => {
      await begun(beginsFirst(call[1].nextChunk));
      await sleep(lateMs);
      steps.push(`store ${call[1].nextChunk}`);
      if (losing.delete(call[1].nextChunk)) throw new LostRace();
      return store(...call);
    });
    const commerceCustomers = service.app.get(CommerceCustomerRepository);
    const insertMany = commerceCustomers.insertMany.bind(commerceCustomers);
    jest.spyOn(commerceCustomers, 'insertMany').mockImplementation(async (...call) => {
      await sleep(lateMs);
      return insertMany(...call);
    });
    const customers = service.app.get(CustomerRepository);
    const prepareUpdate = customers.prepareUpdate.bind(customers);
    jest.spyOn(customers, 'prepareUpdate').mockImplementation(async (...call) => {
      const write = await prepareUpdate(...call);
      const isBroken = call[1].some(({ address }) => address === BROKEN);
      return isBroken ? () => Promise.reject(new Error('a row the database refuses')) : write;
    });
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
    steps = [];
    lateMs = LATE_MS;
    beginsFirst = () => null;
    losing = new Set();
    losingEarly = new Map();
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await service.stop();
  });

  /** Waits for a step, for a while; an embedded database does not come to it. */
  async function begun(step: string | null): Promise<void> {
    const until = Date.now() + LONGEST_WAIT_MS;
    while (engine === 'mariadb' && step !== null && !steps.includes(step) && Date.now() < until) await sleep(1);
  }
  async function prepare(count: number): Promise<void> {
    lateMs = 0;
    await createNumbered(tenant.api, count);
    [steps, lateMs] = [[], LATE_MS];
  }
  const addressFile = (refNos: readonly string[], broken?: number) => {
    const addressOf = (index: number) => (index === broken ? BROKEN : `Street ${index}`);
    return csvOf([['uniqueRefNo', 'address'], ...refNos.map((refNo, index) => [refNo, addressOf(index)])]);
  };
  const customer = (uniqueRefNo: string) => findCustomer(tenant.api, uniqueRefNo);
  async function expectChangedOnce(row: number): Promise<void> {
    const { customerId, version, address } = await customer(`R-${row}`);
    expect([version, address]).toEqual([2, `Street ${row}`]);
    const { body } = await tenant.api.get(`/api/v0/customer/${customerId}/history`).expect(200);
    expect(body.payload.items.map((item: any) => item.version)).toEqual([2, 1]);
  }

  it('are two on a server, and none where the database is embedded', async () => {
    await prepare(CHUNK * 4);
    beginsFirst = (chunk) => (chunk < 2 ? `apply ${chunk + 2}` : null);
    const answer = await bulk(tenant.api, UPDATE, addressFile(times(CHUNK * 4, (index) => `R-${index}`)));
    expect(answer.success_count).toBe(CHUNK * 4);
    const isBefore = (one: string, other: string) => steps.indexOf(one) < steps.indexOf(other);
    const early = engine === 'mariadb';
    expect(isBefore('apply 1', 'store 0')).toBe(early);
    expect(isBefore('apply 2', 'store 0')).toBe(early);
    expect(isBefore('apply 3', 'store 0')).toBe(false);
    expect(isBefore('apply 3', 'store 1')).toBe(early);
    expect(steps.filter((step) => step.startsWith('store'))).toEqual(times(4, (chunk) => `store ${chunk}`));
  });

  it.each([0, 1, 2])(
    'are written once in the end when chunk %i has to be run again',
    async (lost) => {
      await prepare(CHUNK * 3);
      losing.add(lost);
      const answer = await bulk(tenant.api, UPDATE, addressFile(times(CHUNK * 3, (index) => `R-${index}`)));
      expect([answer.success_count, losing.size]).toEqual([CHUNK * 3, 0]);
      for (const row of [0, CHUNK - 1, CHUNK, CHUNK * 2 - 1, CHUNK * 2, CHUNK * 3 - 1]) await expectChangedOnce(row);
      // Nothing they held is left behind.
      const { customerId } = await customer(`R-${CHUNK * 2}`);
      await tenant.api.patch(`/api/v0/customer/${customerId}`).send({ address: 'Free' }).expect(200);
    },
    20_000,
  );

  it('are given up once when both of them lose their transactions, and no connection is kept', async () => {
    await prepare(CHUNK * 3);
    lateMs = LATE_MS * 3;
    losingEarly.set(1, () => begun('apply 2'));
    // By then the other waits for this one to let go.
    losingEarly.set(2, () => sleep(PAUSE_MS));
    const answer = await bulk(tenant.api, UPDATE, addressFile(times(CHUNK * 3, (index) => `R-${index}`)));
    expect([answer.success_count, losingEarly.size]).toEqual([CHUNK * 3, 0]);
    for (const row of [0, CHUNK, CHUNK * 2, CHUNK * 3 - 1]) await expectChangedOnce(row);
    const busy = () => service.app.get(DatabaseProbe).poolUse()?.busy ?? 0;
    // What the service does by itself has a connection now and then.
    const until = Date.now() + LONGEST_WAIT_MS;
    while (busy() > 0 && Date.now() < until) await sleep(5);
    expect(busy()).toBe(0);
  });

  it('begin anew behind one that has looked too early', async () => {
    await prepare(CHUNK * 3);
    const refNos = times(CHUNK * 3, (index) => (index === CHUNK + 7 ? 'NOBODY' : `R-${index}`));
    const answer = await bulk(tenant.api, UPDATE, addressFile(refNos));
    expect(answer.success_count).toBe(CHUNK * 3 - 1);
    expect(faultsOf(answer)).toEqual([[CHUNK + 7 + 2, 'NOT_FOUND', 'uniqueRefNo']]);
    for (const row of [CHUNK - 1, CHUNK, CHUNK * 2, CHUNK * 3 - 1]) await expectChangedOnce(row);
  });

  it('begin once behind one whose rows are written in parts', async () => {
    await prepare(CHUNK * 3);
    const refNos = times(CHUNK * 3, (index) => `R-${index}`);
    const answer = await bulk(tenant.api, UPDATE, addressFile(refNos, 7));
    expect(answer.success_count).toBe(CHUNK * 3 - 1);
    expect(faultsOf(answer)).toEqual([[7 + 2, 'SYSTEM_ERROR', null]]);
    for (const row of [0, CHUNK, CHUNK * 2, CHUNK * 3 - 1]) await expectChangedOnce(row);
  });

  it('leave a number to the first of three that want it', async () => {
    const wanting = [CHUNK - 1, CHUNK, CHUNK * 2];
    const rows = times(CHUNK * 3, (index) => [wanting.includes(index) ? 'WANTED' : `R-${index}`, `Name ${index}`]);
    const answer = await bulk(tenant.api, CREATE, csvOf([['uniqueRefNo', 'legalName'], ...rows]));
    expect((await customer('WANTED')).legalName).toBe(`Name ${CHUNK - 1}`);
    expect(faultsOf(answer)).toEqual([CHUNK, CHUNK * 2].map((index) => [index + 2, 'DUPLICATE_ROW', 'uniqueRefNo']));
    // The server would let one of them wait for that number for ten seconds.
  }, 9_000);

  it('know of the second language of a customer that one of them adds', async () => {
    const item = (sourceId: string, fields: object) => ({
      ...{ source: 'ANY', sourceId, lastName: 'Name' },
      ...fields,
    });
    await upsert(tenant.api, item('same', { language: 'en' }));
    const others = times(CHUNK * 2 - 1, (index) => item(`other-${index}`, { language: 'en' }));
    const answer = await upsert(
      tenant.api,
      ...others,
      item('same', { language: 'fr' }),
      item('same', { lastName: 'Which?' }),
    );
    expect(answer.data.slice(-2)).toMatchObject([
      { action: 'create', success: true },
      { success: false, error: { type: 'CustomerMultipleFound' } },
    ]);
  });

  it('do not name what the first of them names, so that nothing has to be tried again', async () => {
    const campaignId = await createLeads(tenant.api, CHUNK * 2);
    const records = [
      ...times(CHUNK * 2, (index) => ({ id: `lead_${index}`, data: { a: index } })),
      { id: 'lead_3', data: { b: 'second' } },
    ];
    const answer = await updateRecords(tenant.api, campaignId, records);
    expect(answer.results).toMatchObject({ successful: CHUNK * 2 + 1, retried: 0 });
    expect(await readRecord(tenant.api, campaignId, 'lead_3')).toMatchObject({ data: { a: 3, b: 'second' } });
  });
});
