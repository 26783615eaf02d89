import { createCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { answerOf, refusedFields } from '../support/refusals';
import { RunningService, startService, Tenant } from '../support/service';

const PATH = '/api/v0/customer';

describeEachEngine('activating and deactivating', (engine) => {
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
  const entries = async (id: string) =>
    (await tenant.api.get(`${PATH}/${id}/history`).expect(200)).body.payload.items.length as number;
  const put = (action: string, id: string, query: object = {}) =>
    tenant.api.put(`${PATH}/${action}/${id}`).query(query);

  it.each([
    ['deactivate', 'INACTIVE'],
    ['activate', 'ACTIVE'],
  ])('%s answers with the id and leaves the customer %s', async (action, status) => {
    const { customerId } = await createCustomer(tenant.api);
    if (action === 'activate') await put('deactivate', customerId).expect(200);
    const before = await get(customerId);
    const { body } = await put(action, customerId).expect(200);
    expect(body).toEqual({ payload: customerId, response_code: 0, response_message: 'Success' });
    const after = await get(customerId);
    expect(after).toEqual({ ...before, status, version: Number(before.version) + 1, updatedAt: after.updatedAt });
  });

  it.each(['activate', 'deactivate'])('%s a second time gives the same answer and changes nothing', async (action) => {
    const { customerId } = await createCustomer(tenant.api);
    const { body: first } = await put(action, customerId).expect(200);
    const before = await get(customerId);
    const count = await entries(customerId);
    const { body: second } = await put(action, customerId).expect(200);
    expect(second).toEqual(first);
    expect(await get(customerId)).toEqual(before);
    expect(await entries(customerId)).toBe(count);
  });

  it.each(['activate', 'deactivate'])('20 times %s at once makes one change', async (action) => {
    const { customerId } = await createCustomer(tenant.api);
    if (action === 'activate') await put('deactivate', customerId).expect(200);
    const { version } = await get(customerId);
    const count = await entries(customerId);
    const answers = await Promise.all(Array.from({ length: 20 }, () => put(action, customerId)));
    expect(answers.map(({ status, body }) => [status, body.payload])).toEqual(
      Array.from({ length: 20 }, () => [200, customerId]),
    );
    expect((await get(customerId)).version).toBe(Number(version) + 1);
    expect(await entries(customerId)).toBe(count + 1);
  });

  it('both ways at once leaves every change in version and history', async () => {
    const { customerId } = await createCustomer(tenant.api);
    const calls = Array.from({ length: 20 }, (_, index) =>
      put(index % 2 === 0 ? 'deactivate' : 'activate', customerId),
    );
    for (const { status } of await Promise.all(calls)) expect(status).toBe(200);
    expect((await get(customerId)).version).toBe(await entries(customerId));
  });

  it.each(['activate', 'deactivate'])('%s refuses what is no customer id with 400', async (action) => {
    for (const id of ['KC1', 'kc00000000000000', 'KC0000000000000a', 'KC000000000000000', 'XX00000000000000', '%00']) {
      expect(await refusedFields(put(action, id))).toEqual(['customerId']);
    }
  });

  it.each(['activate', 'deactivate'])('%s answers for a foreign customer as for none', async (action) => {
    const { customerId } = await createCustomer(tenant.api);
    const stranger = await service.createTenant();
    const foreign = await answerOf(stranger.api.put(`${PATH}/${action}/${customerId}`));
    expect(foreign).toMatchObject({ status: 404, type: 'RECORD_NOT_FOUND' });
    expect(await answerOf(stranger.api.put(`${PATH}/${action}/KC00000000000000`))).toEqual(foreign);
    expect(await get(customerId)).toMatchObject({ status: 'ACTIVE', version: 1 });
  });

  it('works on the book of a child named by parentCompanyId, and on no other', async () => {
    const child = await service.createTenant({ parent: tenant.company });
    const { customerId } = await createCustomer(child.api);
    const { companyId } = child.company;
    await put('deactivate', customerId).expect(404);
    await put('deactivate', customerId, { parentCompanyId: tenant.company.companyId }).expect(404);
    await put('deactivate', customerId, { parentCompanyId: companyId }).expect(200);
    const { body } = await child.api.get(`${PATH}/${customerId}`);
    expect(body.payload.status).toBe('INACTIVE');
  });

  it('answers 403 for a foreign parentCompanyId, a parent’s too, as for one that does not exist', async () => {
    const child = await service.createTenant({ parent: tenant.company });
    const stranger = await service.createTenant();
    const { customerId } = await createCustomer(tenant.api);
    const as = (api: Tenant['api'], parentCompanyId: string) =>
      answerOf(api.put(`${PATH}/deactivate/${customerId}`).query({ parentCompanyId }));
    const unknown = await as(child.api, 'CEK0000000');
    expect(unknown).toMatchObject({ status: 403, type: 'INVALID_ACCESS' });
    expect(await as(child.api, tenant.company.companyId)).toEqual(unknown);
    expect(await as(tenant.api, stranger.company.companyId)).toEqual(unknown);
    expect((await get(customerId)).status).toBe('ACTIVE');
  });

  it('refuses a malformed or repeated parentCompanyId with 400', async () => {
    const { customerId } = await createCustomer(tenant.api);
    const own = tenant.company.companyId;
    for (const query of [
      'parentCompanyId=',
      'parentCompanyId=CEK1',
      `parentCompanyId=${own.toLowerCase()}`,
      `parentCompanyId=${own}%0A`,
      `parentCompanyId=${own}&parentCompanyId=${own}`,
      `parentCompanyId[]=${own}`,
      `parentCompanyId[a]=${own}`,
    ]) {
      const { status, body } = await tenant.api.put(`${PATH}/deactivate/${customerId}?${query}`);
      expect([query, status, body.errorResponse?.errorType]).toEqual([query, 400, 'VALIDATION_ERROR']);
    }
    await put('deactivate', customerId, { parentCompanyId: own }).expect(200);
  });
});
