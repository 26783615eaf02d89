import { DataSource } from 'typeorm';
import { bulkItems, createCommerceCustomer, refusalOf, sampleItem } from '../support/commerce-items';
import { describeEachEngine } from '../support/engines';
import { Api, RunningService, startService, Tenant } from '../support/service';

const IDENTITY = { source: 'REST-API', sourceId: '3002196', language: 'en' };
/** For each field a value as it is answered, and as it is sent where that differs. */
const OTHER_VALUES: readonly [field: string, value: string, ...sent: unknown[]][] = [
  ['debtorId', '0012345678901234567890'],
  ['firstName', 'Mileş'],
  ['middleName', '😀 van der'],
  ['lastName', "O'McCoy; --"],
  ['abbreviation', 'M.'],
  ['title', 'Dr.'],
  ['dateOfBirth', '2000-02-29', '29/02/2000'],
  ['gender', 'U'],
  ['ssn', '*****6789', 123456789],
  ['phone', '+31 26 1234567'],
  ['mobile', '06-12345678'],
  ['email', 'other@example.com'],
  ['primaryLanguage', 'de', 'DE'],
];

describeEachEngine('a customer of the commerce API', (engine) => {
  let service: RunningService;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const create = (changes: object = {}) => createCommerceCustomer(tenant.api, sampleItem(changes));
  const post = (body: object) => tenant.api.post('/customers/').send(body);
  const get = async (id: number) => (await tenant.api.get(`/customers/id/${id}`).expect(200)).body.data;
  const patch = (id: number, change: object) => tenant.api.patch(`/customers/id/${id}`).send(change);
  const found = async () => (await tenant.api.post('/customers/search').send({})).body.total;

  it('comes back from creating and from reading as it was sent, in one spelling', async () => {
    const { addresses: _addresses, ...item } = sampleItem();
    const created = await post(sampleItem()).set('X-Request-Id', 'commerce-1').expect(201);
    expect(created.headers['x-request-id']).toBe('commerce-1');
    const { data } = created.body;
    expect(created.body).toEqual({ data, messages: ['Customer created'], total: 1 });
    expect(data).toEqual({
      ...item,
      ...IDENTITY,
      dateOfBirth: '1993-08-28',
      ssn: '*******1120',
      primaryLanguage: 'nl',
      id: expect.any(Number),
      customerId: expect.stringMatching(/^KC[A-Z0-9]{14}$/),
      name: 'Miles McCoy',
      status: 'ACTIVE',
      parent: null,
      dateCreated: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      dateModified: data.dateCreated,
      version: 1,
    });
    for (const path of [`id/${data.id}`, 'sourceId/3002196']) {
      const read = await tenant.api.get(`/customers/${path}`).expect(200);
      expect(read.body).toEqual({ data, messages: ['Completed'], total: 1 });
      expect(read.headers).toMatchObject({ 'x-request-id': expect.any(String) });
      expect(read.headers).not.toHaveProperty('x-error-type');
    }
  });

  it('is refused where its identity exists, however that is written', async () => {
    await create();
    for (const same of [{}, { sourceId: '3002196' }, { language: 'EN' }, { language: undefined }]) {
      await refusalOf(60004, post(sampleItem(same)));
    }
    const stranger = await service.createTenant();
    await stranger.api.post('/customers/').send(sampleItem()).expect(201);
    await refusalOf(60004, stranger.api.post('/customers/').send(sampleItem()));
    const others = [{ language: 'de' }, { source: 'rest-api' }, { sourceId: '3002196 ' }, { sourceId: '03002196' }];
    for (const other of others) await post(sampleItem(other)).expect(201);
    expect(await found()).toBe(5);
  });

  it('is created once by ten calls at once', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(sampleItem())));
    expect(answers.map(({ body }) => body.error?.code ?? 201).sort()).toEqual([201, ...Array<number>(9).fill(60004)]);
    expect(await found()).toBe(1);
  });

  it.each([
    [{ firstName: 'Miles', middleName: 'van', lastName: 'Coy' }, 'Miles van Coy'],
    [{ lastName: ' McCoy ' }, 'McCoy'],
    [{ firstName: 'Miles' }, 'Miles'],
    [{ abbreviation: 'MM' }, 'MM'],
    [{ firstName: 'a'.repeat(100), middleName: 'b'.repeat(100), lastName: 'c' }, `${'a'.repeat(100)} c`],
  ])('needs no identity when there is a name: %j', async (item, name) => {
    const { body } = await post(item).expect(201);
    expect(body.data).toMatchObject({ ...item, name, source: null, sourceId: null, language: null });
    // Nothing tells two of them apart, so both are created.
    await post(item).expect(201);
    expect(await found()).toBe(2);
  });

  it('needs no name when there is an identity, and the language of the company where it names none', async () => {
    const sql = "UPDATE companies SET default_language = 'fr' WHERE id = ?";
    await service.app.get(DataSource).query(sql, [tenant.company.id]);
    const { body } = await post({ source: 'X', sourceId: 7 }).expect(201);
    expect(body.data).toMatchObject({ name: 'X 7', sourceId: '7', language: 'fr', primaryLanguage: null });
    const dutch = await post({ source: 'Y', sourceId: 7, primaryLanguage: 'NL' }).expect(201);
    expect(dutch.body.data).toMatchObject({ language: 'nl', primaryLanguage: 'nl' });
  });

  it('is refused with nothing or half an identity to call it by', async () => {
    const halves = [{ source: 'X' }, { sourceId: 'X' }, { source: 'X', language: 'en' }];
    const named = halves.map((half) => ({ ...half, lastName: 'McCoy' }));
    for (const body of [{}, { debtorId: '1' }, { lastName: 'X', firstName: ' ' }, ...named]) {
      await refusalOf(10017, post(body));
    }
    expect(await found()).toBe(0);
  });

  it.each([
    [
      { email: 5, id: 1 },
      ['#/email: expected type: String, found: Integer', '#: extraneous key [id] is not permitted'],
    ],
    [{ company: 'x' }, ['#: extraneous key [company] is not permitted']],
    [{ source: null }, ['#/source: expected type: String, found: Null']],
    [{ sourceId: null }, ['#/sourceId: expected type: String or Integer, found: Null']],
    [{ language: null }, ['#/language: expected type: String, found: Null']],
    [{ addresses: null }, ['#/addresses: expected type: JSONArray, found: Null']],
    [{ parent: 5 }, ['#/parent: expected type: JSONObject, found: Integer']],
    [{ firstName: 'x'.repeat(101) }, ['#/firstName: expected maxLength: 100, actual: 101']],
  ])('is refused when it breaks the schema, each fault in the printed grammar: %.60j', async (fault, messages) => {
    const { id } = await create();
    for (const request of [post(sampleItem({ sourceId: 1, ...fault })), patch(id, { title: 'lost', ...fault })]) {
      expect((await refusalOf(10007, request)).sort()).toEqual(messages);
    }
    expect([await found(), await get(id)]).toMatchObject([1, { title: 'Mr.', version: 1 }]);
  });

  it('is looked up by id and sourceId and nothing else', async () => {
    for (const key of ['name', 'ID', 'sourceid', 'debtorId']) {
      await refusalOf(10006, tenant.api.get(`/customers/${key}/1`));
      await refusalOf(10006, tenant.api.patch(`/customers/${key}/1`).send({ title: 'x' }));
    }
    for (const value of ['abc', '0', '-1', '1.5', '01', '1e3', '9'.repeat(40)]) {
      await refusalOf(10017, tenant.api.get(`/customers/id/${value}`));
    }
    for (const path of ['id/999999999999', 'sourceId/999', 'sourceId/%F0%9F%98%80', "sourceId/1'--"]) {
      await refusalOf(60006, tenant.api.get(`/customers/${path}`));
      await refusalOf(60006, tenant.api.patch(`/customers/${path}`).send({ title: 'x' }));
    }
    await refusalOf(10017, tenant.api.get('/customers/sourceId/1?language=xx'));
  });

  it('is found by its source id character for character', async () => {
    for (const sourceId of ['abc', 'ABC', 'abc ', 'àbc', 'a/b c%?#', '😀']) {
      const { id } = await create({ sourceId });
      const { body } = await tenant.api.get(`/customers/sourceId/${encodeURIComponent(sourceId)}`).expect(200);
      expect(body.data).toMatchObject({ id, sourceId });
    }
  });

  it('is one of several until source and language say which', async () => {
    const { id: german } = await create({ language: 'de' });
    const { id: english } = await create();
    const { id: other } = await create({ source: 'OTHER', language: 'de' });
    const call = (query: object) => tenant.api.get('/customers/sourceId/3002196').query(query);
    const change = (query: object) => tenant.api.patch('/customers/sourceId/3002196').query(query).send({ title: 'T' });
    for (const query of [{}, { source: 'REST-API' }, { language: 'de' }]) {
      for (const request of [call(query), change(query)]) await refusalOf(60005, request);
    }
    for (const [query, id] of [
      [{ source: 'OTHER' }, other],
      [{ language: 'en' }, english],
      [{ source: 'REST-API', language: 'DE' }, german],
    ] as const) {
      expect((await call(query).expect(200)).body.data).toMatchObject({ id, title: 'Mr.' });
      expect((await change(query).expect(200)).body.data).toMatchObject({ id, title: 'T' });
    }
    await refusalOf(60006, call({ source: 'OTHER', language: 'en' }));
  });

  it.each(OTHER_VALUES)('changes %s alone by PATCH, clears it by null', async (field, value, ...[sent = value]) => {
    let stored = await create({ source: undefined, sourceId: undefined, language: undefined, middleName: 'x' });
    const step = async (to: unknown, shown: unknown) => {
      const { body } = await patch(stored.id, { [field]: to }).expect(200);
      const { name, dateModified } = body.data;
      const data = { ...stored, [field]: shown, version: Number(stored.version) + 1, name, dateModified };
      expect(body).toEqual({ data, messages: ['Customer updated'], total: 1 });
      const unchanged = await patch(stored.id, { [field]: to }).expect(200);
      expect(unchanged.body).toEqual({ data, messages: ['Customer unchanged'], total: 1 });
      stored = await get(stored.id);
      expect(stored).toEqual(data);
    };
    await step(sent, value);
    await step(null, null);
  });

  it('keeps its version when a PATCH says what is stored already', async () => {
    const before = await create();
    for (const same of [{}, sampleItem({ addresses: [] }), { dateOfBirth: '1993-08-28', language: 'EN' }]) {
      expect((await patch(before.id, same).expect(200)).body.data).toEqual(before);
    }
  });

  it('moves to another identity, which must be free, and leaves the old one free', async () => {
    const { id } = await create();
    const { id: other } = await create({ language: 'de' });
    await refusalOf(60004, patch(id, { ...IDENTITY, sourceId: 3002196, language: 'DE', title: 'lost' }));
    expect(await get(id)).toMatchObject({ ...IDENTITY, title: 'Mr.', version: 1 });
    const moved = { source: 'NEW', sourceId: 'n1', language: 'fr' };
    expect((await patch(id, moved).expect(200)).body.data).toMatchObject({ ...moved, version: 2 });
    expect((await tenant.api.get('/customers/sourceId/n1')).body.data).toMatchObject({ id });
    await patch(other, IDENTITY).expect(200);
    expect((await tenant.api.get('/customers/sourceId/3002196')).body.data).toMatchObject({ id: other, ...IDENTITY });
    await refusalOf(60004, patch(other, moved));
  });

  it.each([{ language: 'DE' }, { source: 'OTHER' }])('cannot take half of a taken identity: %j', async (half) => {
    const { id } = await create();
    await create(half);
    await refusalOf(60004, patch(id, { ...half, title: 'lost' }));
    const [{ error }] = await bulkItems(tenant.api, [{ id, ...half }], 'id');
    expect(error).toMatchObject({ code: 60004, type: 'CustomerExists' });
    expect(await get(id)).toMatchObject({ ...IDENTITY, title: 'Mr.', version: 1 });
  });

  it('gives an identity that two customers want at once to one of them', async () => {
    const customers = [await create({ sourceId: 'a' }), await create({ sourceId: 'b' })];
    const answers = await Promise.all(customers.map(({ id }) => patch(id, IDENTITY)));
    expect(answers.map(({ body }) => body.error?.code ?? 200).sort()).toEqual([200, 60004]);
  });

  it('loses no change of 20 PATCHes at once', async () => {
    const { id } = await create();
    const changes = Array.from({ length: 20 }, (_, index) => ({ title: `T${index}` }));
    const answers = await Promise.all(changes.map((change) => patch(id, change).expect(200)));
    const versions = answers.map(({ body }) => body.data.version as number).sort((a, b) => a - b);
    expect(versions).toEqual(answers.map((_, index) => index + 2));
  });

  it('does not exist for another company', async () => {
    const before = await create();
    const { api } = await service.createTenant();
    for (const path of [`id/${before.id}`, 'sourceId/3002196', 'sourceId/3002196?source=REST-API&language=en']) {
      const stolen = { title: 'stolen', source: 'a', sourceId: 'b' };
      for (const request of [api.get(`/customers/${path}`), api.patch(`/customers/${path}`).send(stolen)]) {
        expect((await refusalOf(60006, request)).join()).not.toMatch(/Miles|KC/);
      }
    }
    expect(await get(before.id)).toEqual(before);
  });

  it('is read and written under the scope for that', async () => {
    const path = '/customers/id/1';
    const reads = (api: Api) => [api.get(path), api.get(`${path}/addresses`), api.post('/customers/search').send({})];
    const writes = (api: Api) => [
      api.patch(path).send({}),
      ...['', '/id/1/addresses', '/id/1/addresses/bulk', '/bulk/id'].map((to) => api.post(`/customers${to}`).send({})),
    ];
    const reader = await service.createTenant({ scopes: ['customers:read'] });
    const writer = await service.createTenant({ scopes: ['customers:write', 'customers:pii'] });
    for (const request of [...writes(reader.api), ...reads(writer.api)]) await refusalOf(403, request);
    for (const request of [...reads(service.anonymous), ...writes(service.anonymous)]) await refusalOf(401, request);
    await reader.api.post('/customers/search').send({}).expect(200);
    await writer.api.post('/customers/').send(sampleItem()).expect(201);
  });
});
