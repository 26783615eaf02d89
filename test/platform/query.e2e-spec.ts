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

describe('a query', () => {
  let service: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    service = await startService('sqlite');
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const CUSTOMER = '/api/v0/customer/KC00000000000000';
  const RECORDS = '/api/v1/customer-data?campaignId=camp_x';

  it.each([
    ['/api/v0/bulk/jobs?', 'limit'],
    [`${CUSTOMER}/history?`, 'limit'],
    ['/api/v1/campaigns?', 'limit'],
    ['/api/v1/campaigns?', 'page'],
    [`${RECORDS}&`, 'limit'],
    [`/api/v1/customer-data/history?campaignId=camp_x&id=1&`, 'limit'],
  ])('has whole numbers in decimal digits and in nothing else: %s%s', async (path, name) => {
    for (const text of ['0x10', '1e1', '%205', '', '5.0', '+5', '٥', '1,2', 'NaN', '99999999999999999999']) {
      const { status, text: answer } = await tenant.api.get(`${path}${name}=${text}`);
      expect([text, status]).toEqual([text, 400]);
      expect(answer).toContain(name);
    }
  });

  it.each([
    '/api/v0/bulk/jobs?state[$ne]=x',
    '/api/v0/bulk/jobs?state[]=completed',
    '/api/v0/bulk/jobs?limit[$gt]=1',
    '/api/v0/bulk/jobs?family=receivables&family=commerce',
    '/api/v0/bulk/jobs?__proto__[limit]=1',
    `${CUSTOMER}?parentCompanyId[$regex]=.*`,
    `${CUSTOMER}?parentCompanyId={"$gt":""}`,
    `${RECORDS}&id[$gt]=`,
    `${RECORDS}&id[]=a&id[]=b`,
    '/api/v1/campaigns?search[$regex]=.*',
    '/customers/sourceId/1?source[$ne]=x',
    '/customers/id/{"$gt":0}',
    '/customers/id/1;DROP',
  ])('has texts and no operators: %s', async (path) => {
    const { status, body } = await tenant.api.get(encodeURI(path));
    expect([status, JSON.stringify(body)]).toEqual([400, expect.not.stringMatching(/SQL|SELECT/)]);
  });
});
