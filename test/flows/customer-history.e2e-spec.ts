import { createCustomer, sampleCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { refusedFields } from '../support/refusals';
import { RunningService, startService, Tenant } from '../support/service';

const PATH = '/api/v0/customer';

describeEachEngine('the history of a customer', (engine) => {
  let service: RunningService;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const patch = (id: string, change: object) => tenant.api.patch(`${PATH}/${id}`).send(change).expect(200);
  const page = async (id: string, query: object = {}) =>
    (await tenant.api.get(`${PATH}/${id}/history`).query(query).expect(200)).body.payload;

  it('begins with every field the customer was given', async () => {
    const customer = await createCustomer(tenant.api);
    const { items, nextCursor } = await page(customer.customerId);
    expect(nextCursor).toBeNull();
    expect(items).toEqual([
      {
        at: customer.createdAt,
        by: expect.stringMatching(/^key:/),
        jobId: null,
        row: null,
        version: 1,
        changes: Object.entries(sampleCustomer()).map(([field, to]) => ({ field, from: null, to })),
      },
    ]);
  });

  it('tells what changed from what to what, newest first, with the version after it', async () => {
    const { customerId } = await createCustomer(tenant.api);
    await patch(customerId, { creditLimit: '150000.51', branchCodes: ['A', 'B'], address: '14 MG Road, Bengaluru' });
    await patch(customerId, { address: null, paymentTermsDays: 0 });
    await tenant.api.put(`${PATH}/deactivate/${customerId}`).expect(200);
    const { items } = await page(customerId);
    expect(items.map(({ version, changes }: any) => ({ version, changes })).slice(0, 3)).toEqual([
      { version: 4, changes: [{ field: 'status', from: 'ACTIVE', to: 'INACTIVE' }] },
      {
        version: 3,
        changes: [
          { field: 'address', from: '14 MG Road, Bengaluru', to: null },
          { field: 'paymentTermsDays', from: 30, to: 0 },
        ],
      },
      {
        version: 2,
        changes: [
          { field: 'branchCodes', from: ['BLR-01'], to: ['A', 'B'] },
          { field: 'creditLimit', from: '150000.50', to: '150000.51' },
        ],
      },
    ]);
    expect(items.map(({ at }: any) => at)).toEqual(
      items
        .map(({ at }: any) => at)
        .sort()
        .reverse(),
    );
  });

  it('tells changes of contacts and reminders too', async () => {
    const { customerId } = await createCustomer(tenant.api);
    const contact = { name: 'A', legalName: 'B', mobile: '9812345678' };
    const { body } = await patch(customerId, {
      customerKeyContacts: [contact],
      customerReminders: [{ reminderType: 'ONCE' }],
    });
    const [{ keyContactPersonId }] = body.payload.customerKeyContacts;
    await patch(customerId, { customerKeyContacts: [{ keyContactPersonId, name: 'C' }] });
    const { items } = await page(customerId);
    const path = `customerKeyContacts[${keyContactPersonId}]`;
    expect(items[0].changes).toEqual([{ field: `${path}.name`, from: 'A', to: 'C' }]);
    expect(items[1].changes).toContainEqual({ field: `${path}.mobile`, from: null, to: '9812345678' });
    expect(items[1].changes).toContainEqual({
      field: 'customerReminders',
      from: [],
      to: body.payload.customerReminders,
    });
  });

  it('gets no entry from a request that was refused or changed nothing', async () => {
    const { customerId } = await createCustomer(tenant.api);
    await patch(customerId, { address: '14 MG Road, Bengaluru' });
    await tenant.api.patch(`${PATH}/${customerId}`).send({ ifsc: null, address: 'new' }).expect(400);
    expect((await page(customerId)).items).toHaveLength(1);
  });

  it('names who made each change', async () => {
    const { customerId } = await createCustomer(tenant.api);
    const parent = await service.createTenant();
    const child = await service.createTenant({ parent: parent.company });
    const { body } = await child.api.post(PATH).send({ legalName: 'Xylo' }).expect(200);
    const id = body.payload.customerId;
    const scope = { parentCompanyId: child.company.companyId };
    await parent.api.patch(`${PATH}/${id}`).query(scope).send({ address: 'x' }).expect(200);
    const { items } = (await child.api.get(`${PATH}/${id}/history`).expect(200)).body.payload;
    expect(items[0].by).toMatch(/^key:/);
    expect(items[0].by).not.toBe(items[1].by);
    expect((await page(customerId)).items[0].by).not.toBe(items[1].by);
  });

  it('pages by cursor without losing or repeating an entry', async () => {
    const { customerId } = await createCustomer(tenant.api);
    for (let index = 0; index < 6; index++) await patch(customerId, { address: `Street ${index}` });
    const versions: number[] = [];
    let cursor: string | null = null;
    do {
      const { items, nextCursor }: any = await page(customerId, { limit: 3, ...(cursor !== null && { cursor }) });
      expect(items.length).toBeLessThanOrEqual(3);
      versions.push(...items.map(({ version }: any) => version));
      cursor = nextCursor;
      // What happens meanwhile is newer than the first page.
      await patch(customerId, { legalName: `Name ${versions.length}` });
    } while (cursor !== null);
    expect(versions).toEqual([7, 6, 5, 4, 3, 2, 1]);
  });

  it('refuses limits and cursors that are none', async () => {
    const { customerId } = await createCustomer(tenant.api);
    for (const [name, value] of [
      ['limit', '51'],
      ['limit', '0'],
      ['cursor', 'x'],
      ['direction', 'ASC'],
    ] as const) {
      const request = tenant.api.get(`${PATH}/${customerId}/history`).query({ [name]: value });
      expect(await refusedFields(request)).toEqual([name]);
    }
  });
});
