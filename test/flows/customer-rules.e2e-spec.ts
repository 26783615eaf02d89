import { createCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { refusedFields } from '../support/refusals';
import { RunningService, startService, Tenant } from '../support/service';

const PATH = '/api/v0/customer';
const BARE = {
  uniqueRefNo: null,
  panOrGstin: null,
  state: null,
  accountNumber: null,
  ifsc: null,
};

describeEachEngine('rules over a customer as a whole', (engine) => {
  let service: RunningService;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const post = (body: object) => tenant.api.post(PATH).send({ legalName: 'Xylo', ...body });
  const patch = (id: string, change: object) => tenant.api.patch(`${PATH}/${id}`).send(change);

  it('take no member that is not theirs, though every object has one of that name', async () => {
    const names = ['toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf', 'toLocaleString', '__defineGetter__'];
    for (const name of names) {
      expect([name, await refusedFields(post({ [name]: 'x' }))]).toEqual([name, [name]]);
      const contact = { name: 'Asha', legalName: 'Asha Rao', mobile: '9812345678', [name]: 1 };
      expect(await refusedFields(post({ customerKeyContacts: [contact] }))).toEqual([`customerKeyContacts[0].${name}`]);
      expect(await refusedFields(tenant.api.post(`${PATH}/search`).send({ [name]: {} }))).toEqual([name]);
      expect(await refusedFields(tenant.api.get(`/api/v0/bulk/jobs?${name}=1`))).toEqual([name]);
    }
  });

  it('want account number and IFSC both or neither', async () => {
    expect(await refusedFields(post({ accountNumber: '00123456789' }))).toEqual(['ifsc']);
    expect(await refusedFields(post({ ifsc: 'HDFC0001234' }))).toEqual(['accountNumber']);
    expect(await refusedFields(post({ accountNumber: '00123456789', ifsc: '' }))).toEqual(['ifsc']);
    expect(await refusedFields(post({ accountNumber: '', ifsc: 'HDFC0001234' }))).toEqual(['accountNumber']);
    await post({ accountNumber: '', ifsc: '' }).expect(200);
    await post({ accountNumber: '00123456789', ifsc: 'HDFC0001234' }).expect(200);
  });

  it('want them both or neither after a PATCH too, whichever of them it names', async () => {
    const { customerId } = await createCustomer(tenant.api, BARE);
    expect(await refusedFields(patch(customerId, { accountNumber: '00123456789' }))).toEqual(['ifsc']);
    expect(await refusedFields(patch(customerId, { ifsc: 'HDFC0001234' }))).toEqual(['accountNumber']);
    await patch(customerId, { accountNumber: '00123456789', ifsc: 'HDFC0001234' }).expect(200);
    await patch(customerId, { accountNumber: '00123456780' }).expect(200);
    expect(await refusedFields(patch(customerId, { ifsc: null }))).toEqual(['ifsc']);
    expect(await refusedFields(patch(customerId, { accountNumber: '' }))).toEqual(['accountNumber']);
    const { body } = await patch(customerId, { accountNumber: null, ifsc: null }).expect(200);
    expect(body.payload).toMatchObject({ accountNumber: null, ifsc: null, version: 4 });
  });

  it('want the state to be the one of the GSTIN, by any of its names', async () => {
    for (const state of ['Karnataka', 'karnataka', 'KA', '29', 'Mysore', 'Nowhere']) {
      await post({ panOrGstin: '29AAACX1234A2ZS', state }).expect(200);
    }
    for (const state of ['Kerala', 'KL', '32']) {
      expect(await refusedFields(post({ panOrGstin: '29AAACX1234A2ZS', state }))).toEqual(['state']);
    }
    await post({ panOrGstin: 'ABCPK1234L', state: 'Kerala' }).expect(200);
  });

  it('want state and GSTIN to agree after a PATCH of either', async () => {
    const { customerId } = await createCustomer(tenant.api, { ...BARE, state: 'Karnataka' });
    expect(await refusedFields(patch(customerId, { panOrGstin: '07ABCPK1234L1ZU' }))).toEqual(['state']);
    await patch(customerId, { panOrGstin: '29AAACX1234A2ZS' }).expect(200);
    expect(await refusedFields(patch(customerId, { state: 'Delhi' }))).toEqual(['state']);
    await patch(customerId, { state: 'Delhi', panOrGstin: '07ABCPK1234L1ZU' }).expect(200);
  });

  it('tell a wrong check character of a GSTIN from a wrong form', async () => {
    const message = async (panOrGstin: string) =>
      (await post({ panOrGstin })).body.errorResponse.apiSubErrors.map((issue: any) => issue.message);
    expect(await message('29AAAXX1234A2ZS')).toEqual([expect.stringContaining('PAN such as')]);
    expect(await message('29AAACX1234A2ZT')).toEqual([expect.stringContaining('check character')]);
  });

  it('keep a reference number to one customer of a company, byte for byte', async () => {
    for (const uniqueRefNo of ['ref', 'REF', 'réf', 're\u0301f', 'ref ', ' ref', 'ref\t', "ref'", '😀']) {
      const { body } = await post({ uniqueRefNo }).expect(200);
      expect(body.payload.uniqueRefNo).toBe(uniqueRefNo);
      expect(await refusedFields(post({ uniqueRefNo }))).toEqual(['uniqueRefNo']);
      const found = await tenant.api.post(`${PATH}/search`).send({ uniqueRefNo }).expect(200);
      expect(found.body.payload.items.map((item: any) => item.customerId)).toEqual([body.payload.customerId]);
    }
  });

  it('keep it in a PATCH, and let a customer keep its own', async () => {
    await post({ uniqueRefNo: 'taken' }).expect(200);
    const { customerId } = await createCustomer(tenant.api, { uniqueRefNo: 'own' });
    expect(await refusedFields(patch(customerId, { uniqueRefNo: 'taken', address: 'x' }))).toEqual(['uniqueRefNo']);
    const { body } = await patch(customerId, { uniqueRefNo: 'own' }).expect(200);
    expect(body.payload).toMatchObject({ version: 1, address: '14 MG Road, Bengaluru' });
  });

  it('leave a reference number to other companies, and free again after a delete, many times', async () => {
    const other = await service.createTenant();
    await other.api.post(PATH).send({ legalName: 'Xylo', uniqueRefNo: 'R' }).expect(200);
    for (let round = 0; round < 3; round++) {
      const { body } = await post({ uniqueRefNo: 'R' }).expect(200);
      await tenant.api.delete(`${PATH}/${body.payload.customerId}`).expect(200);
    }
  });

  it('let any number of customers be without a reference number', async () => {
    for (let round = 0; round < 3; round++) await post({}).expect(200);
    const found = await tenant.api.post(`${PATH}/search`).send({});
    expect(found.body.payload.items).toHaveLength(3);
  });

  it('give a number to one of 20 customers created with it at once', async () => {
    const requests = Array.from({ length: 20 }, () => post({ uniqueRefNo: 'race' }));
    const answers = await Promise.all(requests);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(19).fill(400)]);
    for (const { status, body } of answers) {
      if (status === 400) expect(body.errorResponse.apiSubErrors[0].field).toBe('uniqueRefNo');
    }
  });

  it('give a number to one of 20 customers changed to it at once', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 20; index++) {
      ids.push((await post({}).expect(200)).body.payload.customerId);
    }
    const answers = await Promise.all(ids.map((id) => patch(id, { uniqueRefNo: 'race' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(19).fill(400)]);
    const found = await tenant.api.post(`${PATH}/search`).send({ uniqueRefNo: 'race' });
    expect(found.body.payload.items).toHaveLength(1);
  });
});
