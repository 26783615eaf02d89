import { createCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';

describeEachEngine('The media type of a body', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  let path: string;

  beforeAll(async () => {
    service = await startService(engine);
    tenant = await service.createTenant();
    path = `/api/v0/customer/${(await createCustomer(tenant.api)).customerId}`;
  });
  afterAll(() => service.stop());

  const state = async () => (await tenant.api.get(path).expect(200)).body.payload.state as string;

  it.each(['text/plain', 'application/xml', 'application/octet-stream', 'application/x-www-form-urlencoded'])(
    'is refused when it is %s, and nothing is changed',
    async (type) => {
      const { body, headers } = await tenant.api.patch(path).type(type).send('{"state":"Goa"}').expect(415);
      expect(headers['x-error-type']).toBe('CLIENT_REQUEST_ERROR');
      expect(body.errorResponse.errorMessage).toContain('application/json');
      expect(await state()).toBe('Karnataka');
    },
  );

  it('is refused when it is a form with files', async () => {
    await tenant.api.patch(path).field('state', 'Goa').expect(415);
    await tenant.api.post('/api/v0/customer/search').field('state', 'Goa').expect(415);
  });

  it('is refused when it is not named', async () => {
    await tenant.api.post('/api/v0/customer/search').unset('Content-Type').type('').send('{}').expect(415);
  });

  it('may be that of a merge patch', async () => {
    await tenant.api.patch(path).type('application/merge-patch+json').send('{"assignedAgent":"a-1"}').expect(200);
    expect((await tenant.api.get(path)).body.payload.assignedAgent).toBe('a-1');
  });

  it('may be absent where there is no body, but a change without members is refused', async () => {
    await tenant.api.put(`/api/v0/customer/activate/${path.split('/').at(-1)}`).expect(200);
    const { body } = await tenant.api.patch(path).expect(400);
    expect(body.errorResponse.errorType).toBe('CLIENT_REQUEST_ERROR');
  });

  it('is told after the token: without one a caller learns nothing about the route', async () => {
    await service.anonymous.patch(path).type('text/plain').send('x').expect(401);
  });

  it('names a missing member once, as required', async () => {
    const { body } = await tenant.api.post('/api/v0/customer').send({}).expect(400);
    expect(body.errorResponse.apiSubErrors).toEqual([
      { object: 'CreateCustomerRequest', field: 'legalName', rejectedValue: null, message: 'legalName is required' },
    ]);
  });
});
