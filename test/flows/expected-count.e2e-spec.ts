import { bulk, csvOf, UPDATE } from '../support/bulk';
import { createLeads } from '../support/campaigns';
import { createCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { JOBS, rowsOf, tableLines } from '../support/jobs';
import { RunningService, startService, Tenant } from '../support/service';

describeEachEngine('A call that says how many records it means', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    service = await startService(engine);
    tenant = await service.createTenant();
    for (const uniqueRefNo of ['A', 'B', 'C']) await createCustomer(tenant.api, { uniqueRefNo });
  });
  afterAll(() => service.stop());

  const file = (name: string) => csvOf([['uniqueRefNo', 'legalName'], ...['A', 'B', 'C'].map((id) => [id, name])]);
  const call = (jobId: string, what: string, expectedRows: unknown) =>
    tenant.api.post(`${JOBS}/${jobId}/${what}`).query({ expectedRows });
  const jobs = async () => (await tenant.api.get(JOBS)).body.payload.items.length;
  const words = (actual: number, expected: number) =>
    `The call would touch ${actual} rows, and expectedRows is ${expected}; nothing was done. Look at what it would touch, and send it again with expectedRows=${actual} if that is meant.`;

  it('undoes a job of that many records, and does nothing for any other number', async () => {
    const { jobId } = await bulk(tenant.api, UPDATE, file('Undone Limited'));
    const before = [await tableLines(service), await jobs()];
    for (const expected of [0, 2, 4]) {
      const { body } = await call(jobId, 'undo', expected).expect(409).expect('x-error-type', 'UNPROCESSABLE_REQUEST');
      expect(body.errorResponse.errorMessage).toBe(words(3, expected));
    }
    for (const expected of ['', 'three', '3.0', '-1', '0x3']) await call(jobId, 'undo', expected).expect(400);
    expect([await tableLines(service), await jobs()]).toEqual(before);
    const { payload } = (await call(jobId, 'undo', 3).expect(200)).body;
    expect(payload.counters).toMatchObject({ received: 3, updated: 3 });
  });

  it('commits a dry run of that many rows, which stays to be committed after any other number', async () => {
    const { jobId } = await bulk(tenant.api, `${UPDATE}?dryRun=true`, file('Committed Limited'));
    const { body } = await call(jobId, 'commit', 30).expect(409);
    expect(body.errorResponse.errorMessage).toBe(words(3, 30));
    const { payload } = (await call(jobId, 'commit', 3).expect(200)).body;
    expect(await rowsOf(tenant.api, payload.jobId, 'updated')).toHaveLength(3);
  });

  it('may send the same again under its key with the right number', async () => {
    const { jobId } = await bulk(tenant.api, UPDATE, file('Repeated Limited'));
    const keyed = (expected: number) => call(jobId, 'undo', expected).set('Idempotency-Key', `count-${jobId}`);
    await keyed(1).expect(409);
    await keyed(3).expect(200);
    await keyed(3).expect(200).expect('idempotent-replayed', 'true');
  });

  it('deletes a campaign of that many records, and leaves it for any other number', async () => {
    const id = await createLeads(tenant.api, 3);
    const remove = (expectedRecords: number) => tenant.api.delete(`/api/v1/campaigns/${id}`).query({ expectedRecords });
    const { body } = await remove(4).expect(409);
    expect(body).toEqual({
      success: false,
      error: 'Conflict',
      message:
        'The call would touch 3 records, and expectedRecords is 4; nothing was done. Look at what it would touch, and send it again with expectedRecords=3 if that is meant.',
    });
    await tenant.api.get(`/api/v1/campaigns/${id}`).expect(200);
    await remove(3).expect(200);
    await tenant.api.get(`/api/v1/campaigns/${id}`).expect(403);
  });
});
