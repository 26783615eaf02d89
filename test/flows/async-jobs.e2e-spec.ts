import { setTimeout as sleep } from 'node:timers/promises';
import { describeEachEngine } from '../support/engines';
import { Api, RunningService, startService, Tenant } from '../support/service';

const items = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ source: 'async', sourceId: index, lastName: `Name ${index}` }));

async function ended(api: Api, jobId: string): Promise<any> {
  for (let tries = 0; tries < 200; tries++) {
    const { body } = await api.get(`/api/v0/bulk/jobs/${jobId}`).expect(200);
    if (!['queued', 'running'].includes(body.payload.state)) return body.payload;
    await sleep(50);
  }
  throw new Error(`the job ${jobId} does not end`);
}

describeEachEngine('a bulk call that does not wait for its job', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    service = await startService(engine);
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  it('is answered 202 with the job’s address by the commerce API, and the job goes on', async () => {
    const answer = await tenant.api
      .post('/customers/bulk/sourceId')
      .set('Prefer', 'respond-async')
      .send({ customers: items(2_500) })
      .expect(202);
    expect(answer.body).toEqual({ data: [], messages: ['Accepted'], total: 2_500 });
    const jobId = answer.headers['x-job-id'] ?? '';
    expect(answer.headers['location']).toBe(`/api/v0/bulk/jobs/${jobId}`);
    const job = await ended(tenant.api, jobId);
    expect([job.state, job.counters]).toMatchObject(['completed', { received: 2_500, created: 2_500, unprocessed: 0 }]);
    expect(Date.parse(job.startedAt)).toBeGreaterThanOrEqual(Date.parse(job.createdAt));
  });

  it('is answered with the job by the receivables API', async () => {
    const text = ['legalName', ...Array.from({ length: 3_000 }, (_, index) => `Customer ${index}`)].join('\n');
    const answer = await tenant.api
      .post('/api/v0/customer/bulk')
      .set('Prefer', 'wait=0')
      .attach('file', Buffer.from(text), 'customers.csv')
      .expect(202);
    expect(answer.body).toMatchObject({ response_code: 0, payload: { fileName: 'customers.csv', finishedAt: null } });
    const job = await ended(tenant.api, answer.body.payload.jobId);
    expect(job.counters).toMatchObject({ received: 3_000, created: 3_000 });
    const links = await service.anonymous.get(job.links.success.replace(service.baseUrl, '')).expect(200);
    expect(links.text.split('\n').length).toBeGreaterThan(3_000);
  });

  it('is answered in its own words by the campaign API', async () => {
    const created = await tenant.api.post('/api/v1/campaigns/create').send({
      name: 'Async',
      description: 'Waits for nobody.',
      campaignType: 'lead',
      startDate: '2026-12-01',
      endDate: '2026-12-31',
      startTime: '09:00',
      endTime: '18:00',
      languages: ['hindi'],
      region: 'all',
    });
    const campaignId = created.body.data.id;
    const data = Array.from({ length: 1_500 }, (_, index) => ({ lead_id: `lead_${index}`, lead_date: '2026-12-01' }));
    const answer = await tenant.api
      .post('/api/v1/customers/add/bulk')
      .set('Prefer', 'handling=lenient, respond-async')
      .send({ campaignId, data })
      .expect(202);
    const jobId = answer.headers['x-job-id'] ?? '';
    expect(answer.body).toEqual({ success: true, message: 'Accepted', data: { jobId } });
    expect((await ended(tenant.api, jobId)).counters).toMatchObject({ received: 1_500, created: 1_500 });
  });

  it.each(['wait=60', 'return=minimal', 'wait=soon', ''])('waits as usual for Prefer: %s', async (prefer) => {
    const answer = await tenant.api
      .post('/customers/bulk/sourceId')
      .set('Prefer', prefer)
      .send({ customers: items(3) })
      .expect(200);
    expect(answer.body.data).toHaveLength(3);
    expect(answer.headers['location']).toBeUndefined();
  });

  it('waits its turn behind other long jobs, also across a restart of the service', async () => {
    const one = await startService(engine, { database: service.database, environment: { CONCURRENT_JOBS: '1' } });
    const { api, token } = await one.createTenant();
    const long = Buffer.from(
      ['legalName', ...Array.from({ length: 30_000 }, (_, row) => `Customer ${row}`)].join('\n'),
    );
    const upload = async () =>
      (await api.post('/api/v0/customer/bulk').set('Prefer', 'respond-async').attach('file', long, 'long.csv')).headers[
        'x-job-id'
      ] ?? '';
    const [first, second] = [await upload(), await upload()];
    const states = await Promise.all([first, second].map((id) => api.get(`/api/v0/bulk/jobs/${id}`)));
    expect(states.map(({ body }) => body.payload.state)).toEqual(['running', 'queued']);
    // A short call does not wait behind them.
    await api
      .post('/customers/bulk/sourceId')
      .send({ customers: items(2) })
      .expect(200);
    await one.stop();

    const jobs = await Promise.all([first, second].map((id) => ended(service.as(token), id)));
    expect(jobs.map(({ state, counters }) => [state, counters.created])).toEqual([
      ['completed', 30_000],
      ['completed', 30_000],
    ]);
  });
});
