import { bulk, UPDATE } from '../support/bulk';
import { createCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';
import { AcmeExtension } from './acme/acme.extension';

const CARDS = '/api/v0/bulk/acme.loyalty';
const HEADER = ['cardNumber', 'points', 'nickname'];

describeEachEngine('jobs of an extension', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    service = await startService(engine, { extensions: [AcmeExtension] });
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const pointsOf = async (number: string) =>
    (await tenant.api.get(`/acme/loyalty/${number}`)).body.answer?.points ?? null;
  const rowsOf = async (jobId: string) =>
    (await tenant.api.get(`/api/v0/bulk/jobs/${jobId}/rows`).expect(200)).body.payload.items;
  const follow = async (jobId: string, step: 'undo' | 'commit') => {
    const { status, body } = await tenant.api.post(`/api/v0/bulk/jobs/${jobId}/${step}`);
    if (![200, 202].includes(status)) throw new Error(`${status}: ${JSON.stringify(body)}`);
    return body.payload;
  };

  it('are rehearsed, with old and new values, and done for real', async () => {
    await bulk(tenant.api, CARDS, [HEADER, ['L-000001', '1', 'Blue']]);
    const rows = [HEADER, ['L-000001', '5', ''], ['L-000002', '2', '']];
    const rehearsal = await bulk(tenant.api, CARDS, rows, { query: { dryRun: true } });
    expect(rehearsal.successRequests.map(({ action }: any) => action)).toEqual(['updated', 'created']);
    expect([await pointsOf('L-000001'), await pointsOf('L-000002')]).toEqual([1, null]);
    expect(await rowsOf(rehearsal.jobId)).toMatchObject([
      { row: 2, outcome: 'updated', changes: [{ field: 'points', from: 1, to: 5 }] },
      { row: 3, outcome: 'created', changes: expect.arrayContaining([{ field: 'points', from: null, to: 2 }]) },
    ]);
    await follow(rehearsal.jobId, 'commit');
    expect([await pointsOf('L-000001'), await pointsOf('L-000002')]).toEqual([5, 2]);
  });

  it('are not done for real where a record moved on', async () => {
    await bulk(tenant.api, CARDS, [HEADER, ['L-000001', '1', ''], ['L-000002', '1', '']]);
    const rows = [HEADER, ['L-000001', '5', ''], ['L-000002', '6', '']];
    const rehearsal = await bulk(tenant.api, CARDS, rows, { query: { dryRun: true } });
    await bulk(tenant.api, CARDS, [HEADER, ['L-000001', '9', '']]);
    const { jobId } = await follow(rehearsal.jobId, 'commit');
    expect(await rowsOf(jobId)).toMatchObject([
      { row: 2, outcome: 'failed', errors: [{ code: 'VERSION_CONFLICT' }] },
      { row: 3, outcome: 'updated' },
    ]);
    expect([await pointsOf('L-000001'), await pointsOf('L-000002')]).toEqual([9, 6]);
  });

  it('are taken back, and that as well', async () => {
    await bulk(tenant.api, CARDS, [HEADER, ['L-000001', '1', '']]);
    const job = await bulk(tenant.api, CARDS, [HEADER, ['L-000001', '5', ''], ['L-000002', '2', '']]);
    const undo = await follow(job.jobId, 'undo');
    expect([await pointsOf('L-000001'), await pointsOf('L-000002')]).toEqual([1, null]);
    await follow(undo.jobId, 'undo');
    expect([await pointsOf('L-000001'), await pointsOf('L-000002')]).toEqual([5, 2]);
  });

  it('are stopped at the first fault when they are told to', async () => {
    const rows = [HEADER, ['L-000001', '5', ''], ['L-000002', 'x', '']];
    const answer = await bulk(tenant.api, CARDS, rows, { query: { onError: 'abort' } });
    expect(answer.success_count).toBe(0);
    expect(await pointsOf('L-000001')).toBe(null);
  });

  it('show and take back a custom field of customers', async () => {
    const { customerId } = await createCustomer(tenant.api, { uniqueRefNo: 'R-1', acmeTier: 'silver' });
    const tier = async () => (await tenant.api.get(`/api/v0/customer/${customerId}`)).body.payload.acmeTier;
    const rows = [
      ['uniqueRefNo', 'acmeTier'],
      ['R-1', 'gold'],
    ];
    const rehearsal = await bulk(tenant.api, UPDATE, rows, { query: { dryRun: true } });
    expect(await tier()).toBe('silver');
    expect(await rowsOf(rehearsal.jobId)).toMatchObject([
      { changes: [{ field: 'acmeTier', from: 'silver', to: 'gold' }] },
    ]);
    const job = await follow(rehearsal.jobId, 'commit');
    expect(await tier()).toBe('gold');
    const undo = await follow(job.jobId, 'undo');
    expect(await tier()).toBe('silver');
    await follow(undo.jobId, 'undo');
    expect(await tier()).toBe('gold');
    const cleared = await bulk(tenant.api, UPDATE, [
      ['uniqueRefNo', 'acmeTier'],
      ['R-1', '#CLEAR'],
    ]);
    expect(await tier()).toBe(null);
    await follow(cleared.jobId, 'undo');
    expect(await tier()).toBe('gold');
  });
});
