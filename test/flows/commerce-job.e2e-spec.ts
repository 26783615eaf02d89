import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { idsOf, rowsOf, sampleAddress, sampleItem, updateById, upsert, verdictsOf } from '../support/commerce-items';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';

const SOURCE = 'REST-API';
const item = (sourceId: string | number, changes: object = {}) => ({ source: SOURCE, sourceId, ...changes });
const JOBS = '/api/v0/bulk/jobs';
/** As text, as a number, and in another spelling. */
const NUMBERS = ['078-05-1120', 219099999, '457 55 5462'];
const IN_CLEAR = /078-?05-?1120|219-?09-?9999|457 ?55 ?5462/;

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile());
}

describeEachEngine('the job of a commerce bulk call', (engine) => {
  let service: RunningService;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const call = (...customers: object[]) => upsert(tenant.api, ...customers);
  const job = async ({ jobId }: any) => (await tenant.api.get(`${JOBS}/${jobId}`).expect(200)).body.payload;
  /** The rows of a result file of a job, as a caller with the token gets them. */
  async function results({ jobId }: any, file: string): Promise<any[]> {
    const url = `${service.baseUrl}${JOBS}/${jobId}/results/${file}.ndjson`;
    const response = await fetch(url, { headers: { Authorization: `Bearer ${tenant.token}` } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    const text = await response.text();
    expect(text).not.toMatch(IN_CLEAR);
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  }

  it('is named in the answer and can be read, its counters adding up', async () => {
    await call(item('known'), item('same', { title: 'Dr.' }), item('two', { language: 'en' }));
    await call(item('two', { language: 'de' }));
    const answer = await call(
      item('new'),
      item('known', { title: 'Dr.' }),
      item('same', { title: 'Dr.' }),
      item('two'),
      item('new', { title: 'Dr.' }),
    );
    expect(answer.jobId).toMatch(/^JOB[A-Z0-9]{26}$/);
    const read = await job(answer);
    expect(read).toMatchObject({
      jobId: answer.jobId,
      family: 'commerce',
      target: 'customer.upsertBySourceId',
      state: 'completed',
      dryRun: false,
      parentJobId: null,
      fileName: null,
      createdBy: expect.stringMatching(/^key:/),
      error: null,
    });
    expect(read.counters).toEqual({
      received: 5,
      created: 1,
      updated: 2,
      unchanged: 1,
      failed: 1,
      skipped: 0,
      unprocessed: 0,
      warned: 0,
      retried: 0,
    });
    const stranger = await service.createTenant();
    for (const rest of ['', '/results/failure.ndjson', '/results/success.ndjson']) {
      await stranger.api.get(`${JOBS}/${answer.jobId}${rest}`).expect(404);
    }
  });

  it('has its own id for every call, and the target of the call by id', async () => {
    const [first, second] = [await call(item(1)), await call(item(1))];
    expect(first.jobId).not.toBe(second.jobId);
    const byId = await updateById(tenant.api, { id: first.data[0].id, title: 'Dr.' });
    expect(await job(byId)).toMatchObject({ family: 'commerce', target: 'customer.updateById' });
    const history = await rowsOf(service, tenant, 'customer_changes');
    expect(history.map(({ job_id, row_no }) => [job_id, row_no])).toEqual([
      [first.jobId, 1],
      [byId.jobId, 1],
    ]);
  });

  it('keeps the items that failed, with the reason, and without their numbers', async () => {
    await call(item('two', { language: 'en' }), item('two', { language: 'de' }));
    const lost = item('lost', { ssn: NUMBERS[1], parent: { id: 999_999_999 }, addresses: [sampleAddress()] });
    const answer = await call(
      item('two', { ssn: NUMBERS[0], lastName: '=Ö\n"' }),
      sampleItem({ ssn: NUMBERS[2] }),
      lost,
    );
    expect(verdictsOf(answer)).toEqual([60005, 'create', 60007]);
    const failed = await results(answer, 'failure');
    expect(
      failed.map(({ _row, _status, _error_code, _error_field }) => [_row, _status, _error_code, _error_field]),
    ).toEqual([
      ['1', 'failed', 'CUSTOMER_MULTIPLE_FOUND', 'language'],
      ['3', 'failed', 'PARENT_CUSTOMER_NOT_FOUND', 'parent'],
    ]);
    failed.forEach((row, index) => {
      const [message] = answer.data[index * 2].error.messages;
      expect(row._error_message).toBe(`${message} [job ${answer.jobId}]`);
      expect(Object.keys(row)).not.toContain('ssn');
    });
    const [two, third] = failed.map(({ customer }) => JSON.parse(customer));
    expect(two).toEqual({ ...item('two', { lastName: '=Ö\n"' }), ssn: expect.stringMatching(/^\D*$/) });
    expect(third).toEqual({ ...lost, ssn: expect.stringMatching(/^\D*$/) });
    const [applied] = await results(answer, 'success');
    expect(applied).toMatchObject({ _row: '2', _status: 'created', _customer_id: String(idsOf(answer)[1]) });
    expect(JSON.parse(applied.customer)).toMatchObject({ sourceId: 3002196, ssn: expect.stringMatching(/^\D*$/) });
    const links = (await job(answer)).links;
    for (const link of [links.success, links.failure]) {
      const response = await fetch(link);
      expect([response.status, await response.text()]).toEqual([200, expect.not.stringMatching(IN_CLEAR)]);
    }
  });

  it('has no file for a side without items', async () => {
    const good = await call(item(1));
    expect((await job(good)).links).toMatchObject({ failure: null, success: expect.any(String) });
    await tenant.api.get(`${JOBS}/${good.jobId}/results/failure.ndjson`).expect(404);
    expect(await results(good, 'success')).toHaveLength(1);
  });

  it('leaves a social security number nowhere: not on the disk, in a table, in an answer or in a history', async () => {
    const customers = NUMBERS.map((ssn, index) => sampleItem({ sourceId: index, ssn }));
    const answers = [
      await call(...customers),
      await call(...customers.map((customer) => ({ ...customer, ssn: '987-65-4329' }))),
      await call(...customers.map((customer) => ({ ...customer, parent: { id: 999_999_999 } }))),
      await updateById(tenant.api, { id: 999_999_999, ssn: NUMBERS[0] }),
    ];
    const [id] = idsOf(answers[0]);
    for (const { raw } of answers) expect(raw).not.toMatch(IN_CLEAR);
    const { body } = await tenant.api.get(`/customers/id/${id}`);
    expect(body.data.ssn).toBe('*******4329');
    const history = await tenant.api.get(`/api/v0/customer/${body.data.customerId}/history`).expect(200);
    const changes = history.body.payload.items.flatMap((entry: any) => entry.changes);
    expect(changes.filter(({ field }: any) => field === 'ssn')).toEqual([
      { field: 'ssn', from: '********', to: '********' },
      { field: 'ssn', from: null, to: '********' },
    ]);

    const dataSource = service.app.get(DataSource);
    for (const table of ['customers', 'customer_changes', 'bulk_jobs', 'bulk_outcomes']) {
      const rows = await dataSource.query(`SELECT * FROM ${table}`);
      expect(rows.length).toBeGreaterThan(0);
      expect(JSON.stringify(rows)).not.toMatch(IN_CLEAR);
    }
    const files = filesBelow(service.database.dataDir);
    expect(files.some((path) => path.includes(answers[0].jobId))).toBe(true);
    for (const path of files) {
      const isClean = !IN_CLEAR.test(readFileSync(path, 'latin1'));
      expect([path, isClean]).toEqual([path, true]);
    }
  });
});
