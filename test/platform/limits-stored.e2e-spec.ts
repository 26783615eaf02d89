import { linkSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StoredBytes } from '../../src/bulk/files/stored-bytes';
import { bulk, CREATE, csvOf, storedState, upload } from '../support/bulk';
import { CREATE_CAMPAIGN, sampleCampaign, UPDATE_BULK } from '../support/campaigns';
import { describeEachEngine } from '../support/engines';
import { newKey } from '../support/idempotency';
import { JOBS } from '../support/jobs';
import { RunningService, startService, Tenant } from '../support/service';

const MOST = 1024 * 1024;
/** With its rows and results more than a megabyte. */
const LARGE = csvOf([
  ['legalName', 'address'],
  ...Array.from({ length: 2_000 }, (_, at) => [`Customer ${at}`, 'x'.repeat(240)]),
]);
const SMALL = csvOf([['legalName'], ['Xylo Traders']]);
const ITEMS = { customers: [{ source: 'x', sourceId: '1' }] };

describeEachEngine('The files of the jobs of a company', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  afterEach(() => service.stop());

  async function start(megabytes: number): Promise<void> {
    service = await startService(engine, { environment: { STORED_MB_PER_COMPANY: String(megabytes) } });
    tenant = await service.createTenant();
  }
  const send = ({ api, company }: Tenant, file = SMALL) =>
    upload(api, CREATE, file, { query: { companyId: company.companyId } });
  const folder = (jobId: string) => join(service.database.dataDir, 'jobs', jobId);
  const bytesOf = (jobId: string) =>
    readdirSync(folder(jobId)).reduce((sum, name) => sum + statSync(join(folder(jobId), name)).size, 0);
  const words = (bytes: number) =>
    `The files of this company's jobs take ${bytes} bytes, and ${MOST} are the most; nothing was applied. Erase jobs that have ended (DELETE /api/v0/bulk/jobs/{jobId}), or wait: a job's files go 30 days after its end.`;

  it('take so much and no more: then each API refuses a further job in its words, until one is erased', async () => {
    await start(1);
    const campaign = await tenant.api.post(CREATE_CAMPAIGN).send(sampleCampaign()).expect(201);
    const campaignId: string = campaign.body.data.id;
    const jobId = (await send(tenant, LARGE).expect(200)).headers['x-job-id'] as string;
    const before = await storedState(service);
    const message = words(bytesOf(jobId));
    const answers = [
      await send(tenant),
      await tenant.api.post('/customers/bulk/sourceId').set('Idempotency-Key', newKey()).send(ITEMS),
      await tenant.api.put(UPDATE_BULK).send({ campaignId, records: [{ id: 'lead_1', data: { notes: 'x' } }] }),
      await tenant.api.post(`${JOBS}/${jobId}/undo`),
    ];
    expect(answers.map(({ status, headers }) => [status, headers['x-error-type'], headers['retry-after']])).toEqual(
      answers.map(() => [413, 'CLIENT_REQUEST_ERROR', undefined]),
    );
    expect(answers.map(({ body }) => body)).toMatchObject([
      { errorResponse: { errorType: 'CLIENT_REQUEST_ERROR' }, response_code: 413, response_message: message },
      { error: { code: 413, messages: [message] } },
      { success: false, message },
      { response_code: 413, response_message: message },
    ]);
    expect(await storedState(service)).toEqual(before);
    await send(await service.createTenant({ parent: tenant.company })).expect(200);

    await tenant.api.delete(`${JOBS}/${jobId}`).expect(200);
    await send(tenant).expect(200);
  });

  it('are counted as jobs are made, and shared ones by halves', async () => {
    await start(1);
    const { jobId } = await bulk(tenant.api, CREATE, LARGE, { query: { dryRun: 'true' } });
    const shared = join(folder(jobId), 'shared');
    linkSync(join(folder(jobId), 'rows'), shared);
    const { size } = statSync(shared);
    const stored = service.app.get(StoredBytes);
    expect(await stored.of(tenant.company.id, 1)).toBe(bytesOf(jobId) - size);
    await stored.add(tenant.company.id, jobId);
    expect(await stored.of(tenant.company.id, Infinity)).toBe(2 * (bytesOf(jobId) - size));
    expect(await stored.of((await service.createTenant()).company.id, 1)).toBe(0);
  });

  it('take what they take where the limit is 0', async () => {
    await start(0);
    for (let count = 0; count < 2; count++) await send(tenant, LARGE).expect(200);
  });
});
