import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { CommerceBookWriter } from '../../src/customer/commerce/commerce-book.writer';
import { idsOf, rowsOf, sampleAddress, updateById, upsert, verdictsOf } from '../support/commerce-items';
import { describeEachEngine, Engine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';

const item = (sourceId: string | number, changes: object = {}) => ({ source: 'S', sourceId, ...changes });
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

/** Makes the database itself refuse an address, when its customer is in the table already. */
function poisonTrigger(engine: Engine): string {
  return engine === 'sqlite'
    ? `CREATE TRIGGER refuse_street BEFORE INSERT ON customer_addresses WHEN NEW.street = 'Poison'
       BEGIN SELECT RAISE(ABORT, 'poison'); END`
    : `CREATE TRIGGER refuse_street BEFORE INSERT ON customer_addresses FOR EACH ROW
       IF NEW.street = 'Poison' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'poison'; END IF`;
}

/** What a driver says when the server chose this transaction as the victim of a deadlock. */
function deadlock(): Error {
  return Object.assign(new Error('Deadlock found'), { driverError: { errno: 1213, code: 'ER_LOCK_DEADLOCK' } });
}

describeEachEngine('rivals in the commerce API', (engine) => {
  let service: RunningService;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine);
    await service.app.get(DataSource).query(poisonTrigger(engine));
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => service.stop());

  const call = (...customers: object[]) => upsert(tenant.api, ...customers);
  const customers = () => rowsOf(service, tenant, 'customers');
  const history = () => rowsOf(service, tenant, 'customer_changes');
  const job = async ({ jobId }: any) => (await tenant.api.get(`/api/v0/bulk/jobs/${jobId}`).expect(200)).body.payload;

  /** Lets something happen between looking customers up and storing them, `before` or `after` the statements. */
  function atEachWrite({ before, after }: { before?: () => Promise<void>; after?: () => void }): void {
    const writer = service.app.get(CommerceBookWriter);
    const write = writer.write.bind(writer);
    jest.spyOn(writer, 'write').mockImplementation(async (...parameters) => {
      await before?.();
      await write(...parameters);
      after?.();
    });
  }

  /** Each customer of the answers, once: the answers that say `create`, and the rows there are. */
  async function expectEachOnce(answers: readonly any[], sourceIds: readonly string[]): Promise<void> {
    const created = answers.flatMap(({ data }) => data.filter(({ action }: any) => action === 'create'));
    expect(created.map(({ key }: any) => key).sort()).toEqual([...sourceIds].sort());
    const stored = await customers();
    expect(stored.map(({ source_id }) => source_id).sort()).toEqual([...sourceIds].sort());
    const idOf = new Map(stored.map(({ id, source_id }) => [source_id, id]));
    for (const { data } of answers) {
      for (const { key, id, success } of data) expect([key, success, id]).toEqual([key, true, idOf.get(key)]);
    }
  }

  it('who create the same customer at once make one of it: one creates, the others update', async () => {
    const answers = await Promise.all(times(50, (index) => call(item('same', { title: `No. ${index}` }))));
    await expectEachOnce(answers, ['same']);
    expect(await customers()).toMatchObject([{ version: 50 }]);
    expect((await history()).map(({ version }) => version)).toEqual(times(50, (index) => index + 1));
  });

  it('who create the same customers in opposite orders all come through, each customer being made once', async () => {
    const sourceIds = times(300, (index) => `c${index}`);
    const answers = await Promise.all(
      times(20, (caller) => {
        const items = sourceIds.map((sourceId) => item(sourceId, { title: `of ${caller}` }));
        return call(...(caller % 2 === 0 ? items : items.reverse()));
      }),
    );
    await expectEachOnce(answers, sourceIds);
    for (const { version } of await customers()) expect(version).toBe(20);
    const versions = (await history()).map(({ customer_ref, version }) => `${customer_ref} ${version}`);
    expect(new Set(versions).size).toBe(20 * 300);
    for (const { counters } of await Promise.all(answers.map(job))) {
      expect(counters).toMatchObject({ received: 300, failed: 0, unprocessed: 0 });
    }
  });

  it('who change the same customers by id in opposite orders lose nothing', async () => {
    const ids = idsOf(await call(...times(300, (index) => item(index))));
    const items = (caller: number) => ids.map((id) => ({ id, title: `of ${caller}` }));
    const answers = await Promise.all(
      times(10, (caller) => updateById(tenant.api, ...(caller % 2 === 0 ? items(caller) : items(caller).toReversed()))),
    );
    expect(answers.flatMap(verdictsOf)).toEqual(times(3_000, () => 'update'));
    for (const { version } of await customers()) expect(version).toBe(11);
  });

  it('that make the database choose a victim cost nothing: the chunk is applied once, and counted as retried', async () => {
    await call(item('known'));
    let deadlocks = 2;
    atEachWrite({
      after: () => {
        if (deadlocks-- > 0) throw deadlock();
      },
    });
    const addresses = [sampleAddress({ code: undefined })];
    const answer = await call(item('known', { title: 'Dr.', addresses }), item('new', { addresses }));
    expect(verdictsOf(answer)).toEqual(['update', 'create']);
    expect((await job(answer)).counters).toMatchObject({ created: 1, updated: 1, failed: 0, retried: 2 });
    expect(await customers()).toMatchObject([{ version: 2 }, { version: 1 }]);
    expect(await rowsOf(service, tenant, 'customer_addresses')).toHaveLength(2);
    expect(await history()).toHaveLength(3);
  });

  it('leave the item alone that the database refuses, and take all others', async () => {
    await call(item('known'), item('bad'));
    const address = (index: number) => ({ addresses: [sampleAddress({ street: index === 700 ? 'Poison' : 'Good' })] });
    const answer = await call(
      item('known', { title: 'Dr.' }),
      ...times(999, (index) => item(index, address(index))),
      item('bad', { title: 'Dr.', ...address(700) }),
      item('last'),
    );
    const failed = answer.data.filter(({ success }: any) => success === false);
    expect(failed.map(({ key, error }: any) => [key, error.code, error.type])).toEqual([
      [700, 500, 'InternalError'],
      ['bad', 500, 'InternalError'],
    ]);
    expect(answer.raw).not.toMatch(/SQLSTATE|SQLITE|trigger|poison|INSERT|ER_/i);
    const stored = new Map((await customers()).map((row) => [row.source_id, row]));
    expect(stored.size).toBe(1_001);
    expect(stored.get('bad')).toMatchObject({ title: null, version: 1 });
    for (const { key, id, success } of answer.data) if (success === true) expect(stored.get(String(key)).id).toBe(id);
    expect(await rowsOf(service, tenant, 'customer_addresses')).toHaveLength(998);
    expect((await history()).filter(({ job_id }) => job_id === answer.jobId)).toHaveLength(1_000);
  });

  // SQLite has one writer at a time: nobody can come in between.
  if (engine !== 'mariadb') return;

  it('who have all found a customer missing make one of it', async () => {
    let open: () => void;
    const gate = new Promise<void>((resolve) => (open = resolve));
    let waiting = 0;
    atEachWrite({
      before: () => {
        if (++waiting === 5) open();
        return gate;
      },
    });
    const answers = await Promise.all(times(5, (index) => call(item('same', { title: `No. ${index}` }))));
    await expectEachOnce(answers, ['same']);
    expect(await customers()).toMatchObject([{ version: 5 }]);
  });

  it('who take identities between the look and the write never make an item fail', async () => {
    const stolen = ['c1', 'c2', 'c5', 'c6', 'c7'];
    const left = [...stolen];
    // Neighbours keep the locks on gaps between identities narrow: a rival must not have to wait for this call.
    await call(...times(8, (index) => item(`c${index} neighbour`)));
    let isRival = false;
    atEachWrite({
      before: async () => {
        const next = isRival ? undefined : left.shift();
        if (next === undefined) return;
        isRival = true;
        expect(verdictsOf(await call(item(next, { lastName: 'Rival' })))).toEqual(['create']);
        isRival = false;
      },
    });
    const answer = await call(...times(8, (index) => item(`c${index}`, { title: 'Dr.' })));
    expect(left).toEqual([]);
    const expected = times(8, (index) => (stolen.includes(`c${index}`) ? 'update' : 'create'));
    expect(verdictsOf(answer)).toEqual(expected);
    const stored = new Map((await customers()).map(({ source_id, ...row }) => [source_id, row]));
    expect(stored.size).toBe(8 + 8);
    answer.data.forEach(({ key, id }: any, index: number) => {
      const [version, last_name] = expected[index] === 'update' ? [2, 'Rival'] : [1, null];
      expect(stored.get(key)).toMatchObject({ id, title: 'Dr.', version, last_name });
    });
    expect((await history()).filter(({ job_id }) => job_id === answer.jobId)).toHaveLength(8);
  });

  it('who hold a customer only make the call wait, and what they wrote is not lost', async () => {
    await call(...times(5, (index) => item(index)));
    const runner = service.app.get(DataSource).createQueryRunner();
    await runner.startTransaction();
    const sql = "UPDATE customers SET last_name = 'Rival', version = 2 WHERE company_ref = ? AND source_id = '3'";
    await runner.query(sql, [tenant.company.id]);
    const waiting = call(...times(10, (index) => item(index, { title: 'Dr.' })));
    const first = await Promise.race([waiting, sleep(200, 'still waiting')]);
    expect(first).toBe('still waiting');
    await runner.commitTransaction();
    await runner.release();
    expect(verdictsOf(await waiting)).toEqual(times(10, (index) => (index < 5 ? 'update' : 'create')));
    const stored = await customers();
    expect(stored[3]).toMatchObject({ last_name: 'Rival', title: 'Dr.', version: 3 });
    expect(stored.every(({ title }) => title === 'Dr.')).toBe(true);
  });

  it('of other companies are not waited for', async () => {
    const other = await service.createTenant();
    await upsert(other.api, ...times(20, (index) => item(index)));
    const runner = service.app.get(DataSource).createQueryRunner();
    await runner.startTransaction();
    await runner.query('SELECT id FROM customers WHERE company_ref = ? FOR UPDATE', [other.company.id]);
    const answer = await call(...times(20, (index) => item(index)));
    await runner.rollbackTransaction();
    await runner.release();
    expect(verdictsOf(answer)).toEqual(times(20, () => 'create'));
  });
});
