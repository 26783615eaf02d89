import {
  BY_ID,
  bookOf,
  idsOf,
  readCustomer,
  rowsOf,
  sampleAddress,
  sampleItem,
  updateById,
  upsert,
  verdictsOf,
} from '../support/commerce-items';
import { createCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';

const SOURCE = 'REST-API';
const item = (sourceId: string | number, changes: object = {}) => ({ source: SOURCE, sourceId, ...changes });
const UNKNOWN = 999_999_999;

describeEachEngine('an update by id', (engine) => {
  let service: RunningService;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const call = (...customers: object[]) => updateById(tenant.api, ...customers);
  const create = async (...customers: object[]) => idsOf(await upsert(tenant.api, ...customers));
  const read = (id: number) => readCustomer(tenant.api, id);
  const identityOf = async (id: number) => {
    const { source, sourceId, language } = await read(id);
    return [source, sourceId, language];
  };

  it('is answered like the other bulk call, with the id as key', async () => {
    const [id] = await create(sampleItem());
    const answer = await call({ id, title: 'Dr.' });
    expect(answer.raw).toBe(
      `{"data":[{"action":"update","id":${id},"key":${id},"lookupKey":"id","success":true}],` +
        '"messages":["Completed"],"total":1}',
    );
    expect(await read(id!)).toMatchObject({ title: 'Dr.', firstName: 'Miles', sourceId: '3002196', version: 2 });
    const { body } = await tenant.api.get(`/api/v0/bulk/jobs/${answer.jobId}`);
    expect(body.payload).toMatchObject({ family: 'commerce', counters: { received: 1, updated: 1 } });
  });

  it('keeps what an item does not name, clears by null and leaves what is the same untouched', async () => {
    const [id] = await create(sampleItem());
    const before = await read(id!);
    const { dateModified } = before;
    await call({ id, title: null, ssn: null, addresses: [sampleAddress({ city: null })] });
    const after = await read(id!);
    expect(after).toEqual({ ...before, title: null, ssn: null, version: 2, dateModified: after.dateModified });
    expect(after.dateModified > dateModified).toBe(true);
    expect(await rowsOf(service, tenant, 'customer_addresses')).toMatchObject([{ code: '11234', city: null }]);
    const stored = await bookOf(service, tenant);
    expect(verdictsOf(await call({ id, title: null, firstName: 'Miles' }, { id }))).toEqual(['update', 'update']);
    expect(await bookOf(service, tenant)).toEqual(stored);
  });

  it('applies items for the same customer in order', async () => {
    const [id, other] = await create(item(1), item(2));
    const answer = await call({ id, title: 'Dr.' }, { id: other }, { id, title: 'Mr.', lastName: 'McCoy' });
    expect(idsOf(answer)).toEqual([id, other, id]);
    expect(await read(id!)).toMatchObject({ title: 'Mr.', lastName: 'McCoy', version: 3 });
  });

  it('refuses ids that this company does not have, item by item, and applies the others', async () => {
    const stranger = await service.createTenant();
    const [foreign] = idsOf(await upsert(stranger.api, item(1)));
    const [id, deleted, last] = await create(item(1), item(2), item(3));
    await tenant.api.delete(`/api/v0/customer/${(await read(deleted!)).customerId}`).expect(200);
    const answer = await call(
      { id, title: 'Dr.' },
      ...[UNKNOWN, deleted, foreign].map((id) => ({ id, title: 'Dr.' })),
      { id: last, title: 'Dr.' },
    );
    expect(verdictsOf(answer)).toEqual(['update', 60006, 60006, 60006, 'update']);
    const [unknown, ...others] = answer.data.slice(1, 4);
    expect(unknown).toMatchObject({
      id: null,
      key: UNKNOWN,
      lookupKey: 'id',
      error: { type: 'CustomerNotFound', messages: [expect.stringContaining(`id ${UNKNOWN}`)] },
    });
    // Deleted ones and those of others read like those that never were.
    for (const { key, error } of others) {
      expect({ ...error, messages: [error.messages[0].replace(key, UNKNOWN)] }).toEqual(unknown.error);
    }
    expect(await rowsOf(service, stranger, 'customers')).toMatchObject([{ title: null, version: 1 }]);
    for (const done of [id!, last!]) expect(await read(done)).toMatchObject({ title: 'Dr.', version: 2 });
  });

  it.each([
    ['of another source id', { sourceId: 'taken' }],
    ['of another source', { source: 'other' }],
    ['of another language', { language: 'DE' }],
    ['that differs in all three', { source: 'third', sourceId: 'all', language: 'fr' }],
  ])('cannot take over an identity %s that another customer has', async (_, identity) => {
    const [id] = await create(
      item('own', { language: 'en' }),
      item('taken', { language: 'en' }),
      item('own', { language: 'en', source: 'other' }),
      item('own', { language: 'de' }),
      { source: 'third', sourceId: 'all', language: 'fr' },
      item('bystander'),
    );
    const before = await bookOf(service, tenant);
    const answer = await call({ id, ...identity, title: 'Dr.' });
    expect(verdictsOf(answer)).toEqual([60004]);
    expect(answer.data[0]).toMatchObject({ id: null, key: id, error: { type: 'CustomerExists' } });
    expect(await bookOf(service, tenant)).toEqual(before);
    expect((await tenant.api.patch(`/customers/id/${id}`).send(identity)).body.error).toMatchObject({ code: 60004 });
  });

  it('may change an identity to one that is free, or that an earlier item set free', async () => {
    const [a, b] = await create(item('a'), item('b'));
    const answer = await call({ id: a, sourceId: 'b' }, { id: b, sourceId: 'c' }, { id: a, sourceId: 'b' });
    expect(verdictsOf(answer)).toEqual([60004, 'update', 'update']);
    expect([await identityOf(a!), await identityOf(b!)]).toEqual([
      [SOURCE, 'b', 'en'],
      [SOURCE, 'c', 'en'],
    ]);
    expect(idsOf(await upsert(tenant.api, item('b'), item('c')))).toEqual([a, b]);
    expect(verdictsOf(await upsert(tenant.api, item('a')))).toEqual(['create']);
    await call({ id: a, language: 'NL' }, { id: b, source: 'other', sourceId: 7 });
    expect([await identityOf(a!), await identityOf(b!)]).toEqual([
      [SOURCE, 'b', 'nl'],
      ['other', '7', 'en'],
    ]);
  });

  it('lets two customers swap identities by way of a third', async () => {
    const [a, b] = await create(item('a'), item('b'));
    const swap = [
      { id: a, sourceId: 'aside' },
      { id: b, sourceId: 'a' },
      { id: a, sourceId: 'b' },
    ];
    expect(verdictsOf(await call(...swap))).toEqual(['update', 'update', 'update']);
    expect([(await read(a!)).sourceId, (await read(b!)).sourceId]).toEqual(['b', 'a']);
  });

  it('gives a customer of the receivables API an identity, whole or not at all', async () => {
    const { customerId } = await createCustomer(tenant.api);
    const [{ id }] = await rowsOf(service, tenant, 'customers');
    const answer = await call({ id, source: 'S' }, { id, sourceId: 1 }, { id, source: 'S', sourceId: 1 });
    expect(verdictsOf(answer)).toEqual([10017, 10017, 'update']);
    expect(await identityOf(id)).toEqual(['S', '1', 'en']);
    const { body } = await tenant.api.get(`/api/v0/customer/${customerId}`);
    expect(body.payload).toMatchObject({ legalName: 'Xylo Traders Private Limited', creditLimit: '150000.50' });
    expect(idsOf(await upsert(tenant.api, { source: 'S', sourceId: '1', title: 'Dr.' }))).toEqual([id]);
  });

  it('needs every item to have its id, or writes nothing', async () => {
    const [id] = await create(item(1));
    const before = await bookOf(service, tenant);
    const jobs = await rowsOf(service, tenant, 'bulk_jobs');
    const customers = [{ id, title: 'Dr.' }, { title: 'Dr.' }];
    const { body, headers } = await tenant.api.post(BY_ID).send({ customers }).expect(400);
    expect(body.error).toMatchObject({ code: 10016, messages: ['#/customers/1: required key [id] not found'] });
    expect(headers['x-error-type']).toBe('VALIDATION_ERROR');
    expect(await bookOf(service, tenant)).toEqual(before);
    expect(await rowsOf(service, tenant, 'bulk_jobs')).toEqual(jobs);
  });
});

describeEachEngine('two companies in the bulk calls', (engine) => {
  let service: RunningService;
  let owner: Tenant;
  let stranger: Tenant;

  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    owner = await service.createTenant();
    stranger = await service.createTenant();
  });
  afterAll(() => service.stop());

  it('have customers of their own under the same source ids, and never each other’s', async () => {
    const customers = Array.from({ length: 30 }, (_, index) => sampleItem({ sourceId: index }));
    const own = idsOf(await upsert(owner.api, ...customers));
    const before = await bookOf(service, owner);
    const theirs = await upsert(stranger.api, ...customers.map((customer) => ({ ...customer, lastName: 'Smith' })));
    expect(verdictsOf(theirs)).toEqual(customers.map(() => 'create'));
    expect(idsOf(theirs).filter((id) => own.includes(id))).toEqual([]);
    const stolen = await updateById(stranger.api, ...own.map((id) => ({ id, lastName: 'Stolen', addresses: [] })));
    expect(verdictsOf(stolen)).toEqual(own.map(() => 60006));
    expect(await bookOf(service, owner)).toEqual(before);
    await stranger.api.get(`/customers/id/${own[0]}`).expect(404);
  });

  it('cannot make each other’s customers parents, nor learn which there are', async () => {
    const [id] = idsOf(await upsert(owner.api, item('secret', { lastName: 'Secret' })));
    const parents = [{ id }, { id: UNKNOWN }, { source: SOURCE, sourceId: 'secret' }];
    const answer = await upsert(stranger.api, ...parents.map((parent, index) => item(index, { parent })));
    expect(verdictsOf(answer)).toEqual([60007, 60007, 60007]);
    const [foreign, none] = answer.data.map(({ error }: any) => error.messages[0]);
    expect(foreign.replace(String(id), String(UNKNOWN))).toBe(none);
    expect(answer.raw).not.toContain('Secret');
    const child = await service.createTenant({ parent: owner.company });
    expect(verdictsOf(await updateById(child.api, { id, lastName: 'x' }))).toEqual([60006]);
  });
});
