import { RunningService, startService, Tenant } from '../support/service';

describe('a route that takes no query', () => {
  let service: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    service = await startService('sqlite');
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  it.each(['/customers/', '/customers/search', '/customers/id/1/addresses/bulk'])(
    'refuses a parameter instead of ignoring it: POST %s',
    async (path) => {
      const answer = await tenant.api.post(`${path}?dryRun=true`).send({ customers: [{ source: 's', sourceId: 1 }] });
      expect(answer.status).toBe(400);
      expect(answer.body.error).toMatchObject({ code: 10017, messages: ['property dryRun should not exist'] });
      const { body } = await tenant.api.post('/customers/search').send({}).expect(200);
      expect(body.total).toBe(0);
    },
  );

  it('says so in the words of each API', async () => {
    const campaign = await tenant.api.put('/api/v1/customer-data?dryRun=true').send({});
    expect([campaign.status, campaign.body]).toEqual([
      400,
      { success: false, message: 'Validation failed', errors: ['property dryRun should not exist'] },
    ]);
  });

  it('may be called with any when it is public', async () => {
    await service.anonymous.get('/health/live?probe=1').expect(200);
  });

  it('asks for a token first', async () => {
    await service.anonymous.post('/customers/bulk/id?x=1').send({}).expect(401);
  });
});
