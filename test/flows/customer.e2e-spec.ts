import { createCustomer, sampleCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { refusedFields } from '../support/refusals';
import { RunningService, startService, Tenant } from '../support/service';

const PATH = '/api/v0/customer';
/** A value for each field that differs from the sample's. */
const OTHER_VALUES: Readonly<Record<string, unknown>> = {
  legalName: 'Yonder Mills',
  uniqueRefNo: 'OTHER-1',
  panOrGstin: 'ABCPK1234L',
  contactNumber: '0091-9812345670',
  address: 'Line 1\nLine 2, 😀',
  state: 'Kerala',
  pinCode: '682001',
  assignedAgent: 'agent-8',
  branchCodes: ['KOC-01', 'KOC-02'],
  creditLimit: '0.01',
  paymentTermsDays: 0,
};

describeEachEngine('a customer', (engine) => {
  let service: RunningService;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const get = async (id: string) => (await tenant.api.get(`${PATH}/${id}`).expect(200)).body.payload;
  const patch = async (id: string, change: object) =>
    (await tenant.api.patch(`${PATH}/${id}`).send(change).expect(200)).body.payload;

  it('comes back from creating and from reading exactly as it was sent', async () => {
    const { status, body } = await tenant.api.post(PATH).send(sampleCustomer());
    expect({ status, code: body.response_code, message: body.response_message }).toEqual({
      status: 200,
      code: 0,
      message: 'Success',
    });
    expect(body).not.toHaveProperty('errorResponse');
    const customer = body.payload;
    expect(customer).toEqual({
      ...sampleCustomer(),
      customerId: expect.stringMatching(/^KC[A-Z0-9]{14}$/),
      status: 'ACTIVE',
      customerKeyContacts: [],
      customerReminders: [],
      version: 1,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: customer.createdAt,
    });
    expect(await get(customer.customerId)).toEqual(customer);
  });

  it('needs nothing but a legal name', async () => {
    const { body } = await tenant.api.post(PATH).send({ legalName: 'Xy' }).expect(200);
    expect(body.payload).toMatchObject({ legalName: 'Xy', uniqueRefNo: null, creditLimit: null, branchCodes: [] });
    expect(await refusedFields(tenant.api.post(PATH).send({ uniqueRefNo: 'A' }))).toEqual(['legalName']);
  });

  it.each(Object.entries(OTHER_VALUES))('changes %s alone by a PATCH of it', async (field, value) => {
    const before = await createCustomer(tenant.api, { state: null, panOrGstin: null });
    const after = await patch(before.customerId, { [field]: value });
    expect(after).toEqual({ ...before, [field]: value, version: 2, updatedAt: after.updatedAt });
    expect(await get(before.customerId)).toEqual(after);
  });

  it.each(Object.keys(OTHER_VALUES).filter((field) => field !== 'legalName'))('clears %s by null', async (field) => {
    const before = await createCustomer(tenant.api);
    const after = await patch(before.customerId, { [field]: null });
    const cleared = field === 'branchCodes' ? [] : null;
    expect(after).toEqual({ ...before, [field]: cleared, version: 2, updatedAt: after.updatedAt });
    expect(await get(before.customerId)).toEqual(after);
  });

  it('does not let the legal name be cleared', async () => {
    const { customerId } = await createCustomer(tenant.api);
    expect(await refusedFields(tenant.api.patch(`${PATH}/${customerId}`).send({ legalName: null }))).toEqual([
      'legalName',
    ]);
    expect((await get(customerId)).version).toBe(1);
  });

  it('keeps its version when a PATCH says what is stored already', async () => {
    const before = await createCustomer(tenant.api, { customerReminders: [{ reminderType: 'ONCE' }] });
    expect(await patch(before.customerId, {})).toEqual(before);
    expect(await patch(before.customerId, sampleCustomer())).toEqual(before);
    expect(await patch(before.customerId, { creditLimit: 150000.5 })).toEqual(before);
    expect(await patch(before.customerId, { customerReminders: before.customerReminders })).toEqual(before);
    const bare = await createCustomer(tenant.api, { uniqueRefNo: null, branchCodes: null });
    expect(await patch(bare.customerId, { branchCodes: bare.branchCodes, uniqueRefNo: null })).toEqual(bare);
  });

  it('raises its version by one for a PATCH of many fields and contacts', async () => {
    const { customerId } = await createCustomer(tenant.api);
    const contact = { name: 'A', legalName: 'A', mobile: '9812345678' };
    const after = await patch(customerId, { legalName: 'New', address: 'New', customerKeyContacts: [contact] });
    expect(after.version).toBe(2);
  });

  it('loses no change of 20 PATCHes at once', async () => {
    const { customerId } = await createCustomer(tenant.api);
    const changes = Array.from({ length: 20 }, (_, index) => ({ address: `Street ${index}` }));
    const answers = await Promise.all(changes.map((change) => patch(customerId, change)));
    expect(answers.map(({ version }) => version).sort((a, b) => a - b)).toEqual(changes.map((_, index) => index + 2));
    expect((await get(customerId)).version).toBe(21);
  });

  it('is gone for every route once it is deleted, and a second DELETE is 404', async () => {
    const { customerId, legalName } = await createCustomer(tenant.api);
    const { body } = await tenant.api.delete(`${PATH}/${customerId}`).expect(200);
    expect(body.payload).toBe(customerId);
    const gone = [
      tenant.api.delete(`${PATH}/${customerId}`),
      tenant.api.get(`${PATH}/${customerId}`),
      tenant.api.patch(`${PATH}/${customerId}`).send({ address: 'x' }),
      tenant.api.put(`${PATH}/activate/${customerId}`),
      tenant.api.put(`${PATH}/deactivate/${customerId}`),
      tenant.api.get(`${PATH}/${customerId}/history`),
    ];
    for (const request of gone) {
      const { status, headers } = await request;
      expect([status, headers['x-error-type']]).toEqual([404, 'RECORD_NOT_FOUND']);
    }
    for (const query of [{ customerId }, { legalName }, {}]) {
      const found = await tenant.api.post(`${PATH}/search`).send(query).expect(200);
      expect(found.body.payload).toEqual({ items: [], nextCursor: null });
    }
  });

  it('refuses ids that are no ids with 400 and unknown ones with 404', async () => {
    for (const id of ['KC123', 'kc00000000000000', 'KC000000000000000', 'KC0000000000000%20', "KC'OR'1'='1'---"]) {
      expect(await refusedFields(tenant.api.get(`${PATH}/${id}`))).toEqual(['customerId']);
    }
    const { body } = await tenant.api.get(`${PATH}/KC00000000000000`).expect(404);
    expect(body.errorResponse).toMatchObject({ errorType: 'RECORD_NOT_FOUND', apiSubErrors: [] });
    expect(body.errorResponse.timestamp).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  });

  it.each(['[]', '[{"legalName":"Xy"}]', '"text"', 'null', '{', ''])('refuses the body %s', async (text) => {
    const { status, body } = await tenant.api.post(PATH).type('json').send(text);
    expect([status, body.response_code]).toEqual([400, 400]);
    const found = await tenant.api.post(`${PATH}/search`).send({}).expect(200);
    expect(found.body.payload.items).toEqual([]);
  });
});
