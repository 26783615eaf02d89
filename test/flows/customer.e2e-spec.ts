import { describeEachEngine } from '../support/engines';
import { createCustomer } from '../support/customers';
import { RunningService, startService, Tenant } from '../support/service';

describeEachEngine('smoke', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    service = await startService(engine);
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());
  it('creates a customer', async () => {
    const customer = await createCustomer(tenant.api);
    expect(customer.customerId).toMatch(/^KC[A-Z0-9]{14}$/);
    const { body } = await tenant.api.get(`/api/v0/customer/${customer.customerId}`).expect(200);
    expect(body.payload).toEqual(customer);
  });
});
