import fc from 'fast-check';
import { bulk, CREATE, UPDATE } from '../support/bulk';
import { bulkItems, createCommerceCustomer, refusalOf, sampleAddress, sampleItem } from '../support/commerce-items';
import { createCustomer, sampleCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { refusedFields } from '../support/refusals';
import { RunningService, startService, Tenant } from '../support/service';

const PATH = '/api/v0/customer';
/** All members of a customer in an answer of the receivables API. */
const RECEIVABLES_MEMBERS = [
  ...Object.keys(sampleCustomer()),
  ...['customerId', 'status', 'customerKeyContacts', 'customerReminders', 'version', 'createdAt', 'updatedAt'],
].sort();

describeEachEngine('one customer in two APIs', (engine) => {
  let service: RunningService;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const items = (customers: object[], by?: 'id') => bulkItems(tenant.api, customers, by);
  const commerce = async (id: number) => (await tenant.api.get(`/customers/id/${id}`).expect(200)).body.data;
  const patchCommerce = async (id: number, change: object) =>
    (await tenant.api.patch(`/customers/id/${id}`).send(change).expect(200)).body.data;
  const receivables = async (customerId: string) =>
    (await tenant.api.get(`${PATH}/${customerId}`).expect(200)).body.payload;
  const patchReceivables = async (customerId: string, change: object) =>
    (await tenant.api.patch(`${PATH}/${customerId}`).send(change).expect(200)).body.payload;
  const history = async (customerId: string) =>
    (await tenant.api.get(`${PATH}/${customerId}/history`)).body.payload.items;
  /** The one customer the commerce API finds. */
  const only = async () => {
    const { data, total } = (await tenant.api.post('/customers/search').send({}).expect(200)).body;
    expect(total).toBe(1);
    return data[0];
  };

  it('made by commerce is found, changed and deactivated by receivables', async () => {
    const [{ id }] = await items([sampleItem()]);
    const { body } = await tenant.api.post(`${PATH}/search`).send({ legalName: 'Miles' }).expect(200);
    const [found] = body.payload.items;
    const { customerId } = await commerce(id);
    expect(found).toMatchObject({ customerId, legalName: 'Miles McCoy', status: 'ACTIVE', version: 1 });
    expect(await receivables(customerId)).toEqual(found);

    const before = await commerce(id);
    const { legalName: _name, ...fields } = sampleCustomer();
    const patched = await patchReceivables(customerId, fields);
    expect(patched).toMatchObject({ ...fields, legalName: 'Miles McCoy', version: 2 });
    const answer = await bulk(tenant.api, UPDATE, [
      ['customerId', 'address', 'creditLimit'],
      [customerId, 'By file', '7.5'],
    ]);
    expect(answer).toMatchObject({ success_count: 1, successRequests: [{ customerId, action: 'updated' }] });
    const byNumber = await bulk(tenant.api, UPDATE, [
      ['uniqueRefNo', 'address'],
      ['CUST-00042', 'By number'],
    ]);
    expect(byNumber.successRequests[0].customerId).toBe(customerId);
    expect(await receivables(customerId)).toMatchObject({ address: 'By number', creditLimit: '7.50', version: 4 });
    const changed = await commerce(id);
    expect(changed).toEqual({ ...before, version: 4, dateModified: changed.dateModified });
    await tenant.api.put(`${PATH}/deactivate/${customerId}`).expect(200);
    const after = await commerce(id);
    expect(after).toEqual({ ...changed, status: 'INACTIVE', version: 5, dateModified: after.dateModified });
    expect(after.dateModified > changed.dateModified && changed.dateModified > before.dateModified).toBe(true);
    expect((await tenant.api.get(`/customers/id/${id}/addresses`)).body.data).toMatchObject([sampleAddress()]);
  });

  it('deleted by receivables is gone for commerce, and its identity free again', async () => {
    const [{ id }] = await items([sampleItem()]);
    const { customerId } = await commerce(id);
    await tenant.api.delete(`${PATH}/${customerId}`).expect(200);
    for (const path of [`id/${id}`, 'sourceId/3002196', 'sourceId/3002196?source=REST-API&language=en']) {
      await refusalOf(60006, tenant.api.get(`/customers/${path}`));
      await refusalOf(60006, tenant.api.patch(`/customers/${path}`).send({ title: 'x' }));
    }
    await refusalOf(60006, tenant.api.get(`/customers/id/${id}/addresses`));
    await refusalOf(60006, tenant.api.post(`/customers/id/${id}/addresses`).send(sampleAddress()));
    const [refused] = await items([{ id, title: 'x' }], 'id');
    expect(refused.error).toMatchObject({ code: 60006, type: 'CustomerNotFound' });
    expect((await tenant.api.post('/customers/search').send({})).body).toMatchObject({ data: [], total: 0 });

    const [again] = await items([sampleItem({ language: undefined, ssn: undefined, addresses: [] })]);
    expect(again).toMatchObject({ action: 'create', success: true });
    expect(again.id).not.toBe(id);
    expect(await commerce(again.id)).toMatchObject({ ssn: null, version: 1 });
    expect((await tenant.api.get(`/customers/id/${again.id}/addresses`)).body.data).toEqual([]);
  });

  it.each([
    ['a request', () => createCustomer(tenant.api, { legalName: 'Xylo' })],
    [
      'a file',
      async () => {
        const cells = [
          ['legalName', 'uniqueRefNo', 'address'],
          ['Xylo', 'CUST-00042', '14 MG Road, Bengaluru'],
        ];
        return receivables((await bulk(tenant.api, CREATE, cells)).successRequests[0].customerId);
      },
    ],
  ])('made by %s of receivables is found and changed by commerce, and taken over by source id', async (_way, make) => {
    const before = await make();
    const { customerId } = before;
    const found = await only();
    const { id } = found;
    expect(found).toMatchObject({ customerId, name: 'Xylo', source: null, sourceId: null, language: null, version: 1 });
    expect(await commerce(id)).toEqual(found);
    expect((await patchCommerce(id, { debtorId: 7, ssn: '078-05-1120' })).ssn).toBe('*******1120');
    await items([{ id, gender: 'F' }], 'id');
    await refusalOf(10017, tenant.api.patch(`/customers/id/${id}`).send({ source: 'S' }));
    const identity = { source: 'S', sourceId: 4711 };
    const known = { source: 'S', sourceId: '4711', language: 'en', version: 4 };
    expect(await patchCommerce(id, identity)).toMatchObject(known);
    const [upserted] = await items([{ ...identity, title: 'Dr.', addresses: [sampleAddress()] }]);
    expect(upserted).toEqual({ action: 'update', id, key: 4711, lookupKey: 'sourceId', success: true });
    const changed = { name: 'Xylo', debtorId: '7', gender: 'F', title: 'Dr.', version: 5 };
    expect(await only()).toMatchObject({ id, customerId, ...changed });
    const after = await receivables(customerId);
    expect(after).toEqual({ ...before, version: 5, updatedAt: after.updatedAt });
  });

  it('keeps a legal name that receivables gave, whatever its names become', async () => {
    const { customerId } = await createCustomer(tenant.api, { legalName: 'Xylo Traders' });
    const { id } = await only();
    for (const names of [{ firstName: 'Miles' }, { lastName: 'McCoy' }, { source: 'S', sourceId: '1' }]) {
      expect(await patchCommerce(id, names)).toMatchObject({ ...names, name: 'Xylo Traders' });
    }
    const made = await createCommerceCustomer(tenant.api, { source: 'S', sourceId: 2, lastName: 'McCoy' });
    await patchReceivables(made.customerId, { legalName: 'McCoy & Sons' });
    await items([
      { source: 'S', sourceId: 2, firstName: 'Miles' },
      { source: 'S', sourceId: 1, firstName: 'Miles' },
    ]);
    expect((await commerce(made.id)).name).toBe('McCoy & Sons');
    expect((await receivables(customerId)).legalName).toBe('Xylo Traders');
  });

  it('keeps following its names as long as nobody gave it a legal name', async () => {
    const { id, customerId } = await createCommerceCustomer(tenant.api, { source: 'S', sourceId: 1 });
    for (const [names, legalName] of [
      [{ lastName: 'McCoy' }, 'McCoy'],
      [{ firstName: 'Miles', title: 'Mr.' }, 'Miles McCoy'],
      [{ middleName: 'van' }, 'Miles van McCoy'],
      [{ firstName: null, middleName: null, lastName: null, abbreviation: 'MM' }, 'MM'],
      [{ abbreviation: null }, 'S 1'],
      [{ sourceId: '2' }, 'S 2'],
      [{ lastName: 'Coy' }, 'Coy'],
    ] as const) {
      expect((await patchCommerce(id, names)).name).toBe(legalName);
      expect((await receivables(customerId)).legalName).toBe(legalName);
      await patchReceivables(customerId, { address: `Address of ${legalName}` });
    }
    const named = (await history(customerId)).flatMap(({ changes }: any) =>
      changes.filter(({ field }: any) => field === 'legalName'),
    );
    expect(named[0]).toEqual({ field: 'legalName', from: 'S 2', to: 'Coy' });
    expect(named).toHaveLength(8);
  });

  it('shows receivables nothing that is commerce’s, and never the social security number', async () => {
    const parent = await createCommerceCustomer(tenant.api, { source: 'S', sourceId: 'Parent' });
    const ssn = { ssn: '078-05-1120', parent: { id: parent.id } };
    const { id, customerId } = await createCommerceCustomer(tenant.api, sampleItem(ssn));
    await patchCommerce(id, { ssn: '219-09-9999' });
    const read = await tenant.api.get(`${PATH}/${customerId}`);
    const patched = await tenant.api.patch(`${PATH}/${customerId}`).send({ address: 'x' });
    const found = await tenant.api.post(`${PATH}/search`).send({ customerId });
    for (const customer of [read.body.payload, patched.body.payload, found.body.payload.items[0]]) {
      expect(Object.keys(customer).sort()).toEqual(RECEIVABLES_MEMBERS);
    }
    const told = await tenant.api.get(`${PATH}/${customerId}/history`).expect(200);
    for (const { text } of [read, patched, found, told]) expect(text).not.toMatch(/[-*](1120|9999)|v1\./);
    const [, change, creation] = told.body.payload.items;
    expect(change.changes).toEqual([{ field: 'ssn', from: '********', to: '********' }]);
    expect(creation.changes).toContainEqual({ field: 'lastName', from: null, to: 'McCoy' });
    const foreign = { ssn: '1234', debtorId: '1', firstName: 'Miles', source: 'S' };
    const refused = await refusedFields(tenant.api.patch(`${PATH}/${customerId}`).send(foreign));
    expect(refused).toEqual(Object.keys(foreign));
  });

  it('changed by both keeps of each what that one wrote', async () => {
    const unit = fc.constantFrom(...'aZ9 é😀\'"%_;');
    const text = (maxLength: number) => fc.option(fc.string({ minLength: 1, maxLength, unit }));
    const names = { firstName: text(100), lastName: text(100), title: text(50) };
    const ours = { ...names, debtorId: text(64), phone: text(30), gender: fc.constantFrom('M', 'F', null) };
    const theirs = {
      ...{ uniqueRefNo: text(50), address: text(500), assignedAgent: text(100) },
      creditLimit: fc.option(fc.integer({ min: 0, max: 1e9 }).map((cents) => (cents / 100).toFixed(2))),
      paymentTermsDays: fc.option(fc.integer({ min: 0, max: 365 })),
      branchCodes: fc.constantFrom([], ['A'], ['A', 'B']),
    };
    const some = (fields: object) => fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<object>;
    const rounds = fc.array(fc.tuple(some(ours), some(theirs), fc.boolean()), { minLength: 3, maxLength: 8 });
    const run = async (changes: [object, object, boolean][]): Promise<void> => {
      const { api } = (tenant = await service.createTenant());
      const { customerId } = await createCustomer(api, { legalName: 'Xylo' });
      const { id } = await only();
      const [left, right] = [await commerce(id), await receivables(customerId)];
      for (const [own, other, atOnce] of changes) {
        const first = patchCommerce(id, own);
        if (!atOnce) await first;
        await Promise.all([first, patchReceivables(customerId, other)]);
        Object.assign(left, own);
        Object.assign(right, other);
        const [ourView, theirView] = [await commerce(id), await receivables(customerId)];
        expect(ourView).toEqual({ ...left, version: theirView.version, dateModified: theirView.updatedAt });
        expect(theirView).toEqual({ ...right, version: ourView.version, updatedAt: ourView.dateModified });
      }
      const entries = await history(customerId);
      expect(entries.map(({ version }: any) => version)).toEqual(
        entries.map((_: unknown, at: number) => entries.length - at),
      );
    };
    await fc.assert(fc.asyncProperty(rounds, run), { numRuns: 12, endOnFailure: true });
  });
});
