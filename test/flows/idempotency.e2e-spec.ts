import { sampleCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { countOf, isReplay, newKey, sameParts, traces } from '../support/idempotency';
import { RunningService, startService, Tenant } from '../support/service';

const CUSTOMER = '/api/v0/customer';

const CAMPAIGN = {
  name: 'Repeated',
  description: 'Made once.',
  campaignType: 'lead',
  startDate: '2026-12-01',
  endDate: '2026-12-31',
  startTime: '09:00',
  endTime: '18:00',
  languages: ['hindi'],
  region: 'all',
};

describeEachEngine('A single write with an Idempotency-Key', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const create = (key: string, body: object = sampleCustomer(), { api }: Tenant = tenant) =>
    api.post(CUSTOMER).set('Idempotency-Key', key).send(body);

  it('is done once, and answered byte for byte the same', async () => {
    const key = newKey();
    const first = await create(key).expect(200);
    expect(isReplay(first)).toBe(false);
    expect(first.headers['idempotency-key']).toBe(key);
    const before = await traces(service, tenant);
    for (let times = 0; times < 3; times++) {
      const again = await create(key);
      expect([isReplay(again), ...sameParts(again)]).toEqual([true, ...sameParts(first)]);
      expect(again.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
    }
    expect(await traces(service, tenant)).toEqual(before);
    expect(before).toMatchObject({ customers: 1, customer_changes: 1, idempotency_keys: 1 });
  });

  it('is answered as without the header, but for what the header adds', async () => {
    const body = sampleCustomer({ uniqueRefNo: null });
    const [plain, keyed] = [await tenant.api.post(CUSTOMER).send(body), await create(newKey(), body)];
    const names = Object.keys(keyed.headers).filter((name) => !name.startsWith('idempotency-key'));
    expect(names.sort()).toEqual(Object.keys(plain.headers).sort());
    expect(keyed.headers['content-type']).toBe(plain.headers['content-type']);
    const shape = ({ payload }: any) => ({ ...payload, customerId: '', createdAt: '', updatedAt: '' });
    expect(shape(keyed.body)).toEqual(shape(plain.body));
  });

  it('is remembered by every write of all three APIs', async () => {
    const { api } = tenant;
    const created = await create(newKey());
    const { customerId } = created.body.payload;
    const commerce = await api.post('/customers/').send({ source: 's', sourceId: 1, lastName: 'Davis' });
    const { id } = commerce.body.data;
    const campaignId = (await api.post('/api/v1/campaigns/create').send(CAMPAIGN)).body.data.id;
    const address = { type: 'delivery', street: 'Velperweg', country: 'NL', code: '1' };
    const data = { lead_id: 'lead_1', lead_date: '2026-12-01' };
    const calls: readonly [() => any, object | undefined, number][] = [
      [() => api.patch(`${CUSTOMER}/${customerId}`), { creditLimit: '2.00' }, 200],
      [() => api.put(`${CUSTOMER}/deactivate/${customerId}`), undefined, 200],
      [() => api.put(`${CUSTOMER}/activate/${customerId}`), undefined, 200],
      [() => api.post('/customers/'), { source: 's', sourceId: 2, lastName: 'Davis' }, 201],
      [() => api.patch(`/customers/id/${id}`), { firstName: 'Miles' }, 200],
      [() => api.post(`/customers/id/${id}/addresses`), address, 201],
      [() => api.post(`/customers/id/${id}/addresses/bulk`), { addresses: [address] }, 200],
      [() => api.post('/api/v1/campaigns/create'), CAMPAIGN, 201],
      [() => api.put(`/api/v1/campaigns/update/${campaignId}`), { name: 'Changed' }, 200],
      [() => api.post('/api/v1/customers/add'), { campaignId, data }, 201],
      [() => api.put('/api/v1/customer-data'), { campaignId, id: 'lead_1', data: { mood: 'good' } }, 200],
      [() => api.delete(`/api/v1/campaigns/${campaignId}`), undefined, 200],
      [() => api.delete(`${CUSTOMER}/${customerId}`), undefined, 200],
    ];
    for (const [call, body, status] of calls) {
      const key = newKey();
      const send = () => {
        const request = call().set('Idempotency-Key', key);
        return body === undefined ? request : request.send(body);
      };
      const first = await send();
      const route = `${first.request.method} ${first.request.url}`;
      expect([route, first.status, isReplay(first)]).toEqual([route, status, false]);
      const before = await traces(service, tenant);
      const second = await send();
      expect([route, isReplay(second), ...sameParts(second)]).toEqual([route, true, ...sameParts(first)]);
      expect([route, await traces(service, tenant)]).toEqual([route, before]);
    }
  });

  it('means nothing to a route that only reads', async () => {
    for (let times = 0; times < 2; times++) {
      const { headers } = await tenant.api
        .post(`${CUSTOMER}/search`)
        .set('Idempotency-Key', 'x'.repeat(300))
        .send({})
        .expect(200);
      expect(headers['idempotency-key']).toBeUndefined();
    }
    expect(await countOf(service, tenant, 'idempotency_keys')).toBe(0);
  });

  it('is refused with 422 when the body or the query is another one', async () => {
    const key = newKey();
    await create(key).expect(200);
    const other = await create(key, sampleCustomer({ creditLimit: '1.00' })).expect(422);
    expect(other.headers['x-error-type']).toBe('UNPROCESSABLE_REQUEST');
    expect(other.body.errorResponse.errorType).toBe('UNPROCESSABLE_REQUEST');
    const path = `${CUSTOMER}?parentCompanyId=${tenant.company.companyId}`;
    await tenant.api.post(path).set('Idempotency-Key', key).send(sampleCustomer()).expect(422);
    expect(await countOf(service, tenant, 'customers')).toBe(1);
    expect(isReplay(await create(key))).toBe(true);
  });

  it('takes the bytes of the body for what they are', async () => {
    const key = newKey();
    const send = (text: string) => tenant.api.post(CUSTOMER).set('Idempotency-Key', key).type('json').send(text);
    await send('{"legalName":"Bytes Limited"}').expect(200);
    await send('{ "legalName": "Bytes Limited" }').expect(422);
    expect(isReplay(await send('{"legalName":"Bytes Limited"}').expect(200))).toBe(true);
  });

  it('is another call on another path, by another method, and for another company', async () => {
    const key = newKey();
    const first = await create(key).expect(200);
    const other = await service.createTenant();
    const foreign = await create(key, sampleCustomer(), other).expect(200);
    expect([isReplay(foreign), foreign.body.payload.customerId === first.body.payload.customerId]).toEqual([
      false,
      false,
    ]);
    const one = first.body.payload.customerId;
    const two = (await create(newKey(), sampleCustomer({ uniqueRefNo: 'two' }))).body.payload.customerId;
    for (const id of [one, two]) {
      const answer = await tenant.api.put(`${CUSTOMER}/deactivate/${id}`).set('Idempotency-Key', key).expect(200);
      expect([isReplay(answer), answer.body.payload]).toEqual([false, id]);
    }
    const path = `${CUSTOMER}/${one}`;
    const changed = await tenant.api.patch(path).set('Idempotency-Key', key).send({ address: 'New' }).expect(200);
    const deleted = await tenant.api.delete(path).set('Idempotency-Key', key).expect(200);
    expect([isReplay(changed), isReplay(deleted)]).toEqual([false, false]);
    expect(await countOf(service, tenant, 'idempotency_keys')).toBe(6);
  });

  it('tells keys apart byte for byte', async () => {
    const keys = ['key', 'KEY', 'key.', 'k ey', '%6Bey', '"key"'];
    for (const [index, key] of keys.entries()) {
      const answer = await create(key, sampleCustomer({ uniqueRefNo: `U-${index}` })).expect(200);
      expect([key, isReplay(answer)]).toEqual([key, false]);
    }
    expect(await countOf(service, tenant, 'customers')).toBe(keys.length);
  });

  it('is not remembered when it is refused: the corrected body is taken', async () => {
    const key = newKey();
    await create(key, sampleCustomer({ pinCode: '01' })).expect(400);
    await create(key, sampleCustomer({ state: 'Kerala' })).expect(400);
    expect(await traces(service, tenant)).toMatchObject({ customers: 0, idempotency_keys: 0 });
    expect(isReplay(await create(key).expect(200))).toBe(false);
    // Refused by what is stored, not by its form.
    const second = newKey();
    await create(second).expect(400);
    const corrected = await create(second, sampleCustomer({ uniqueRefNo: 'CUST-2' })).expect(200);
    expect(isReplay(corrected)).toBe(false);
    expect(await countOf(service, tenant, 'customers')).toBe(2);
    await tenant.api.put(`${CUSTOMER}/activate/KC00000000000000`).set('Idempotency-Key', key).expect(404);
    expect(await countOf(service, tenant, 'idempotency_keys')).toBe(2);
  });

  it('is done once when it comes fifty times at once', async () => {
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 50 }, () => create(key)));
    const done = answers.filter(({ status }) => status === 200);
    expect(answers.filter(({ status }) => status !== 200 && status !== 409)).toEqual([]);
    expect(done.filter((answer) => !isReplay(answer))).toHaveLength(1);
    expect(new Set(done.map(({ text }) => text)).size).toBe(1);
    expect(await traces(service, tenant)).toMatchObject({ customers: 1, customer_changes: 1, idempotency_keys: 1 });
  });

  it('lets rivals under other keys meet as they do without', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => create(newKey())));
    const statuses = answers.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).toEqual([200, ...Array.from({ length: 11 }, () => 400)]);
    const refused = answers.find(({ status }) => status === 400);
    expect(refused?.body.errorResponse.apiSubErrors[0].field).toBe('uniqueRefNo');
    expect(await traces(service, tenant)).toMatchObject({ customers: 1, customer_changes: 1, idempotency_keys: 1 });
  });

  it('answers the same and changes once when a change is repeated a hundred times', async () => {
    const { customerId } = (await create(newKey())).body.payload;
    const key = newKey();
    const texts = new Set<string>();
    for (let times = 0; times < 100; times++) {
      const path = `${CUSTOMER}/${customerId}`;
      texts.add((await tenant.api.patch(path).set('Idempotency-Key', key).send({ address: 'New road 1' })).text);
    }
    expect(texts.size).toBe(1);
    expect(await countOf(service, tenant, 'customer_changes')).toBe(2);
  });
});
