import { JobControl } from '../../src/bulk/jobs/job-control';
import { bulk, CREATE, csvOf, UPDATE } from '../support/bulk';
import { createLeads, readRecord } from '../support/campaigns';
import { readCustomer } from '../support/commerce-items';
import { describeEachEngine } from '../support/engines';
import { follow, JOBS, rowsOf } from '../support/jobs';
import { RunningService, startService, Tenant } from '../support/service';

describeEachEngine('the commit of a dry run', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    service = await startService(engine);
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  it('does for real what was said, and refuses what moved since', async () => {
    const names = Array.from({ length: 5 }, (_, i) => [`C-${i}`, `Commit ${i}`]);
    await bulk(tenant.api, CREATE, csvOf([['uniqueRefNo', 'legalName'], ...names]));
    const changes = names.map(([ref, name]) => [ref ?? '', `${name} changed`]);
    const { jobId } = await bulk(
      tenant.api,
      UPDATE,
      csvOf([['uniqueRefNo', 'legalName'], ...changes, ['C-99', 'Nobody']]),
      {
        query: { dryRun: 'true' },
      },
    );
    await bulk(
      tenant.api,
      UPDATE,
      csvOf([
        ['uniqueRefNo', 'legalName'],
        ['C-1', 'Moved'],
      ]),
    );
    // Says already what the dry run would have said.
    await bulk(
      tenant.api,
      UPDATE,
      csvOf([
        ['uniqueRefNo', 'legalName'],
        ['C-2', 'Commit 2 changed'],
      ]),
    );

    const job = await follow(tenant.api, jobId, 'commit');
    expect(job).toMatchObject({ state: 'completed', dryRun: false, parentJobId: jobId });
    expect(job.counters).toMatchObject({ received: 6, updated: 3, failed: 3 });
    const failed = await rowsOf(tenant.api, job.jobId, 'failed');
    expect(failed.map(({ row, errors }) => [row, errors[0].code])).toEqual([
      [3, 'VERSION_CONFLICT'],
      [4, 'VERSION_CONFLICT'],
      [7, 'NOT_FOUND'],
    ]);
    const { body } = await tenant.api.post('/api/v0/customer/search').send({ uniqueRefNo: 'C-1' });
    expect(body.payload.items[0].legalName).toBe('Moved');
    // Once is enough.
    const again = await tenant.api.post(`${JOBS}/${jobId}/commit`).expect(409);
    expect(again.body.errorResponse.errorMessage).toContain(job.jobId);
  });

  it('does so also where rows change what rows before them made', async () => {
    const item = (sourceId: number, rest: object) => ({ source: 'MADE', sourceId, language: 'en', ...rest });
    const upsert = (customers: object[], query: object = {}) =>
      tenant.api.post('/customers/bulk/sourceId').query(query).send({ customers }).expect(200);
    const [first, second] = [item(1, { lastName: 'First' }), item(1, { lastName: 'Second' })];
    const dry = await upsert([first, second, second, item(2, { lastName: 'Other' })], { dryRun: 'true' });
    expect(dry.body.data.map(({ id }: any) => id)).toEqual([null, null, null, null]);
    const contacts = csvOf([
      ['uniqueRefNo', 'name', 'legalName', 'mobile'],
      ['MADE-1', 'Asha', 'Asha Rao', '9812345678'],
    ]);
    const file = csvOf([
      ['uniqueRefNo', 'legalName'],
      ['MADE-1', 'Made with a contact'],
    ]);
    const withContact = await bulk(tenant.api, CREATE, file, { query: { dryRun: 'true' }, contacts });
    // Takes the ids the dry runs had.
    await upsert([item(3, {}), item(2, { lastName: 'Other' })]);

    const job = await follow(tenant.api, dry.headers['x-job-id'] ?? '', 'commit');
    expect(job.counters).toMatchObject({ received: 4, created: 1, updated: 1, unchanged: 1, failed: 1 });
    const failed = await rowsOf(tenant.api, job.jobId, 'failed');
    expect(failed.map(({ row, errors }) => [row, errors[0].code])).toEqual([[4, 'VERSION_CONFLICT']]);
    const { counters } = await follow(tenant.api, withContact.jobId, 'commit');
    expect(counters).toMatchObject({ received: 2, created: 1, updated: 1, failed: 0 });
  });

  it('changes nothing of a customer that somebody else made meanwhile', async () => {
    const item = (lastName: string) => ({ source: 'RIVAL', sourceId: 1, language: 'en', lastName });
    const upsert = (customers: object[], query: object = {}) =>
      tenant.api.post('/customers/bulk/sourceId').query(query).send({ customers }).expect(200);
    const dry = await upsert([item('First'), item('Second')], { dryRun: 'true' });
    const rival = await upsert([item('First')]);
    const { counters } = await follow(tenant.api, dry.headers['x-job-id'] ?? '', 'commit');
    expect(counters).toMatchObject({ received: 2, failed: 2 });
    expect((await readCustomer(tenant.api, rival.body.data[0].id)).lastName).toBe('First');
  });

  it('does the same when the dry run is erased while it goes on', async () => {
    const names = Array.from({ length: 1_100 }, (_, i) => [`E-${i}`, `Erased ${i}`]);
    const file = (rows: string[][]) => csvOf([['uniqueRefNo', 'legalName'], ...rows]);
    await bulk(tenant.api, CREATE, file(names));
    const changed = file(names.map(([ref = '', name = '']) => [ref, `${name} changed`]));
    const { jobId } = await bulk(tenant.api, UPDATE, changed, { query: { dryRun: 'true' } });
    const control = service.app.get(JobControl);
    const stopOf = control.stopOf.bind(control);
    const asked = jest.spyOn(control, 'stopOf').mockImplementationOnce(async (job) => {
      await tenant.api.delete(`${JOBS}/${jobId}`).expect(200);
      return stopOf(job);
    });
    expect((await follow(tenant.api, jobId, 'commit')).counters).toMatchObject({ updated: 1_100, failed: 0 });
    expect(asked).toHaveBeenCalled();
    asked.mockRestore();
  });

  it('stores secrets that came with the call', async () => {
    const customers = [{ source: 'SSN', sourceId: 1, language: 'en', lastName: 'Secret', ssn: '123-45-6789' }];
    const dry = await tenant.api
      .post('/customers/bulk/sourceId')
      .query({ dryRun: 'true' })
      .send({ customers })
      .expect(200);
    const [row] = await rowsOf(tenant.api, dry.headers['x-job-id'] ?? '');
    expect(JSON.stringify(row)).not.toContain('6789');
    const job = await follow(tenant.api, dry.headers['x-job-id'] ?? '', 'commit');
    expect(job.counters).toMatchObject({ created: 1 });
    const { recordId } = (await rowsOf(tenant.api, job.jobId))[0];
    expect((await readCustomer(tenant.api, Number(recordId))).ssn).toBe('*******6789');
  });

  it.each([
    ['beside it', 2],
    ['in a later chunk', 600],
  ])('tells a row that changes nothing as such, whatever becomes of a row of its record %s', async (_where, at) => {
    const item = (sourceId: number, lastName?: string) => ({
      ...{ source: `SAME-${at}`, sourceId, language: 'en' },
      ...(lastName !== undefined && { lastName }),
    });
    const upsert = (customers: object[], query: object = {}) =>
      tenant.api.post('/customers/bulk/sourceId').query(query).send({ customers }).expect(200);
    await upsert([item(1, 'Before')]);
    const others = Array.from({ length: at - 2 }, (_, index) => item(index + 2, 'Other'));
    const dry = await upsert([item(1), ...others, item(1, 'Second')], { dryRun: 'true' });
    await upsert([item(1, 'Rival')]);

    const job = await follow(tenant.api, dry.headers['x-job-id'] ?? '', 'commit');
    expect(job.counters).toMatchObject({ received: at, created: at - 2, unchanged: 1, failed: 1 });
    const failed = await rowsOf(tenant.api, job.jobId, 'failed');
    expect(failed.map(({ row, errors }) => [row, errors[0].code])).toEqual([[at, 'VERSION_CONFLICT']]);
  });

  it.each([
    ['beside the first', 2],
    ['in a later chunk', 600],
  ])('refuses a second row of what moved since, %s, though the version is the one it met', async (_where, at) => {
    const item = (sourceId: number, lastName: string) => ({
      source: `TWICE-${at}`,
      sourceId,
      language: 'en',
      lastName,
    });
    const upsert = (customers: object[], query: object = {}) =>
      tenant.api.post('/customers/bulk/sourceId').query(query).send({ customers }).expect(200);
    const [known] = (await upsert([item(1, 'Before')])).body.data;
    const others = Array.from({ length: at - 2 }, (_, index) => item(index + 2, 'Other'));
    const dry = await upsert([item(1, 'First'), ...others, item(1, 'Second')], { dryRun: 'true' });
    // One change, as the first row would have made.
    await upsert([item(1, 'Rival')]);

    const job = await follow(tenant.api, dry.headers['x-job-id'] ?? '', 'commit');
    expect(job.counters).toMatchObject({ received: at, created: at - 2, failed: 2 });
    const failed = await rowsOf(tenant.api, job.jobId, 'failed');
    expect(failed.map(({ row, errors }) => [row, errors[0].code])).toEqual([
      [1, 'VERSION_CONFLICT'],
      [at, 'VERSION_CONFLICT'],
    ]);
    expect((await readCustomer(tenant.api, known.id)).lastName).toBe('Rival');
  });

  it('applies rows of a record beside one that named a version the record did not have', async () => {
    const campaignId = await createLeads(tenant.api, 1);
    const records = [
      { id: 'lead_0', data: { a: 1 } },
      { id: 'lead_0', data: { b: 2 }, ifVersion: 99 },
      { id: 'lead_0', data: { c: 3 } },
    ];
    const dry = await tenant.api
      .put('/api/v1/customer-data/bulk')
      .query({ dryRun: 'true' })
      .send({ campaignId, records })
      .expect(207);
    const job = await follow(tenant.api, dry.headers['x-job-id'] ?? '', 'commit');
    expect(job.counters).toMatchObject({ received: 3, updated: 2, failed: 1 });
    const [failed] = await rowsOf(tenant.api, job.jobId, 'failed');
    expect([failed.row, failed.errors[0].message]).toEqual([2, expect.stringContaining('[99]')]);
    expect((await readRecord(tenant.api, campaignId, 'lead_0')).data).toMatchObject({ a: 1, c: 3 });
  });
});
