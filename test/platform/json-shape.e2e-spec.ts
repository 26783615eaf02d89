import { createCustomer } from '../support/customers';
import { RunningService, startService, Tenant } from '../support/service';

describe('A JSON body that later steps would alter silently', () => {
  let service: RunningService;
  let tenant: Tenant;
  let path: string;

  beforeAll(async () => {
    service = await startService('sqlite');
    tenant = await service.createTenant();
    path = `/api/v0/customer/${(await createCustomer(tenant.api)).customerId}`;
  });
  afterAll(() => service.stop());

  it.each([
    ['{"__proto__":{"status":"INACTIVE"}}', '__proto__'],
    ['{"constructor":{"prototype":{"x":1}}}', 'constructor'],
    ['{"state":"Goa","prototype":1}', 'prototype'],
    ['{"customerKeyContacts":[{"name":"A","__proto__":{"deleted":true}}]}', 'customerKeyContacts[0].__proto__'],
  ])('%s is refused, naming the place, and nothing is changed', async (text, place) => {
    const before = (await tenant.api.get(path)).body.payload;
    const { body } = await tenant.api.patch(path).type('json').send(text).expect(400);
    expect(body.errorResponse).toMatchObject({
      errorType: 'VALIDATION_ERROR',
      apiSubErrors: [{ object: 'body', field: place }],
    });
    expect((await tenant.api.get(path)).body.payload).toEqual(before);
    expect(({} as any).deleted).toBeUndefined();
  });

  it.each([33, 10_000])('nested %i deep is refused quickly', async (depth) => {
    const text = `{"state":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    const { body } = await tenant.api.patch(path).type('json').send(text).expect(400);
    expect(body.errorResponse.errorMessage).toContain('deeper than 32 levels');
  });
});
