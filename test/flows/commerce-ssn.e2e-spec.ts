import { DataSource } from 'typeorm';
import type { Extension } from '../../src/platform/extensions/rollbook-extension';
import { CustomerSsnService } from '../../src/customer/commerce/customer-ssn.service';
import { CredentialService } from '../../src/platform/auth/credential.service';
import { SCOPES } from '../../src/platform/auth/scopes';
import { IndexRotationModule } from '../../src/platform/encryption/index-rotation.module';
import { KeyRotation } from '../../src/platform/encryption/key-rotation';
import { bulkItems, createCommerceCustomer, refusalOf } from '../support/commerce-items';
import { sealAsFormerly } from '../platform/encryption.fixtures';
import { createDatabase, describeEachEngine, Engine, TestDatabase } from '../support/engines';
import { Api, RunningService, startService, Tenant } from '../support/service';
import { everythingStored } from '../support/stored-texts';

const JOBS = '/api/v0/bulk/jobs';
const NUMBER = '078-05-1120';
const [A, B, INDEX] = [1, 2, 3].map((byte) => Buffer.alloc(32, byte).toString('base64')) as [string, string, string];
const rows = (service: RunningService, sql: string, parameters: unknown[] = []): Promise<any[]> =>
  service.app.get(DataSource).query(sql, parameters);

/** Makes the database itself refuse a title, as an unforeseen fault would. */
const poisonTrigger = (engine: Engine) =>
  engine === 'sqlite'
    ? "CREATE TRIGGER refuse BEFORE INSERT ON customers WHEN NEW.title = 'Poison' BEGIN SELECT RAISE(ABORT, 'poison'); END"
    : "CREATE TRIGGER refuse BEFORE INSERT ON customers FOR EACH ROW IF NEW.title = 'Poison' THEN SIGNAL SQLSTATE '45000'; END IF";

let log = '';
let spy: jest.SpyInstance;
beforeAll(() => {
  // pino writes to file descriptor 1 by itself unless process.stdout.write is replaced before it starts.
  spy = jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    log += String(chunk);
    return true;
  });
});
afterAll(() => spy.mockRestore());

