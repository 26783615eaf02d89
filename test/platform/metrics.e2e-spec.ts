import { randomBytes } from 'node:crypto';
import { UnitOfWork } from '../../src/platform/database/unit-of-work';
import { BulkJobService } from '../../src/bulk/jobs/bulk-job.service';
import { BulkJob } from '../../src/bulk/jobs/bulk-job.entity';
import { BulkJobRepository } from '../../src/bulk/jobs/bulk-job.repository';
import { bulk, CREATE, UPDATE } from '../support/bulk';
import { createLeads, updateRecords } from '../support/campaigns';
import { sampleItem, upsert } from '../support/commerce-items';
import { createCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { follow, JOBS } from '../support/jobs';
import { Api, RunningService, startService, Tenant } from '../support/service';

const METRICS_TOKEN = randomBytes(32).toString('base64url');
const FAILED_LOGINS = 5;
const COUNTS = ['created', 'updated', 'unchanged', 'failed', 'skipped', 'unprocessed'] as const;
const REQUESTS = 'rollbook_http_requests_total';

/** One line of the text format. */
interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads the text format of Prometheus, strictly. */
function parse(text: string): Sample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('# '))
    .map((line) => {
      const [, name = '', labels = '', value] =
        /^([a-z_][a-zA-Z0-9_]*)(?:\{((?:[a-z_]+="[^"\\\n]*",?)*)\})? (\S+)$/.exec(line) ?? [];
      if (value === undefined) throw new Error(`no line of the format: ${line}`);
      const pairs = [...labels.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, label = '', text]) => [label, text ?? '']);
      return { name, labels: Object.fromEntries(pairs), value: Number(value) };
    });
}

describe('metrics that nobody asked for', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService('sqlite', { environment: { NODE_ENV: 'production', APP_SECRET: METRICS_TOKEN } });
  });
  afterAll(() => service.stop());

  it('are not there, whatever token comes', async () => {
    const { token } = await service.createTenant();
    for (const request of [service.anonymous.get('/metrics'), service.as(token).get('/metrics')]) {
      const { status, body, headers } = await request;
      expect([status, headers['x-error-type'], body.response_code]).toEqual([404, 'RECORD_NOT_FOUND', 404]);
      expect(body.response_message).toContain('METRICS_TOKEN');
    }
  });
});

describe('a METRICS_TOKEN', () => {
  it.each(['short', 'change-me-change-me-change-me-change-me-1', 'a'.repeat(64)])(
    'that can be guessed keeps the service from starting: %s',
    async (token) => {
      await expect(startService('sqlite', { environment: { METRICS_TOKEN: token } })).rejects.toThrow(
        /METRICS_TOKEN: must be a random text of at least 32 characters/,
      );
    },
  );
});

