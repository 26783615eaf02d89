import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { bulk, CREATE, csvOf, download } from '../support/bulk';
import { describeEachEngine } from '../support/engines';
import { follow, rowsOf } from '../support/jobs';
import { Api, RunningService, startService, Tenant } from '../support/service';

const JOBS = '/api/v0/bulk/jobs';
const fileOf = (rows: number) =>
  Buffer.from(['legalName', ...Array.from({ length: rows }, (_, index) => `Customer ${index}`)].join('\n'));

async function upload(api: Api, rows: number, prefer = ''): Promise<string> {
  const answer = await api
    .post('/api/v0/customer/bulk')
    .set('Prefer', prefer)
    .attach('file', fileOf(rows), 'customers.csv');
  return answer.headers['x-job-id'] ?? '';
}

async function ended(api: Api, jobId: string): Promise<any> {
  for (let tries = 0; tries < 400; tries++) {
    const { payload } = (await api.get(`${JOBS}/${jobId}`).expect(200)).body;
    if (!['queued', 'running'].includes(payload.state)) return payload;
    await sleep(25);
  }
  throw new Error(`the job ${jobId} does not end`);
}

describeEachEngine('a job under control', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    service = await startService(engine);
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  it('is cancelled at a border between two chunks; what is applied stays, the rest can be sent again', async () => {
    const rows = 12_000;
    const jobId = await upload(tenant.api, rows, 'respond-async');
    const answer = await tenant.api.post(`${JOBS}/${jobId}/cancel`).expect(202);
    expect(answer.body.payload.jobId).toBe(jobId);
    const job = await ended(tenant.api, jobId);
    expect(job.state).toBe('cancelled');
    const { created, unprocessed }: { created: number; unprocessed: number } = job.counters;
    expect(created + unprocessed).toBe(rows);
    expect(unprocessed).toBeGreaterThan(0);
    expect(unprocessed % 500).toBe(0);

    const rest = await service.anonymous.get(job.links.unprocessed.replace(service.baseUrl, '')).expect(200);
    expect(rest.text.trim().split(/\r?\n/)).toHaveLength(unprocessed + 1);
    const again = await tenant.api.post('/api/v0/customer/bulk').attach('file', Buffer.from(rest.text), 'rest.csv');
    expect(again.body.payload).toMatchObject({ success_count: unprocessed, failure_count: 0 });
    await tenant.api.post(`${JOBS}/${jobId}/cancel`).expect(409);
  });

  it('tells every row exactly once, page by page, with what became of it', async () => {
    const text = 'legalName,pinCode\nGood One,560001\nBad One,01\nGood Two,\n';
    const answer = await tenant.api.post('/api/v0/customer/bulk').attach('file', Buffer.from(text), 'three.csv');
    const jobId = answer.headers['x-job-id'] ?? '';
    const seen: any[] = [];
    let cursor: string | null = null;
    do {
      const query: object = { limit: 2, ...(cursor !== null && { cursor }) };
      const { payload }: any = (await tenant.api.get(`${JOBS}/${jobId}/rows`).query(query).expect(200)).body;
      seen.push(...payload.items);
      cursor = payload.nextCursor;
    } while (cursor !== null);
    expect(seen.map(({ row, table, outcome }) => [row, table, outcome])).toEqual([
      [2, 'Customers', 'created'],
      [3, 'Customers', 'failed'],
      [4, 'Customers', 'created'],
    ]);
    expect(seen[1].errors[0]).toMatchObject({ field: 'pinCode', code: 'INVALID_FORMAT', rejectedValue: '01' });
    const failed = await tenant.api.get(`${JOBS}/${jobId}/rows`).query({ outcome: 'failed' }).expect(200);
    expect(failed.body.payload.items.map(({ row }: any) => row)).toEqual([3]);
  });

  it('stands in the list of its company, newest first, and in nobody else’s', async () => {
    const other = await service.createTenant();
    const first = await upload(other.api, 3);
    const second = await upload(other.api, 4);
    const list = async (query: object) =>
      (await other.api.get(JOBS).query(query).expect(200)).body.payload.items.map(({ jobId }: any) => jobId);
    expect(await list({})).toEqual([second, first]);
    expect(await list({ state: 'completed', family: 'receivables', limit: 1 })).toEqual([second]);
    expect(await list({ state: 'failed' })).toEqual([]);
    expect(await list({ family: 'commerce' })).toEqual([]);
    await tenant.api.get(`${JOBS}/${first}/rows`).expect(404);
    await tenant.api.post(`${JOBS}/${first}/cancel`).expect(404);
    await tenant.api.delete(`${JOBS}/${first}`).expect(404);
  });

  it('is cancelled once, however often it is asked for', async () => {
    const jobId = await upload(tenant.api, 11_000, 'respond-async');
    for (let time = 0; time < 3; time++) await tenant.api.post(`${JOBS}/${jobId}/cancel`);
    await ended(tenant.api, jobId);
    const [{ n }] = await service.app
      .get(DataSource)
      .query("SELECT COUNT(*) AS n FROM audit_entries WHERE action = 'job.cancelled' AND job_id = ?", [jobId]);
    expect(Number(n)).toBe(1);
  });

  it('names the result files of all its tables', async () => {
    const contacts = csvOf([
      ['uniqueRefNo', 'name', 'legalName', 'mobile'],
      ['NOBODY', 'Asha', 'Asha Rao', '9812345678'],
    ]);
    const file = csvOf([
      ['uniqueRefNo', 'legalName'],
      ['FILES-1', 'Files'],
    ]);
    const { jobId } = await bulk(tenant.api, CREATE, file, { contacts });
    const { links } = (await tenant.api.get(`${JOBS}/${jobId}`).expect(200)).body.payload;
    const names = links.files.map(({ name }: any) => name.replace(/^.*?-/, ''));
    expect(names).toEqual(['failure-contacts.csv', 'success.csv']);
    expect((await download(links.files[0].url)).toString()).toContain('NOBODY');
    expect(links.failure).toBeNull();
  });

  it('can still be read when what it was for is not installed any more', async () => {
    const jobId = await upload(tenant.api, 3);
    await service.app.get(DataSource).query("UPDATE bulk_jobs SET target = 'depot.sites' WHERE job_id = ?", [jobId]);
    expect((await tenant.api.get(`${JOBS}/${jobId}/rows`).expect(200)).body.payload.items).toHaveLength(3);
    await tenant.api.get(`${JOBS}/${jobId}/events`).expect(200);
    const { body } = await tenant.api.post(`${JOBS}/${jobId}/undo`).expect(409);
    expect(body.errorResponse.errorMessage).toContain('has nothing installed for depot.sites any more');
  });

  it('of a former release, whose rows had their index in a file of its own, is read and committed as any other', async () => {
    const names = Array.from({ length: 1_200 }, (_, at) => [`Former ${at}`]);
    const { jobId } = await bulk(tenant.api, CREATE, csvOf([['legalName'], ...names]), { query: { dryRun: 'true' } });
    const path = join(service.database.dataDir, 'jobs', jobId, 'rows');
    const text = readFileSync(path, 'utf8');
    const start = Number(text.slice(-16));
    writeFileSync(`${path}.index`, text.slice(start, -16));
    writeFileSync(path, text.slice(0, start));
    expect(await rowsOf(tenant.api, jobId)).toHaveLength(1_200);
    const job = await follow(tenant.api, jobId, 'commit');
    expect(job.counters).toMatchObject({ created: 1_200, failed: 0 });
    expect(await rowsOf(tenant.api, job.jobId)).toHaveLength(1_200);
  });

  it('loses its files at once when they are erased, and keeps its counters', async () => {
    const jobId = await upload(tenant.api, 5);
    await tenant.api.delete(`${JOBS}/${jobId}`).expect(200);
    const { payload } = (await tenant.api.get(`${JOBS}/${jobId}`).expect(200)).body;
    expect(payload).toMatchObject({ counters: { created: 5 }, links: { success: null, failure: null } });
    await tenant.api.get(`${JOBS}/${jobId}/results/success.csv`).expect(404);
    await tenant.api.get(`${JOBS}/${jobId}/rows`).expect(404);
  });

  it('keeps its files while it runs', async () => {
    const jobId = await upload(tenant.api, 11_000, 'respond-async');
    await tenant.api.delete(`${JOBS}/${jobId}`).expect(409);
    await tenant.api.post(`${JOBS}/${jobId}/cancel`);
    await ended(tenant.api, jobId);
  });
});