describeEachEngine('a social security number', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  /** The same company under a token that may see personal numbers. */
  let privileged: Api;

  beforeAll(async () => {
    service = await startService(engine, { environment: { LOG_LEVEL: 'trace' } });
    await rows(service, poisonTrigger(engine));
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
    privileged = service.as((await service.app.get(CredentialService).createKey(tenant.company, 'pii', SCOPES)).key);
  });
  afterAll(() => service.stop());

  const create = (sourceId: string, ssn: unknown, { api } = tenant) =>
    createCommerceCustomer(api, { source: 'S', sourceId, ssn });
  const get = async (id: number, api = tenant.api) => (await api.get(`/customers/id/${id}`).expect(200)).body.data;
  const patch = (id: number, change: object, api = tenant.api) => api.patch(`/customers/id/${id}`).send(change);
  const stored = async (id: number) =>
    (await rows(service, 'SELECT ssn, ssn_index AS idx FROM customers WHERE id = ?', [id]))[0];

  it.each([
    [NUMBER, NUMBER, '*******1120'],
    [219099999, '219099999', '*****9999'],
    ['12345678', '12345678', '****5678'],
    ['AB.12/c', 'AB.12/c', '****2/c'],
    ['1234', '1234', '**34'],
  ])('shows no more than its end without customers:pii: %j', async (ssn, clear, masked) => {
    const created = await create('1', ssn);
    const { id } = created;
    const [found] = (await tenant.api.post('/customers/search').send({})).body.data;
    const patched = (await patch(id, { title: 'x' })).body.data;
    expect([created, await get(id), found, patched].map((customer) => customer.ssn)).toEqual(Array(4).fill(masked));
    const [open] = (await privileged.post('/customers/search').send({})).body.data;
    expect([await get(id, privileged), open].map((customer) => customer.ssn)).toEqual([clear, clear]);
    expect((await patch(id, { title: 'y' }, privileged)).body.data.ssn).toBe(clear);
    await refusalOf(10007, patch(id, { ssn: masked }));
    expect((await get(id, privileged)).ssn).toBe(clear);
  });

  it('stands in no table, no file, no log and no answer, whichever way it came', async () => {
    const canaries: string[] = [];
    const canary = (): string => {
      const digits = String(400_371_000 + canaries.length / 2);
      const text = `${digits.slice(0, 3)}-${digits.slice(3, 5)}-${digits.slice(5)}`;
      canaries.push(text, digits);
      return text;
    };
    const integer = () => Number(canary().replaceAll('-', ''));
    const { id } = await create('first', canary());
    await create('first-number', integer());
    const who = { source: 'S', lastName: 'Sentinel' };
    const item = (sourceId: string, ssn: unknown, fields: object = {}) => ({ ...who, sourceId, ssn, ...fields });
    const items = (by: string, ...customers: unknown[]) => tenant.api.post(`/customers/bulk/${by}`).send({ customers });
    const post = (body: object) => tenant.api.post('/customers/').send(body);
    const search = (body: object, api = tenant.api) => api.post('/customers/search').send(body);
    const nowhere = { parent: { id: 999999999 } };
    log = '';
    const answers = [
      await patch(id, { ssn: canary() }).expect(200),
      await patch(id, { ssn: integer() }).expect(200),
      await post(item('first', canary())).expect(400),
      await post(item('x', canary(), nowhere)).expect(404),
      await post(item('x', canary(), { email: 5 })).expect(400),
      await post(item('x', canary(), { title: 'Poison' })).expect(500),
      await tenant.api.post('/customers/').type('json').send(`{"lastName":"x","ssn":"${canary()}",`).expect(400),
      await patch(id, { ssn: canary(), ...nowhere }).expect(404),
      await patch(id, { ssn: `${canary()}!` }).expect(400),
      await patch(id, { ssn: [integer()], SSN: canary(), addresses: [{ ssn: canary() }] }).expect(400),
      await patch(id, { ssn: { number: canary() } }).expect(400),
      await items('sourceId', item('b1', canary()), item('b2', integer()), item('b3', canary(), nowhere)).expect(200),
      await items('sourceId', item('b4', integer(), { title: 'Poison' }), item('b5', canary())).expect(200),
      await items('sourceId', item('b6', canary()), item('b7', integer(), { company: 'x' }), canary()).expect(400),
      await items('sourceId', item('b1', canary()), item('b1', integer())).expect(200),
      await items('id', { id, ssn: canary() }, { id: 9e9, ssn: integer() }, { id, ssn: canary(), ...nowhere }).expect(
        200,
      ),
      await items('id', { id, ssn: `${canary()}?` }, { id: canary(), ssn: integer() }).expect(400),
      await search({ ssns: [canary()] }).expect(403),
      await search({ ssns: [canary()], page: 0 }, privileged).expect(400),
      await search({ ssns: [[canary()], { ssn: canary() }], page: 'x' }, privileged).expect(400),
      await search({ ssns: [canary(), integer()] }, privileged).expect(200),
    ];
    const jobs = answers.map(({ headers }) => String(headers['x-job-id'])).filter((job) => job.startsWith('JOB'));
    expect(jobs).toHaveLength(4);
    const results: string[] = [];
    for (const job of jobs) {
      answers.push(await tenant.api.get(`${JOBS}/${job}`).expect(200));
      for (const side of ['success', 'failure']) {
        const { status, text } = await tenant.api.get(`${JOBS}/${job}/results/${side}.ndjson`).buffer(true);
        if (status === 200) results.push(text);
      }
    }
    const { customerId } = await get(id);
    answers.push(await tenant.api.get(`/api/v0/customer/${customerId}/history`).expect(200));
    expect(results.join()).not.toMatch(/v1\.\w+\./);
    expect([results.length, results.every((text) => text.includes('Sentinel'))]).toEqual([7, false]);

    const places = await everythingStored(service);
    const told = [...places].filter(([, text]) => text.includes('Sentinel')).map(([place]) => place);
    expect(told).toEqual(
      expect.arrayContaining(['customers', 'customer_history_pages', `/jobs/${jobs[0]}/success.ndjson`]),
    );
    if (engine === 'sqlite') expect(told).toContain('/rollbook.sqlite-wal');
    expect(log.split('"msg":"request"').length).toBeGreaterThan(answers.length);
    expect(log).toContain('a row could not be stored');
    places.set('the log', log).set('the results', results.join());
    answers.forEach(({ text, headers }, index) => places.set(`answer ${index}`, text + JSON.stringify(headers)));
    const found = [...places].flatMap(([place, text]) =>
      canaries.filter((number) => text.includes(number)).map((number) => [place, number]),
    );
    expect(found).toEqual([]);
    expect((await search({ ssns: [canaries[0]!, canaries[2]!] }, privileged)).body.data[0].ssn).toBe(canaries[3]);
  });

  it('is sealed anew for each customer and indexed alike within a company', async () => {
    const stranger = await service.createTenant();
    const customers: any[] = [];
    for (const [index, ssn] of [NUMBER, NUMBER, '078051120', '078051121'].entries())
      customers.push(await create(`${index}`, ssn));
    const [first, second, plain, other] = await Promise.all(customers.map(({ id }) => stored(id)));
    expect(first.ssn).toMatch(/^v2\.app\.[A-Za-z0-9_-]{68}$/);
    expect(new Set([first, second, plain, other].map(({ ssn }) => ssn)).size).toBe(4);
    expect([second.idx, plain.idx, other.idx === first.idx]).toEqual([first.idx, first.idx, false]);
    expect((await stored((await create('1', NUMBER, stranger)).id)).idx).not.toBe(first.idx);
  });

  it('is left alone when it is sent again, and cleared by null', async () => {
    const before = await create('1', '219099999');
    const sealed = await stored(before.id);
    for (const ssn of ['219099999', 219099999]) {
      expect((await patch(before.id, { ssn })).body).toMatchObject({ data: before, messages: ['Customer unchanged'] });
      await bulkItems(tenant.api, [{ source: 'S', sourceId: '1', ssn }]);
    }
    expect([await get(before.id), await stored(before.id)]).toEqual([before, sealed]);
    const respelled = (await patch(before.id, { ssn: '219-09-9999' }, privileged)).body.data;
    expect(respelled).toMatchObject({ ssn: '219-09-9999', version: 2 });
    expect((await stored(before.id)).idx).toBe(sealed.idx);
    expect((await patch(before.id, { ssn: null }).expect(200)).body.data).toMatchObject({ ssn: null, version: 3 });
    expect(await stored(before.id)).toEqual({ ssn: null, idx: null });

    const { items } = (await privileged.get(`/api/v0/customer/${before.customerId}/history`)).body.payload;
    const told = items.map(({ changes }: any) => changes.find(({ field }: any) => field === 'ssn'));
    const [field, hidden] = ['ssn', '********'];
    expect(told).toEqual([
      { field, from: hidden, to: null },
      { field, from: hidden, to: hidden },
      { field, from: null, to: hidden },
    ]);
  });

  it('cannot be read when its envelope is moved to another customer, and nothing is told of why', async () => {
    const [owner, thief] = [await create('1', NUMBER), await create('2', '219099999')];
    const foreign = await create('1', NUMBER, await service.createTenant());
    for (const envelope of [(await stored(owner.id)).ssn, (await stored(foreign.id)).ssn, 'v2.app.AAAA', NUMBER]) {
      await rows(service, 'UPDATE customers SET ssn = ? WHERE id = ?', [envelope, thief.id]);
      const requests = [
        privileged.get(`/customers/id/${thief.id}`),
        tenant.api.get(`/customers/id/${thief.id}`),
        privileged.post('/customers/search').send({}),
      ];
      for (const request of requests) {
        expect((await refusalOf(500, request)).join()).not.toMatch(/v2|key|auth|envelope|078|219/i);
      }
    }
    // One that cannot be read keeps nobody else from being changed.
    const changes = [thief, owner].map(({ id }) => ({ id, ssn: '219-09-9999' }));
    expect((await bulkItems(tenant.api, changes, 'id'))[1].success).toBe(true);
    expect((await get(owner.id, privileged)).ssn).toBe('219-09-9999');
    await tenant.api.get(`/api/v0/customer/${thief.customerId}`).expect(200);
  });
});