describeEachEngine('metrics', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  let api: Api;

  const scrape = async (): Promise<{ text: string; samples: Sample[] }> => {
    const { text } = await service.as(METRICS_TOKEN).get('/metrics').expect(200);
    return { text, samples: parse(text) };
  };
  const sum = (samples: readonly Sample[], name: string, labels: object = {}) =>
    samples
      .filter((one) => one.name === name && Object.entries(labels).every(([label, text]) => one.labels[label] === text))
      .reduce((total, { value }) => total + value, 0);

  beforeAll(async () => {
    const environment = { METRICS_TOKEN, FAILED_LOGINS_PER_MINUTE: String(FAILED_LOGINS) };
    service = await startService(engine, { environment });
    tenant = await service.createTenant();
    api = tenant.api;
  });
  afterAll(() => service.stop());

  it('are for those who know the token alone, and wrong ones count as failed logins', async () => {
    const { headers } = await service.as(METRICS_TOKEN).get('/metrics').expect(200);
    expect(headers['content-type']).toBe('text/plain; charset=utf-8; version=0.0.4');
    expect(headers['cache-control']).toBe('no-store');
    await service.anonymous
      .get('/metrics')
      .expect(401)
      .expect('WWW-Authenticate', /^Bearer/);
    const wrong = [tenant.token, METRICS_TOKEN.slice(1), `${METRICS_TOKEN}x`, METRICS_TOKEN.toLowerCase(), 'x'];
    const statuses: number[] = [];
    for (const token of [...wrong, ...wrong]) statuses.push((await service.as(token).get('/metrics')).status);
    expect(statuses).toEqual([...wrong.map(() => 401), ...wrong.map(() => 429)]);
    await service.anonymous.get('/metrics').query({ token: METRICS_TOKEN }).expect(401);
    // Nothing is read of who may not come in.
    const broken = service.anonymous.get('/metrics').set('Content-Type', 'application/json').send('{"broken');
    await broken.expect(401);
    await service.as(METRICS_TOKEN).get('/metrics').expect(200);
    await service.as(METRICS_TOKEN).get('/health/live').expect(200);
    await service.as(METRICS_TOKEN).get(JOBS).expect(429);
  });

  it('add up to what the callers of all jobs were told, row by row', async () => {
    const { customerId } = await createCustomer(api, { uniqueRefNo: 'M-1' });
    await bulk(api, UPDATE, [
      ['customerId', 'pinCode'],
      [customerId, '560002'],
      [customerId, '560003'],
      ['KC00000000000000', '560004'],
      [customerId, 'none'],
    ]);
    const header = ['legalName', 'uniqueRefNo'];
    const created = await bulk(api, CREATE, [header, ['One', 'R-1'], ['Two', 'R-2'], ['', 'R-3'], ['Four', 'R-1']]);
    await bulk(api, CREATE, [header, ['Five', 'R-5'], ['Six', 'R-1']], { query: { dryRun: true } });
    await bulk(api, CREATE, [header, ['Seven', 'R-7'], ['Eight', 'R-1']], { query: { onError: 'abort' } });
    await follow(api, created.jobId, 'undo');
    await upsert(
      api,
      sampleItem(),
      sampleItem(),
      sampleItem({ sourceId: 'p', parent: { source: 'x', sourceId: 'y' } }),
    );
    const campaign = await createLeads(api, 3);
    const changed = await updateRecords(api, campaign, [
      { id: 'lead_0', data: { note: 'x' } },
      { id: 'lead_1', data: { lead_date: '2026-11-21' } },
      { id: 'gone', data: { note: 'x' } },
      { id: 'lead_2', data: 5 },
    ]);
    expect(changed.results.retried).toBe(1);

    const { payload } = (await api.get(JOBS).query({ limit: 50 }).expect(200)).body;
    expect(payload.items.length).toBeGreaterThanOrEqual(7);
    const { samples } = await scrape();
    const groups = new Map<string, any[]>();
    for (const job of payload.items) {
      const key = JSON.stringify({ family: job.family, target: job.target, dry_run: String(job.dryRun) });
      groups.set(key, [...(groups.get(key) ?? []), job]);
    }
    expect(groups.size).toBeGreaterThanOrEqual(6);
    for (const [key, jobs] of groups) {
      const labels = JSON.parse(key) as object;
      const told = (name: string) => jobs.reduce((total: number, job) => total + Number(job.counters[name]), 0);
      expect([key, sum(samples, 'rollbook_rows_received_total', labels)]).toEqual([key, told('received')]);
      expect([key, sum(samples, 'rollbook_rows_retried_total', labels)]).toEqual([key, told('retried')]);
      for (const outcome of COUNTS) {
        const counted = sum(samples, 'rollbook_rows_total', { ...labels, outcome });
        expect([key, outcome, counted]).toEqual([key, outcome, told(outcome)]);
      }
      expect([key, sum(samples, 'rollbook_rows_total', labels)]).toEqual([key, told('received')]);
      expect([key, sum(samples, 'rollbook_row_failures_total', labels)]).toEqual([key, told('failed')]);
      for (const state of ['completed', 'failed']) {
        const counted = sum(samples, 'rollbook_jobs_ended_total', { ...labels, state });
        expect([key, state, counted]).toEqual([key, state, jobs.filter((job) => job.state === state).length]);
      }
    }
    // Nothing is counted that belongs to no job.
    const all = payload.items.reduce((total: number, job: any) => total + Number(job.counters.received), 0);
    expect(sum(samples, 'rollbook_rows_received_total')).toBe(all);
    expect(sum(samples, 'rollbook_row_failures_total', { code: 'DUPLICATE_ROW' })).toBeGreaterThanOrEqual(2);
  });

  it('count a job that fails by a fault of the service with the rows it had come to', async () => {
    const ended = { target: 'test.broken', state: 'failed' };
    const { jobs, unitOfWork } = parts();
    const stored = await insertJob({ state: 'running' });
    const ending = service.app.get(BulkJobService);
    await ending.fail({ ...stored, tallies: [] }, new Error('broken'));
    // Told twice, it ends once.
    await ending.fail({ ...stored, tallies: [] }, new Error('broken'));
    const { samples } = await scrape();
    expect(sum(samples, 'rollbook_jobs_ended_total', ended)).toBe(1);
    expect(sum(samples, 'rollbook_rows_total', { target: stored.target, outcome: 'updated' })).toBe(7);
    expect(sum(samples, 'rollbook_rows_total', { target: stored.target, outcome: 'unprocessed' })).toBe(3);
    expect((await unitOfWork.read((transaction) => jobs.get(transaction, stored.jobId))).state).toBe('failed');
  });

  it('tell how many jobs wait and run, and for how long the oldest has waited', async () => {
    const idle = (await scrape()).samples;
    expect(sum(idle, 'rollbook_jobs', { state: 'queued' })).toBe(0);
    expect(sum(idle, 'rollbook_job_queue_age_seconds')).toBe(0);
    const anHourAgo = new Date(Date.now() - 3_600_000);
    await insertJob({ state: 'queued', createdAt: anHourAgo });
    await insertJob({ state: 'queued' });
    await insertJob({ state: 'running', createdAt: anHourAgo });
    const { samples } = await scrape();
    expect(sum(samples, 'rollbook_jobs', { state: 'queued' })).toBe(2);
    expect(sum(samples, 'rollbook_jobs', { state: 'running' })).toBe(1);
    expect(sum(samples, 'rollbook_job_queue_age_seconds')).toBeGreaterThanOrEqual(3_600);
  });

  it('count requests by the route as it is declared and how it ended, refused and unknown ones too', async () => {
    const { customerId } = await createCustomer(api, { uniqueRefNo: 'M-2' });
    const before = (await scrape()).samples;
    await api.get(`/api/v0/customer/${customerId}`).expect(200);
    await api.get('/api/v0/customer/KC00000000000000').expect(404);
    await service.anonymous.get(`/api/v0/customer/${customerId}`).expect(401);
    await api.get(`/nowhere/${customerId}`).expect(404);
    const { samples } = await scrape();
    const grown = (labels: object) => {
      const all = { method: 'GET', ...labels };
      return sum(samples, REQUESTS, all) - sum(before, REQUESTS, all);
    };
    const route = '/api/v0/customer/:customerId';
    expect(grown({ route, status: '200' })).toBe(1);
    expect(grown({ route, status: '404' })).toBe(1);
    expect(grown({ route, status: '401' })).toBe(1);
    expect(grown({ route: 'unmatched', status: '404' })).toBe(1);
    expect(grown({ route: '/metrics', status: '200' })).toBe(1);
    expect(sum(samples, 'rollbook_http_request_duration_seconds_count')).toBe(sum(samples, REQUESTS));
  });

  it('hold no id, name, token or text of a caller, in whatever label', async () => {
    const canary = 'Canary-7f3a';
    const { customerId } = await createCustomer(api, { legalName: canary, uniqueRefNo: canary, assignedAgent: canary });
    await api.get(`/api/v0/customer/${customerId}?parentCompanyId=${canary}`);
    await api.get(`/${canary}/${customerId}?q=${canary}`).set('X-Request-Id', canary).expect(404);
    await upsert(api, sampleItem({ sourceId: canary, source: canary }));
    await bulk(api, UPDATE, [
      [canary, 'customerId'],
      [canary, canary],
    ]);
    const { text, samples } = await scrape();
    for (const secret of [canary, customerId, tenant.token, tenant.company.companyId, METRICS_TOKEN, '078-05']) {
      expect(text).not.toContain(secret);
    }
    const ours = samples.filter(({ name }) => name.startsWith('rollbook_'));
    const labels = new Set(ours.flatMap(({ labels: own }) => Object.keys(own)));
    expect([...labels].sort()).toEqual(
      ['code', 'dry_run', 'family', 'le', 'method', 'outcome', 'route', 'state', 'status', 'target'].sort(),
    );
    // A label whose values callers could choose would grow without end.
    expect(ours.length).toBeLessThan(1_500);
  });

  it('tell of the event loop and of the connections to a server', async () => {
    const { samples } = await scrape();
    const names = new Set(samples.map(({ name }) => name));
    for (const name of ['nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes', 'process_open_fds']) {
      expect(names).toContain(name);
    }
    const states = samples.filter(({ name }) => name === 'rollbook_database_connections');
    expect(states.map(({ labels: { state } }) => state).sort()).toEqual(
      engine === 'sqlite' ? [] : ['busy', 'idle', 'waiting'],
    );
    if (engine === 'mariadb') expect(sum(states, 'rollbook_database_connections')).toBeGreaterThan(0);
  });

  it('are told without what the database knows while it does not answer', async () => {
    const { jobs } = parts();
    const broken = jest.spyOn(jobs, 'listUnfinished').mockReturnValue(new Promise(() => undefined));
    try {
      const { samples } = await scrape();
      expect(samples.filter(({ name }) => name === 'rollbook_jobs')).toEqual([]);
      expect(sum(samples, REQUESTS)).toBeGreaterThan(0);
    } finally {
      broken.mockRestore();
    }
  });

  const parts = () => ({ jobs: service.app.get(BulkJobRepository), unitOfWork: service.app.get(UnitOfWork) });

  /** A job of ten rows, seven of which are done, that no process will ever take. */
  function insertJob(changes: { state: 'queued' | 'running'; createdAt?: Date }) {
    const { jobs, unitOfWork } = parts();
    const id = randomBytes(20).toString('hex').toUpperCase().slice(0, 26);
    const tally = { table: 'Cards', received: 10, created: 0, updated: 7, unchanged: 0, failed: 0, skipped: 0 };
    return unitOfWork.run(async (transaction) => {
      const job = await jobs.insert(transaction, {
        jobId: `JOB${id}`,
        companyRef: tenant.company.id,
        family: 'receivables',
        target: 'test.broken',
        dryRun: false,
        parentJobId: null,
        fileName: null,
        fileFormat: 'csv',
        fileSha256: '',
        createdBy: 'test',
        options: { duplicates: 'first' },
        tallies: [{ ...tally, warned: 0, retried: 0, amount: '0.00' }],
        chunks: 1,
        nextChunk: 0,
        cancelRequested: false,
        error: null,
        fence: 0,
        committedBy: null,
        retriedBy: null,
        createdAt: new Date(),
        startedAt: null,
        finishedAt: null,
        ...changes,
      });
      await transaction.update(BulkJob, { id: job.id }, { leaseUntil: new Date(Date.now() + 86_400_000) });
      return job;
    });
  }
});
