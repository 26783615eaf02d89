import { bulk, CREATE, csvOf, UPDATE, upload } from '../support/bulk';
import { createCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { answerOf } from '../support/refusals';
import { Api, RunningService, startService, Tenant } from '../support/service';

const PATH = '/api/v0/customer';
const JOBS = '/api/v0/bulk/jobs';
const NO_CUSTOMER = 'KC00000000000000';
const NO_JOB = `JOB${'0'.repeat(26)}`;
const HEADER = ['customerId', 'uniqueRefNo', 'address'];

describeEachEngine('two companies', (engine) => {
  let service: RunningService;
  let owner: Tenant;
  let stranger: Tenant;
  let customer: any;

  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    owner = await service.createTenant();
    stranger = await service.createTenant();
    const contact = { name: 'Secret person', legalName: 'S', mobile: '9812345678' };
    customer = await createCustomer(owner.api, { uniqueRefNo: 'OWN', customerKeyContacts: [contact] });
  });
  afterEach(async () => {
    const { body } = await owner.api.get(`${PATH}/${customer.customerId}`);
    expect(body.payload).toEqual(customer);
  });
  afterAll(() => service.stop());

  const CUSTOMER_ROUTES: readonly [string, (api: Api, id: string) => any][] = [
    ['GET', (api, id) => api.get(`${PATH}/${id}`)],
    ['PATCH', (api, id) => api.patch(`${PATH}/${id}`).send({ address: 'stolen' })],
    ['PATCH to a bad state', (api, id) => api.patch(`${PATH}/${id}`).send({ ifsc: null, customerKeyContacts: null })],
    ['DELETE', (api, id) => api.delete(`${PATH}/${id}`)],
    ['PUT activate', (api, id) => api.put(`${PATH}/activate/${id}`)],
    ['PUT deactivate', (api, id) => api.put(`${PATH}/deactivate/${id}`)],
    ['GET history', (api, id) => api.get(`${PATH}/${id}/history`)],
  ];

  it.each(CUSTOMER_ROUTES)('get the same answer to %s for the other’s customer as for none', async (_name, call) => {
    const foreign = await answerOf(call(stranger.api, customer.customerId));
    expect(foreign).toMatchObject({ status: 404, type: 'RECORD_NOT_FOUND' });
    expect(await answerOf(call(stranger.api, NO_CUSTOMER))).toEqual(foreign);
    expect(JSON.stringify(foreign)).not.toContain(customer.customerId);
  });

  const COMPANY_ROUTES: readonly [string, (api: Api, company: string) => any][] = [
    ['POST', (api, parentCompanyId) => api.post(PATH).query({ parentCompanyId }).send({ legalName: 'Xylo' })],
    ['search', (api, parentCompanyId) => api.post(`${PATH}/search`).query({ parentCompanyId }).send({})],
    ['GET', (api, parentCompanyId) => api.get(`${PATH}/${customer.customerId}`).query({ parentCompanyId })],
    [
      'PATCH',
      (api, parentCompanyId) =>
        api.patch(`${PATH}/${customer.customerId}`).query({ parentCompanyId }).send({ address: 'x' }),
    ],
    ['DELETE', (api, parentCompanyId) => api.delete(`${PATH}/${customer.customerId}`).query({ parentCompanyId })],
    ['history', (api, parentCompanyId) => api.get(`${PATH}/${customer.customerId}/history`).query({ parentCompanyId })],
    [
      'deactivate',
      (api, parentCompanyId) => api.put(`${PATH}/deactivate/${customer.customerId}`).query({ parentCompanyId }),
    ],
    [
      'file update',
      (api, parentCompanyId) => upload(api, UPDATE, csvOf([HEADER, ['', 'OWN', 'x']]), { query: { parentCompanyId } }),
    ],
    [
      'file creation',
      (api, companyId) => upload(api, CREATE, csvOf([['legalName'], ['Xylo']]), { query: { companyId } }),
    ],
  ];

  it.each(COMPANY_ROUTES)('get the same 403 to %s for the other’s company as for none', async (_name, call) => {
    const foreign = await answerOf(call(stranger.api, owner.company.companyId));
    expect(foreign).toMatchObject({ status: 403, type: 'INVALID_ACCESS' });
    expect(await answerOf(call(stranger.api, 'CEK0000000'))).toEqual(foreign);
    const child = await service.createTenant({ parent: owner.company });
    expect(await answerOf(call(child.api, owner.company.companyId))).toEqual(foreign);
  });

  it('find nothing of each other in the search', async () => {
    const { customerId, uniqueRefNo, legalName, panOrGstin } = customer;
    for (const query of [{}, { customerId }, { uniqueRefNo }, { legalName }, { panOrGstin }, { status: 'ACTIVE' }]) {
      const { body } = await stranger.api.post(`${PATH}/search`).send(query).expect(200);
      expect(body.payload).toEqual({ items: [], nextCursor: null });
    }
  });

  it('may use the same reference number, and each finds its own', async () => {
    const own = await createCustomer(stranger.api, { uniqueRefNo: 'OWN', address: 'other book' });
    const { body } = await stranger.api.post(`${PATH}/search`).send({ uniqueRefNo: 'OWN' });
    expect(body.payload.items.map(({ customerId }: any) => customerId)).toEqual([own.customerId]);
    const answer = await bulk(stranger.api, UPDATE, [HEADER, ['', 'OWN', 'by file']]);
    expect(answer.successRequests[0].customerId).toBe(own.customerId);
  });

  it('get NOT_FOUND for rows that name the other’s customers, word for word as for none', async () => {
    const answer = await bulk(stranger.api, UPDATE, [
      HEADER,
      [customer.customerId, '', 'stolen'],
      [NO_CUSTOMER, '', 'stolen'],
      ['', 'OWN', 'stolen'],
      ['', 'NONE', 'stolen'],
    ]);
    expect(answer.success_count).toBe(0);
    const [foreignId, noId, foreignRef, noRef] = answer.failureRequests.map(({ errors }: any) => {
      const [{ rejectedValue: _value, ...error }] = errors;
      return error;
    });
    expect([foreignId.code, foreignRef.code]).toEqual(['NOT_FOUND', 'NOT_FOUND']);
    expect([foreignId, foreignRef]).toEqual([noId, noRef]);
  });

  it('cannot reach the other’s customers through contacts or a number taken there', async () => {
    const own = await createCustomer(stranger.api, { uniqueRefNo: 'MINE' });
    const contacts = csvOf([
      ['customerId', 'uniqueRefNo', 'keyContactPersonId', 'name', 'legalName', 'mobile'],
      [customer.customerId, '', '', 'N', 'N', '9000000000'],
      [own.customerId, '', customer.customerKeyContacts[0].keyContactPersonId, 'Stolen', '', ''],
    ]);
    const answer = await bulk(stranger.api, UPDATE, csvOf([HEADER, [own.customerId, 'OWN', '']]), { contacts });
    expect([answer.failure_count, answer.failure_count_second_file]).toEqual([0, 2]);
    for (const { errors } of answer.failureRequests) expect(errors[0].code).toBe('NOT_FOUND');
    expect(answer.raw).not.toContain('Secret');
  });

  it.each([
    ['the job', ''],
    ['the failure file', '/results/failure.csv'],
    ['the success file', '/results/success.csv'],
    ['a file in another format', '/results/failure.xlsx'],
    ['a file the job does not have', '/results/success-contacts.csv'],
  ])('get the same answer for %s of the other as for none', async (_name, rest) => {
    const file = csvOf([HEADER, ['', 'NONE', 'x'], ['', 'OWN', customer.address]]);
    const { jobId } = await bulk(owner.api, UPDATE, file);
    const foreign = await answerOf(stranger.api.get(`${JOBS}/${jobId}${rest}`));
    expect(foreign).toMatchObject({ status: 404, type: 'RECORD_NOT_FOUND' });
    expect(await answerOf(stranger.api.get(`${JOBS}/${NO_JOB}${rest}`))).toEqual(foreign);
    const child = await service.createTenant({ parent: owner.company });
    expect(await answerOf(child.api.get(`${JOBS}/${jobId}${rest}`))).toEqual(foreign);
  });

  it('see nothing in headers or bodies of errors that belongs to the other', async () => {
    const { status, text, headers } = await stranger.api
      .patch(`${PATH}/${customer.customerId}`)
      .send({ uniqueRefNo: 'OWN' });
    expect(status).toBe(404);
    for (const secret of [customer.legalName, owner.company.companyId, 'Secret', customer.accountNumber]) {
      expect(`${text}${JSON.stringify(headers)}`).not.toContain(secret);
    }
  });
});