describeEachEngine('the keys of social security numbers', (engine) => {
  /** More than fit into one transaction of a rotation. */
  const COUNT = 210;
  const oldNumber = (index: number) => String(100_000_000 + index);
  const newNumber = (index: number) => String(200_000_000 + index);
  let database: TestDatabase;
  let token = '';

  beforeAll(async () => {
    database = await createDatabase(engine);
  });
  afterAll(() => database.remove());

  /** Starts, does something, stops. */
  async function inService<T>(
    environment: Record<string, string>,
    work: (service: RunningService, api: Api) => Promise<T>,
    ...extensions: Extension[]
  ): Promise<T> {
    const service = await startService(engine, { database, environment, extensions });
    try {
      if (token === '') ({ token } = await service.createTenant({ scopes: SCOPES }));
      return await work(service, service.as(token));
    } finally {
      await service.stop();
    }
  }
  const search = async (api: Api, query: object) =>
    (await api.post('/customers/search').send(query).expect(200)).body.data;
  /** Reads and finds the living customers: all but the last, and the second has lost its number. */
  async function check(api: Api): Promise<void> {
    const numbers = Array.from({ length: COUNT - 1 }, (_, index) => (index === 1 ? null : newNumber(index)));
    expect((await search(api, { offset: 1000 })).map(({ ssn }: any) => ssn)).toEqual(numbers);
    const found = await search(api, { ssns: [newNumber(5), newNumber(COUNT - 2), newNumber(1), oldNumber(7)] });
    expect(found.map(({ sourceId }: any) => sourceId)).toEqual(['5', String(COUNT - 2)]);
  }
  /** Customers and history entries that hold a value under that key. */
  async function under(service: RunningService, key: string): Promise<number[]> {
    const like = [`%v2.${key}.%`];
    const customers = await rows(service, 'SELECT id FROM customers WHERE ssn LIKE ?', like);
    return [
      customers.length,
      (await rows(service, 'SELECT version FROM customer_changes WHERE changes LIKE ?', like)).length,
    ];
  }

  it('can be replaced, in customers and their history, deleted ones included', async () => {
    const [k1, k2] = [`k1:${A}`, `k2:${B}`];
    const send = (api: Api, number: (index: number) => string) =>
      bulkItems(
        api,
        Array.from({ length: COUNT }, (_, index) => ({ source: 'S', sourceId: index, ssn: number(index) })),
      );
    await inService({ ENCRYPTION_KEYS: k1 }, async (service, api) => {
      await send(api, oldNumber);
      const [, second, ...others] = await send(api, newNumber);
      await api.patch(`/customers/id/${second.id}`).send({ ssn: null }).expect(200);
      const { body } = await api.get(`/customers/id/${others.at(-1).id}`);
      await api.delete(`/api/v0/customer/${body.data.customerId}`).expect(200);
      expect(await under(service, 'k1')).toEqual([COUNT - 1, 2 * COUNT + 1]);
      await check(api);
    });
    const facts = (service: RunningService) =>
      rows(service, 'SELECT id, version, updated_at FROM customers ORDER BY id');
    const before = await inService({ ENCRYPTION_KEYS: `${k2},${k1}` }, async (service, api) => {
      await check(api);
      expect(await service.app.get(KeyRotation).rotate()).toEqual({
        resealed: {
          'customers.ssn': COUNT - 1,
          'customer_history.changes': 1,
          'customer_history_pages.changes': 2 * COUNT,
          'idempotency_keys.body': 0,
        },
        retired: ['k1'],
      });
      expect(await under(service, 'k1')).toEqual([0, 0]);
      expect(await under(service, 'k2')).toEqual([COUNT - 1, 2 * COUNT + 1]);
      await check(api);
      return facts(service);
    });
    await inService({ ENCRYPTION_KEYS: k2 }, async (service, api) => {
      await check(api);
      expect(await facts(service)).toEqual(before);
      expect(before.reduce((sum: number, { version }) => sum + Number(version), 0)).toBe(2 * COUNT + 2);
      const ssns = service.app.get(CustomerSsnService);
      const entries = await rows(
        service,
        `SELECT company_ref AS companyRef, customer_id AS customerId, source_id AS sourceId, entry.version, changes
         FROM (SELECT customer_ref, version, changes FROM customer_changes) entry JOIN customers ON customers.id = customer_ref`,
      );
      for (const { companyRef, customerId, sourceId, version, changes } of entries) {
        const { from, to } = JSON.parse(changes).find(({ field }: any) => field === 'ssn') ?? { from: null, to: null };
        const opened = [from, to].map((ssn) => ssns.open({ companyRef, customerId, ssn }));
        const [old, now] = [oldNumber(Number(sourceId)), newNumber(Number(sourceId))];
        const last = sourceId === '1' ? [now, null] : [null, null];
        expect(opened).toEqual([[null, old], [old, now], last][version - 1]);
      }
    });
  });

  it('are read as a former release sealed them, and sealed anew by the next rotation', async () => {
    const k2 = { ENCRYPTION_KEYS: `k2:${B}` };
    await inService(k2, async (service, api) => {
      const [customer] = await rows(
        service,
        'SELECT id, company_ref AS companyRef, customer_id AS customerId FROM customers WHERE source_id = ?',
        ['5'],
      );
      const place = {
        table: 'customers',
        column: 'ssn',
        companyRef: Number(customer.companyRef),
        id: customer.customerId,
      };
      const former = sealAsFormerly(newNumber(5), place, 'k2', B);
      await rows(service, 'UPDATE customers SET ssn = ? WHERE id = ?', [former, customer.id]);
      await check(api);
      expect((await service.app.get(KeyRotation).rotate()).resealed).toMatchObject({ 'customers.ssn': 1 });
      expect(await under(service, 'k2')).toEqual([COUNT - 1, 2 * COUNT + 1]);
      await check(api);
    });
  });

  it('can be replaced for the index too', async () => {
    const moved = { ENCRYPTION_KEYS: `k2:${B}`, BLIND_INDEX_KEY: INDEX };
    const done = await inService(moved, ({ app }) => app.get(KeyRotation).rotateIndex(), IndexRotationModule);
    expect(done).toEqual({
      reindexed: {
        'customers.ssn': COUNT - 1,
        'customer_history.changes': 0,
        'customer_history_pages.changes': 0,
        'idempotency_keys.body': 0,
      },
    });
    await inService(moved, (_service, api) => check(api));
  });
});
