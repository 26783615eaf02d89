import { DataSource } from 'typeorm';
import type { BulkJob } from '../../src/bulk/jobs/bulk-job.entity';
import { BulkJobRepository } from '../../src/bulk/jobs/bulk-job.repository';
import { JobAdmission } from '../../src/bulk/jobs/job-admission';
import { JobQueue } from '../../src/bulk/jobs/job-queue';
import { bulk, CREATE, storedState, upload } from '../support/bulk';
import { CREATE_CAMPAIGN, sampleCampaign, UPDATE_BULK } from '../support/campaigns';
import { describeEachEngine } from '../support/engines';
import { countOf, newKey } from '../support/idempotency';
import { JOBS } from '../support/jobs';
import { RunningService, startService, Tenant } from '../support/service';

const FILE = Buffer.from('legalName\nXylo Traders\n');
const ITEMS = { customers: [{ source: 'x', sourceId: '1' }] };
const MESSAGE = 'This company has 3 unfinished jobs, the most it may have; wait for one to end, or cancel one.';

describeEachEngine('Unfinished jobs', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  let goOn: () => void = () => undefined;

  async function start(jobsPerCompany: number): Promise<void> {
    service = await startService(engine, { environment: { JOBS_PER_COMPANY: String(jobsPerCompany) } });
    tenant = await service.createTenant();
  }
  afterEach(async () => {
    goOn();
    await service.stop();
  });

  /** From now on no job comes to its turn until the end of the test. */
  function stopWork(): void {
    const queue = service.app.get(JobQueue);
    const add = queue.add.bind(queue);
    const end = new Promise<void>((resolve) => (goOn = resolve));
    jest.spyOn(queue, 'add').mockImplementation((job, work) => end.then(() => add(job, work)));
  }

  const send = ({ api, company }: Tenant, key = newKey()) =>
    upload(api, CREATE, FILE, { query: { companyId: company.companyId } })
      .set('Prefer', 'respond-async')
      .set('Idempotency-Key', key);

  const endOne = () =>
    service.app
      .get(DataSource)
      .query(
        "UPDATE bulk_jobs SET state = 'completed' WHERE id = (SELECT id FROM (SELECT MIN(id) AS id FROM bulk_jobs WHERE state = 'queued') AS first)",
      );

  it('of a company are so many and no more, whatever arrives at once, and one more when one has ended', async () => {
    await start(3);
    stopWork();
    const statuses = await Promise.all(Array.from({ length: 12 }, async () => (await send(tenant)).status));
    expect(statuses.sort()).toEqual([202, 202, 202, ...Array(9).fill(429)]);
    expect(await countOf(service, tenant, 'bulk_jobs')).toBe(3);
    await send(await service.createTenant({ parent: tenant.company })).expect(202);

    const again = newKey();
    await send(tenant, again).expect(429);
    await endOne();
    await send(tenant, again).expect(202);
    await send(tenant).expect(429);
  });

  it('are not counted twice while they are made', async () => {
    await start(3);
    const { app } = service;
    jest.spyOn(app.get(BulkJobRepository), 'countUnfinished').mockResolvedValue(2);
    const job = {} as BulkJob;
    let finish: (made: BulkJob) => void = () => undefined;
    const gate = new Promise<BulkJob>((resolve) => (finish = resolve));
    const admission = app.get(JobAdmission);
    const first = admission.within(tenant.company.id, () => gate);
    const second = admission.within(tenant.company.id, () => Promise.resolve(job));
    finish(job);
    expect(await Promise.all([first, second])).toEqual([job, job]);
  });

  it('are refused in the words of each API, and nothing is stored', async () => {
    await start(3);
    const { jobId } = await bulk(tenant.api, CREATE, FILE, { query: { companyId: tenant.company.companyId } });
    const campaign = await tenant.api.post(CREATE_CAMPAIGN).send(sampleCampaign()).expect(201);
    const campaignId: string = campaign.body.data.id;
    stopWork();
    for (let i = 0; i < 3; i++) await send(tenant).expect(202);
    const before = await storedState(service);
    const keys = await countOf(service, tenant, 'idempotency_keys');
    const answers = [await send(tenant), await tenant.api.post('/customers/bulk/sourceId').send(ITEMS)];
    answers.push(
      await tenant.api.put(UPDATE_BULK).send({ campaignId, records: [{ id: 'lead_1', data: { notes: 'x' } }] }),
    );
    answers.push(await tenant.api.post(`${JOBS}/${jobId}/undo`));
    expect(answers.map(({ status }) => status)).toEqual([429, 429, 429, 429]);
    expect(answers.map(({ body }) => body)).toMatchObject([
      { errorResponse: { errorType: 'CLIENT_REQUEST_ERROR' }, response_code: 429, response_message: MESSAGE },
      { error: { code: 429, type: 'TooManyRequests', messages: [MESSAGE] } },
      { success: false, error: 'TooManyRequests', message: MESSAGE },
      { response_code: 429, response_message: MESSAGE },
    ]);
    for (const { headers } of answers) {
      expect([headers['retry-after'], headers['x-error-type']]).toEqual(['10', 'CLIENT_REQUEST_ERROR']);
    }
    expect(await storedState(service)).toEqual(before);
    expect(await countOf(service, tenant, 'idempotency_keys')).toBe(keys);
  });

  it('of an earlier call under the same key are told, not counted again', async () => {
    await start(1);
    const key = newKey();
    const { headers } = await send(tenant, key).expect(202);
    stopWork();
    for (let i = 0; i < 200; i++) {
      const { body } = await tenant.api.get(`${JOBS}/${headers['x-job-id']}`);
      if (body.payload.state === 'completed') break;
    }
    await send(tenant).expect(202);
    await send(tenant).expect(429);
    const replay = await send(tenant, key).expect(202);
    expect(replay.headers['idempotent-replayed']).toBe('true');
  });

  it('are not limited where the limit is 0', async () => {
    await start(0);
    stopWork();
    for (let i = 0; i < 5; i++) await send(tenant).expect(202);
  });
});