describeEachEngine('a parent company', (engine) => {
  let service: RunningService;
  let parent: Tenant;
  let child: Tenant;
  let query: object;

  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    parent = await service.createTenant();
    child = await service.createTenant({ parent: parent.company });
    query = { parentCompanyId: child.company.companyId };
  });
  afterAll(() => service.stop());

  it('creates, finds, changes, reads and deletes in a child’s book by parentCompanyId', async () => {
    const { body } = await parent.api.post(PATH).query(query).send({ legalName: 'Xylo', uniqueRefNo: 'A' }).expect(200);
    const path = `${PATH}/${body.payload.customerId}`;
    await parent.api.get(path).expect(404);
    await child.api.get(path).expect(200);
    const found = await parent.api.post(`${PATH}/search`).query(query).send({ uniqueRefNo: 'A' });
    expect(found.body.payload.items).toEqual([body.payload]);
    expect((await parent.api.post(`${PATH}/search`).send({})).body.payload.items).toEqual([]);
    await parent.api.patch(path).query(query).send({ address: 'x' }).expect(200);
    const history = await parent.api.get(`${path}/history`).query(query).expect(200);
    expect(history.body.payload.items).toHaveLength(2);
    await parent.api.delete(path).query(query).expect(200);
    await child.api.get(path).expect(404);
  });

  it('works on a child’s book by file, and both read the job and its files', async () => {
    const { companyId } = child.company;
    const created = await bulk(
      parent.api,
      CREATE,
      [
        ['legalName', 'uniqueRefNo'],
        ['Xylo', 'A'],
      ],
      { query: { companyId } },
    );
    const updated = await bulk(parent.api, UPDATE, [HEADER, ['', 'A', 'New'], ['', 'B', 'x']], { query });
    expect([created.success_count, updated.success_count]).toEqual([1, 1]);
    for (const api of [parent.api, child.api]) {
      const { body } = await api.get(`${JOBS}/${updated.jobId}`).expect(200);
      expect(body.payload.counters).toMatchObject({ received: 2, updated: 1, failed: 1 });
      await api.get(`${JOBS}/${updated.jobId}/results/failure.csv`).expect(200);
    }
    const without = await bulk(parent.api, UPDATE, [HEADER, ['', 'A', 'New']]);
    expect(without.failureRequests[0].errors[0].code).toBe('NOT_FOUND');
  });

  it('reaches grandchildren too, and siblings reach nothing of each other', async () => {
    const grandchild = await service.createTenant({ parent: child.company });
    const sibling = await service.createTenant({ parent: parent.company });
    const scope = { parentCompanyId: grandchild.company.companyId };
    await parent.api.post(`${PATH}/search`).query(scope).send({}).expect(200);
    await child.api.post(`${PATH}/search`).query(scope).send({}).expect(200);
    await sibling.api.post(`${PATH}/search`).query(scope).send({}).expect(403);
    await sibling.api.post(`${PATH}/search`).query(query).send({}).expect(403);
    await child.api.post(`${PATH}/search`).query({ parentCompanyId: child.company.companyId }).send({}).expect(200);
  });
});
