import {
  BY_SOURCE_ID,
  bookOf,
  idsOf,
  readCustomer,
  rowsOf,
  sampleAddress,
  sampleItem,
  upsert,
  verdictsOf,
} from '../support/commerce-items';
import { createCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';

const SOURCE = 'REST-API';
const item = (sourceId: string | number, changes: object = {}) => ({ source: SOURCE, sourceId, ...changes });

/** Always the same disorder. */
function shuffled<T>(values: readonly T[]): T[] {
  const order = values.map((value, index) => ({ value, place: ((index * 7_919) % 104_729) % 31 }));
  return order.sort((a, b) => a.place - b.place).map(({ value }) => value);
}

describeEachEngine('an upsert by source id', (engine) => {
  let service: RunningService;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const call = (...customers: object[]) => upsert(tenant.api, ...customers);
  /** Creates or changes one customer and gives its id. */
  const store = async (customer: object): Promise<number> => idsOf(await call(customer))[0]!;
  const read = (id: number) => readCustomer(tenant.api, id);

  it('is answered as published, byte for byte', async () => {
    const id = await store(sampleItem());
    const { text } = await tenant.api
      .post(BY_SOURCE_ID)
      .send({ customers: [sampleItem({ title: 'Dr.' })] })
      .expect(200)
      .expect('Content-Type', 'application/json; charset=utf-8');
    expect(text).toBe(
      `{"data":[{"action":"update","id":${id},"key":3002196,"lookupKey":"sourceId","success":true}],` +
        '"messages":["Completed"],"total":1}',
    );
    const { data } = await call(sampleItem({ sourceId: '3002196' }), sampleItem({ sourceId: 'ü 1' }));
    expect(data.map(({ key }: any) => key)).toEqual(['3002196', 'ü 1']);
    expect(data[0].id).toBe(id);
  });

  it('answers creations, updates and items that fail in the order of the request', async () => {
    const known = Array.from({ length: 10 }, (_, index) => item(`known ${index}`));
    const ids = new Map(idsOf(await call(...known)).map((id, index) => [`known ${index}`, id]));
    await call(item('twice', { language: 'en' }), item('twice', { language: 'de' }));
    const before = await bookOf(service, tenant);

    const customers = shuffled([
      ...known.map(({ sourceId }) => item(sourceId, { title: 'Dr.', expected: 'update' })),
      ...known.map((_, index) => item(index, { title: 'Dr.', expected: 'create' })),
      ...known.slice(0, 3).map((_, index) => item('twice', { title: `Dr. ${index}`, expected: 60005 })),
      item('orphan', { parent: { id: 999_999_999 }, expected: 60007 }),
      item('known 5', { title: 'Mr.', parent: { source: SOURCE, sourceId: 'nobody' }, expected: 60007 }),
      item('known 6', { title: 'Mr.', parent: { source: SOURCE, sourceId: 'known 6' }, expected: 10017 }),
    ]);
    const answer = await call(...customers.map(({ expected: _expected, ...customer }: any) => customer));
    expect(verdictsOf(answer)).toEqual(customers.map(({ expected }: any) => expected));
    expect(answer.data.map(({ key }: any) => key)).toEqual(customers.map(({ sourceId }) => sourceId));
    expect(answer.messages).toEqual(['Completed with errors']);

    const after = await rowsOf(service, tenant, 'customers');
    const stored = new Map(after.map(({ source_id, id, title, version }) => [source_id, { id, title, version }]));
    for (const { key, id, action, success } of answer.data) {
      if (success !== true) continue;
      const version = action === 'create' ? 1 : 2;
      expect({ key, ...stored.get(String(key)) }).toEqual({ key, id, title: 'Dr.', version });
      if (action === 'update') expect(id).toBe(ids.get(key));
    }
    expect(after).toHaveLength(before['customers']!.length + 10);
    expect(after.filter(({ source_id }) => source_id === 'twice')).toEqual(
      before['customers']!.filter(({ source_id }) => source_id === 'twice'),
    );
  });

  it('says of an item that fails which, and why, and leaves it out', async () => {
    await call(item('twice', { language: 'en' }), item('twice', { language: 'de' }));
    const { data, raw } = await call(item('twice', { ssn: '078-05-1120' }), item(7, { parent: { id: 999_999_999 } }));
    for (const entry of data) {
      expect(Object.keys(entry)).toEqual(['action', 'id', 'key', 'lookupKey', 'success', 'error']);
      expect(Object.keys(entry.error)).toEqual(['code', 'type', 'messages']);
    }
    expect(data).toMatchObject([
      {
        action: 'update',
        id: null,
        key: 'twice',
        lookupKey: 'sourceId',
        success: false,
        error: { code: 60005, type: 'CustomerMultipleFound', messages: [expect.stringContaining('language')] },
      },
      {
        action: 'create',
        id: null,
        key: 7,
        lookupKey: 'sourceId',
        success: false,
        error: { code: 60007, type: 'ParentCustomerNotFound', messages: [expect.stringContaining('999999999')] },
      },
    ]);
    expect(raw).not.toMatch(/05-1120|SQL|stack/i);
    expect(await rowsOf(service, tenant, 'customers')).toHaveLength(2);
  });

  it('stores every field, in one spelling', async () => {
    const parent = await store(item('parent'));
    const id = await store(
      sampleItem({ dateOfBirth: '28/08/1993', language: 'EN', primaryLanguage: 'NL', debtorId: 12345, ssn: 78051120 }),
    );
    await call(sampleItem({ parent: { id: parent }, ssn: 78051120 }));
    expect(await read(id)).toMatchObject({
      source: SOURCE,
      sourceId: '3002196',
      language: 'en',
      name: 'Miles McCoy',
      status: 'ACTIVE',
      debtorId: '12345',
      firstName: 'Miles',
      middleName: null,
      lastName: 'McCoy',
      abbreviation: 'MM',
      title: 'Mr.',
      dateOfBirth: '1993-08-28',
      gender: 'M',
      ssn: '****1120',
      phone: '0032445888',
      mobile: '0038975648',
      email: 'miles@example.com',
      primaryLanguage: 'nl',
      parent: { id: parent, source: SOURCE, sourceId: 'parent' },
      version: 2,
    });
    const { body } = await tenant.api.get(`/customers/id/${id}/addresses`);
    expect(body.data).toEqual([{ id: expect.any(Number), ...sampleAddress({ middleName: null }) }]);
  });

  const FIELDS: [string, unknown, object?][] = [
    ['debtorId', 'D 1'],
    ['firstName', 'Miles', { name: 'de McCoy' }],
    ['middleName', 'de', { name: 'Miles McCoy' }],
    ['lastName', 'McCoy', { name: 'Miles de' }],
    ['abbreviation', 'MM'],
    ['title', 'Mr.'],
    ['dateOfBirth', '1993-08-28'],
    ['gender', 'M'],
    ['ssn', '078-05-1120'],
    ['phone', '0032445888'],
    ['mobile', '0038975648'],
    ['email', 'miles@example.com'],
    ['primaryLanguage', 'nl'],
  ];
  const full = { ...Object.fromEntries(FIELDS), parent: { source: SOURCE, sourceId: 'the parent' } };

  it('keeps what an item does not name, and clears what it names as null, field by field', async () => {
    await call(item('the parent'));
    const ids = idsOf(await call(...FIELDS.map(([field]) => item(field, full))));
    const before = await Promise.all(ids.map(read));
    expect(verdictsOf(await call(...FIELDS.map(([field]) => item(field))))).toEqual(FIELDS.map(() => 'update'));
    expect(await Promise.all(ids.map(read))).toEqual(before);

    await call(...FIELDS.map(([field]) => item(field, { [field]: null })));
    const after = await Promise.all(ids.map(read));
    const cleared = FIELDS.map(([field, , others], index) => ({
      ...before[index],
      ...others,
      [field]: null,
      version: 2,
      dateModified: after[index].dateModified,
    }));
    expect(after).toEqual(cleared);
  });

  it('gives each field anew, and tells in the history what it was before', async () => {
    const parents = idsOf(await call(item('the parent'), item('another')));
    const id = await store(item('x', full));
    const changes = {
      debtorId: ['D 1', 'D 2'],
      firstName: ['Miles', 'Mila'],
      dateOfBirth: ['1993-08-28', '1993-08-29'],
      gender: ['M', 'F'],
      primaryLanguage: ['nl', 'de'],
    };
    const to = Object.fromEntries(Object.entries(changes).map(([field, [, value]]) => [field, value]));
    const { jobId } = await call(item('y'), item('x', { ...to, parent: { id: parents[1] } }));
    expect(await read(id)).toMatchObject({ ...to, parent: { id: parents[1] }, middleName: 'de', version: 2 });
    const { customerId } = await read(id);
    const { body } = await tenant.api.get(`/api/v0/customer/${customerId}/history`).expect(200);
    const [last] = body.payload.items;
    expect(last).toMatchObject({ jobId, row: 2, version: 2 });
    const told = last.changes.map(({ field, ...change }: any) => [field, [change.from, change.to]]);
    expect(Object.fromEntries(told)).toEqual({
      ...changes,
      legalName: ['Miles de McCoy', 'Mila de McCoy'],
      parent: parents,
    });
  });

  it('leaves a customer that is as the item says untouched, however it is spelled', async () => {
    const customers = [
      sampleItem({ addresses: [sampleAddress(), sampleAddress({ code: undefined, isDefault: null })] }),
      item('known', { parent: { source: SOURCE, sourceId: 3002196 } }),
    ];
    const first = await call(...customers);
    const before = await bookOf(service, tenant);
    const spelled = {
      sourceId: '3002196',
      debtorId: 12345,
      dateOfBirth: '1993-08-28',
      language: 'EN',
      primaryLanguage: 'nl',
      addresses: [sampleAddress({ code: undefined, isDefault: 'N' }), sampleAddress({ country: 'nl' })],
    };
    const again = await call(sampleItem(spelled), item('known', { parent: { id: first.data[0].id } }), item('known'));
    expect(verdictsOf(again)).toEqual(['update', 'update', 'update']);
    expect(again.messages).toEqual(['Completed']);
    expect(await bookOf(service, tenant)).toEqual(before);
    const { body } = await tenant.api.get(`/api/v0/bulk/jobs/${again.jobId}`);
    expect(body.payload.counters).toMatchObject({ received: 3, created: 0, updated: 0, unchanged: 3 });
  });

  it('works on the same customers as the receivables API, each keeping what the other wrote', async () => {
    const id = await store(sampleItem());
    const path = `/api/v0/customer/${(await read(id)).customerId}`;
    const own = { legalName: 'McCoy Limited', creditLimit: '10.50', pinCode: '560001', branchCodes: ['B'] };
    await tenant.api.patch(path).send(own).expect(200);
    await createCustomer(tenant.api, { uniqueRefNo: 'other' });
    expect(await store(sampleItem({ lastName: 'Smith' }))).toBe(id);
    expect(await read(id)).toMatchObject({ name: 'McCoy Limited', lastName: 'Smith', version: 3 });
    expect((await tenant.api.get(path)).body.payload).toMatchObject({ ...own, version: 3 });
  });
});
