import { bulkItems, createCommerceCustomer, refusalOf, sampleAddress } from '../support/commerce-items';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';

const IDENTITY = { source: 'S', sourceId: 'c' };
const FULL = sampleAddress({ middleName: 'van der' });
const REQUIRED = { type: 'delivery', street: 'Velperweg', country: 'NL' };
/** An address with nothing but what must be given, as it is answered. */
const EMPTY = Object.fromEntries(Object.keys(FULL).map((field) => [field, null]));
const BARE = { ...EMPTY, ...REQUIRED, isDefault: 'N' };

describeEachEngine('the addresses of a customer', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  let customer: any;
  let path: string;

  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
    customer = await createCommerceCustomer(tenant.api, IDENTITY);
    path = `/customers/id/${customer.id}`;
  });
  afterAll(() => service.stop());

  const list = async (): Promise<any[]> => {
    const { body } = await tenant.api.get(`${path}/addresses`).expect(200);
    expect(body).toEqual({ data: body.data, messages: ['Completed'], total: body.data.length });
    return body.data;
  };
  const codes = async () => (await list()).map(({ code }) => code);
  const defaults = async () => (await list()).filter(({ isDefault }) => isDefault === 'Y').map(({ code }) => code);
  const save = (address: object) => tenant.api.post(`${path}/addresses`).send(address);
  const saveMany = (addresses: object[]) => tenant.api.post(`${path}/addresses/bulk`).send({ addresses });
  const patch = (addresses: object[]) => tenant.api.patch(path).send({ addresses });
  const version = async () => (await tenant.api.get(path)).body.data.version;
  const changes = async () => {
    const { body } = await tenant.api.get(`/api/v0/customer/${customer.customerId}/history`).expect(200);
    return body.payload.items[0].changes;
  };
  const coded = (code: string, fields: object = {}) => ({ ...REQUIRED, code, ...fields });
  /** Each way to bring several addresses at once. */
  const WAYS: readonly [string, (addresses: object[]) => Promise<unknown>][] = [
    ['PATCH', async (addresses) => patch(addresses).expect(200)],
    ['POST …/addresses/bulk', async (addresses) => saveMany(addresses).expect(200)],
    ['POST /customers/bulk/sourceId', (addresses) => bulkItems(tenant.api, [{ ...IDENTITY, addresses }])],
    ['POST /customers/bulk/id', (addresses) => bulkItems(tenant.api, [{ id: customer.id, addresses }], 'id')],
  ];

  it('come back as they were sent, one by one with 201 and then 200', async () => {
    expect(await list()).toEqual([]);
    const created = await save({ ...FULL, country: 'nl' }).expect(201);
    const full = { ...FULL, id: expect.any(Number) };
    expect(created.body).toEqual({ data: full, messages: ['Address created'], total: 1 });
    expect(created.headers['x-request-id']).toBeDefined();
    expect(await list()).toEqual([created.body.data]);
    const updated = await save(coded('11234', { street: 'Other 😀', number: null })).expect(200);
    const after = { ...created.body.data, street: 'Other 😀', number: null };
    expect(updated.body).toEqual({ data: after, messages: ['Address updated'], total: 1 });
    const same = await save(coded('11234', { street: 'Other 😀' })).expect(200);
    expect(same.body.data).toEqual(after);
    const bare = await save(REQUIRED).expect(201);
    expect(bare.body.data).toEqual({ ...BARE, id: bare.body.data.id });
    expect(await list()).toEqual([after, bare.body.data]);
    expect(await version()).toBe(4);
    const bySourceId = await tenant.api.get('/customers/sourceId/c/addresses?source=S&language=en').expect(200);
    expect(bySourceId.body.data).toEqual(await list());
  });

  it.each(WAYS)('are kept, changed by code and added by %s', async (_way, send) => {
    await send([
      { ...FULL, code: 'a' },
      { ...FULL, code: 'b', type: 'invoice' },
    ]);
    const [a, b] = await list();
    await send([coded('b', { type: 'invoice', city: 'Ede', region: null, isDefault: null }), coded('B'), coded('b ')]);
    const all = await list();
    expect(all).toEqual([
      a,
      { ...b, city: 'Ede', region: null, isDefault: 'N' },
      { ...BARE, id: all[2].id, code: 'B' },
      { ...BARE, id: all[3].id, code: 'b ' },
    ]);
    expect(await version()).toBe(3);
  });

  it.each(WAYS.slice(0, 3))('say nothing by %s when nothing is new', async (_way, send) => {
    await send([coded('a', { city: 'Ede' }), { ...REQUIRED, city: 'Ede' }]);
    const before = await list();
    await send([{ ...REQUIRED, city: 'Ede' }, coded('a'), coded('a', { city: 'Ede', country: 'nl', isDefault: 'N' })]);
    expect([await list(), await version()]).toEqual([before, 2]);
  });

  it('without a code are added, but not again when the very same one is sent again', async () => {
    await patch([REQUIRED, REQUIRED]).expect(200);
    expect(await codes()).toEqual([null, null]);
    await patch([REQUIRED, { ...REQUIRED, code: null }]).expect(200);
    expect([await codes(), await version()]).toEqual([[null, null], 2]);
    await patch([REQUIRED, REQUIRED, REQUIRED]).expect(200);
    await patch([{ ...REQUIRED, city: 'Ede' }]).expect(200);
    await patch([coded('x')]).expect(200);
    expect(await codes()).toEqual([null, null, null, null, 'x']);
    await save({ ...REQUIRED, city: 'Ede' }).expect(200);
    await save({ ...REQUIRED, city: 'EDE' }).expect(201);
    await save({ ...REQUIRED, type: 'invoice' }).expect(201);
    expect([(await list()).length, await version()]).toEqual([7, 7]);
  });

  it('have one default of each type', async () => {
    const type = 'invoice';
    await patch([coded('a', { isDefault: 'Y' }), coded('i', { type, isDefault: 'Y' }), coded('b')]).expect(200);
    expect(await defaults()).toEqual(['a', 'i']);
    await save(coded('b', { isDefault: 'Y' })).expect(200);
    expect(await defaults()).toEqual(['i', 'b']);
    await save(coded('c', { isDefault: 'Y' })).expect(201);
    expect(await defaults()).toEqual(['i', 'c']);
    await save(coded('c', { city: 'Ede' })).expect(200);
    expect(await defaults()).toEqual(['i', 'c']);
    // One that changes its type takes its mark along.
    await save(coded('c', { type })).expect(200);
    expect(await defaults()).toEqual(['c']);
    await save(coded('c', { type, isDefault: 'N' })).expect(200);
    expect(await defaults()).toEqual([]);
    const marked = [coded('a'), coded('b'), REQUIRED].map((address) => ({ ...address, isDefault: 'Y' }));
    await saveMany(marked).expect(200);
    expect(await defaults()).toEqual([null]);
    await save({ ...REQUIRED, isDefault: 'Y' }).expect(200);
    expect(await codes()).toHaveLength(5);
  });

  it('in one call are answered one by one in its order', async () => {
    await save(coded('known')).expect(201);
    const [ede, epe] = [{ city: 'Ede' }, { city: 'Epe' }];
    const sent = [coded('new'), coded('known', ede), REQUIRED, coded('new', epe), coded('known'), REQUIRED];
    const { body } = await saveMany(sent).expect(200);
    const [known, added, first, second] = await list();
    const entries = [
      ['create', added],
      ['update', known],
      ['create', first],
      ['update', added],
      ['update', known],
      ['create', second],
    ];
    const data = entries.map(([action, { id, code: key }]) => ({ action, id, key, lookupKey: 'code', success: true }));
    expect(body).toEqual({ data, messages: ['Completed'], total: 6 });
    expect([known.city, added.city]).toEqual(['Ede', 'Epe']);
    expect(await version()).toBe(3);
  });

  it.each([IDENTITY, { source: 'S', sourceId: 'new' }])(
    'of items of one call follow on each other: %j',
    async (who) => {
      const [a, b] = [coded('a', { isDefault: 'Y' }), coded('b', { isDefault: 'Y' })];
      const items = [[a, REQUIRED], [b, REQUIRED], [coded('b')]].map((addresses) => ({ ...who, addresses }));
      const [{ id }] = await bulkItems(tenant.api, items);
      path = `/customers/id/${id}`;
      expect([await codes(), await defaults()]).toEqual([['a', null, 'b'], ['b']]);
    },
  );

  it('of many customers change in one call, each in fields of its own', async () => {
    const identities = ['a', 'b', 'd'].map((sourceId) => ({ source: 'S', sourceId }));
    const addressesOf = async ({ sourceId }: { sourceId: string }): Promise<any[]> => {
      const answer = await tenant.api.get(`/customers/sourceId/${sourceId}/addresses?source=S&language=en`).expect(200);
      return answer.body.data;
    };
    const before = [
      { ...FULL, code: '0' },
      { ...FULL, code: '1', isDefault: 'N' },
    ];
    await bulkItems(
      tenant.api,
      identities.map((identity) => ({ ...identity, addresses: before })),
    );
    const stored = await Promise.all(identities.map(addressesOf));
    const [a, b, d] = identities as [object, object, object];
    await bulkItems(tenant.api, [
      { ...a, addresses: [coded('0', { street: 'First' })] },
      { ...b, addresses: [coded('1', { city: 'Utrecht', isDefault: 'Y', phone: null }), coded('9', { notes: 'new' })] },
      { ...d, addresses: [coded('0', { country: 'be' })] },
      { ...d, addresses: [coded('0', { postalCode: '1000 AA' })] },
    ]);
    const [ofA, ofB, ofD] = await Promise.all(identities.map(addressesOf));
    expect(ofA).toEqual([{ ...stored[0]?.[0], street: 'First' }, stored[0]?.[1]]);
    expect(ofB?.[0]).toEqual({ ...stored[1]?.[0], isDefault: 'N' });
    const moved = { street: 'Velperweg', city: 'Utrecht', isDefault: 'Y', phone: null };
    expect(ofB?.[1]).toEqual({ ...stored[1]?.[1], ...moved });
    expect(ofB?.[2]).toMatchObject({ ...coded('9'), notes: 'new' });
    expect(ofD).toEqual([{ ...stored[2]?.[0], postalCode: '1000 AA' }, stored[2]?.[1]]);
  });

  it('tell the history what changed, field by field from old to new', async () => {
    await patch([coded('a', { city: 'Ede', isDefault: 'Y' }), coded('b')]).expect(200);
    const [a, b] = await list();
    const given = (address: any) =>
      Object.fromEntries(Object.entries(address).filter(([key, value]) => key !== 'id' && value !== null));
    expect(await changes()).toEqual([
      { field: `addresses[${a.id}]`, from: null, to: given(a) },
      { field: `addresses[${b.id}]`, from: null, to: given(b) },
    ]);
    await patch([coded('b', { isDefault: 'Y', city: 'Epe' }), coded('a', { city: null, country: 'be' })]).expect(200);
    const expected = [
      { field: `addresses[${a.id}].country`, from: 'NL', to: 'BE' },
      { field: `addresses[${a.id}].city`, from: 'Ede', to: null },
      { field: `addresses[${a.id}].isDefault`, from: 'Y', to: 'N' },
      { field: `addresses[${b.id}].city`, from: null, to: 'Epe' },
      { field: `addresses[${b.id}].isDefault`, from: 'N', to: 'Y' },
    ];
    const told = await changes();
    expect([told.length, told]).toEqual([5, expect.arrayContaining(expected)]);
  });

  it('are 50 in one request and 200 in all, else nothing of the request is done', async () => {
    const some = (from: number, count: number) => Array.from({ length: count }, (_, index) => coded(`${from + index}`));
    for (const request of [patch(some(0, 51)), saveMany(some(0, 51))]) {
      expect(await refusalOf(10007, request)).toEqual(['#/addresses: expected maximum item count: 50, found: 51']);
    }
    expect(await refusalOf(10007, saveMany([]))).toEqual(['#/addresses: expected minimum item count: 1, found: 0']);
    for (const from of [0, 50, 100]) await saveMany(some(from, 50)).expect(200);
    await saveMany(some(150, 49)).expect(200);
    const before = await list();
    const tooMany = [coded('7', { city: 'lost', isDefault: 'Y' }), coded('199'), coded('200')];
    for (const request of [patch(tooMany), saveMany(tooMany)]) {
      expect((await refusalOf(10017, request))[0]).toContain('200 addresses');
    }
    expect([await list(), await version()]).toEqual([before, 5]);
    const items = [tooMany, [coded('7', { phone: '7' })]].map((addresses) => ({ ...IDENTITY, addresses }));
    const [refused, applied] = await bulkItems(tenant.api, items);
    expect([refused.error.code, applied.success]).toEqual([10017, true]);
    before[7].phone = '7';
    expect([await list(), await version()]).toEqual([before, 6]);
    await save(coded('199')).expect(201);
    await refusalOf(10017, save(coded('200')));
    await save(coded('199', { city: 'Ede' })).expect(200);
  });

  it('break the schema each in its own place', async () => {
    const { street: _street, ...nowhere } = REQUIRED;
    expect(await refusalOf(10007, save(nowhere))).toEqual(['#: required key [street] not found']);
    expect(await refusalOf(10007, saveMany([REQUIRED, { ...REQUIRED, zip: 1 }, nowhere]))).toEqual([
      '#/addresses/1: extraneous key [zip] is not permitted',
      '#/addresses/2: required key [street] not found',
    ]);
    for (const wrong of [{ country: 'Nederland' }, { type: 'home' }, { isDefault: true }, { code: '' }]) {
      await refusalOf(10007, save({ ...REQUIRED, ...wrong }));
    }
    expect([await list(), await version()]).toEqual([[], 1]);
  });

  it('cannot be reached by another company, nor of a customer that is not there or not the only one', async () => {
    await save(FULL).expect(201);
    const before = await list();
    const { api } = await service.createTenant();
    for (const [code, client, other] of [
      [60006, api, path],
      [60006, api, '/customers/sourceId/c'],
      [60006, tenant.api, '/customers/id/999999999'],
      [10006, tenant.api, '/customers/code/c'],
    ] as const) {
      await refusalOf(code, client.get(`${other}/addresses`));
      await refusalOf(code, client.post(`${other}/addresses`).send(coded('stolen')));
      await refusalOf(code, client.post(`${other}/addresses/bulk`).send({ addresses: [coded('11234')] }));
    }
    await createCommerceCustomer(tenant.api, { ...IDENTITY, language: 'de', addresses: [coded('german')] });
    await refusalOf(60005, tenant.api.post('/customers/sourceId/c/addresses').send(coded('11234')));
    await refusalOf(60005, tenant.api.get('/customers/sourceId/c/addresses'));
    await tenant.api.post('/customers/sourceId/c/addresses?language=de').send(coded('11234')).expect(201);
    expect([await list(), await version()]).toEqual([before, 2]);
  });

  it('lose none of 20 saved at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => save(coded(`${index % 10}`, { isDefault: 'Y' }))));
    expect((await codes()).sort()).toEqual(Array.from({ length: 10 }, (_, index) => String(index)));
    expect(await defaults()).toHaveLength(1);
  });
});
