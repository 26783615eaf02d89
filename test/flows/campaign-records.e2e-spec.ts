import { DataSource } from 'typeorm';
import {
  ADD,
  ADD_BULK,
  addRecords,
  campaignChecksum,
  countersOf,
  createCampaign,
  createLeads,
  faultsOf,
  flatRefusal,
  HISTORY,
  lead,
  loan,
  readRecord,
  RECORDS,
  refusal,
  storedHistory,
  storedRecords,
  times,
  updateRecords,
} from '../support/campaigns';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describeEachEngine('records of a campaign', (engine) => {
  let service: RunningService;
  let database: DataSource;
  let tenant: Tenant;
  let loans: string;

  beforeAll(async () => {
    service = await startService(engine);
    database = service.app.get(DataSource);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
    loans = await createCampaign(tenant.api, { campaignType: 'emi' });
  });
  afterAll(() => service.stop());

  const add = (data: unknown, campaignId = loans) => tenant.api.post(ADD).send({ campaignId, data });
  const put = (body: object, campaignId = loans) => tenant.api.put(RECORDS).send({ campaignId, ...body });
  const page = async (query: object) => (await tenant.api.get(RECORDS).query(query).expect(200)).body;
  const exists = (id: string) => ({
    id,
    error: 'version_conflict_engine_exception',
    reason: `[${id}]: version conflict, document already exists`,
  });

  it('are added one by one, and read as they were given', async () => {
    const given = loan('loan/1 é', { custom: { list: [null, {}] }, note: null });
    const { status, body } = await add(given);
    const message = 'Customer added to campaign successfully';
    expect([status, body]).toEqual([201, { success: true, message, data: { id: 'loan/1 é', campaignId: loans } }]);
    const answer = await page({ campaignId: loans, id: 'loan/1 é' });
    expect(answer).toEqual({
      success: true,
      data: { id: 'loan/1 é', version: 1, data: given, createdAt: TIME, updatedAt: TIME },
    });
    const [entry, ...others] = await storedHistory(database, loans);
    expect([entry, others]).toMatchObject([{ recordId: 'loan/1 é', version: 1, jobId: null, row: null }, []]);
    expect(Object.fromEntries(entry!.changes.map(({ field, to }) => [field, to]))).toEqual(given);
  });

  it('are known by ids that are compared letter by letter', async () => {
    for (const id of ['a', 'A', 'a ', ' a', 'á', 'a\u0301', 'a\u0000']) await add(loan(id)).expect(201);
    expect(await flatRefusal(add(loan('A')))).toEqual([409, 'Conflict']);
    await put({ id: 'a ', data: { x: 1 } }).expect(200);
    expect((await storedRecords(database, loans)).map(({ version }) => version)).toEqual([1, 1, 2, 1, 1, 1, 1]);
    expect(await flatRefusal(put({ id: 'á ', data: { x: 1 } }))).toEqual([404, 'NotFound']);
    await add(loan('😀'.repeat(128))).expect(201);
    expect((await readRecord(tenant.api, loans, '😀'.repeat(128))).version).toBe(1);
  });

  it('are not added when a field is missing or of the wrong type, each being told', async () => {
    expect(await faultsOf(add(loan('a', { language: undefined, emi_amount: '5', loan_period: null })))).toEqual([
      'data.loan_period is required',
      'data.language is required',
      'data.emi_amount must be a number of zero or more',
    ]);
    expect(await faultsOf(add({ loan_id: 7 }))).toHaveLength(11);
    expect(await faultsOf(add(undefined))).toContain('data is required');
    expect(await faultsOf(add([loan('a')]))).toEqual(['data must be an object']);
    expect(await faultsOf(tenant.api.post(ADD).send({ data: loan('a'), id: 'a' }))).toEqual([
      'property id should not exist',
      'campaignId is required',
    ]);
    const leads = await createCampaign(tenant.api);
    expect(await faultsOf(add(lead('a', { lead_date: '01/12/2026' }), leads))).toHaveLength(1);
    await add(lead('a', { emi_amount: 'free' }), leads).expect(201);
    expect(await storedRecords(database, loans)).toEqual([]);
  });

  it('are added in bulk: 201 when all were', async () => {
    const given = times(1_001, (index) => loan(`loan_${index}`, { index }));
    const answer = await addRecords(tenant.api, loans, given);
    expect(answer).toMatchObject({ status: 201, success: true, message: 'Added 1001 of 1001 records' });
    const figures = { total: 1_001, valid: 1_001, invalid: 0, successful: 1_001, failed: 0, retried: 0 };
    expect(answer.results).toEqual({ ...figures, batchesProcessed: 3, errors: [] });
    expect((await storedRecords(database, loans)).map(({ data }) => data)).toEqual(given);
    expect(await countersOf(tenant.api, answer)).toMatchObject({ received: 1_001, created: 1_001, failed: 0 });
    const history = await storedHistory(database, loans);
    expect(history.map(({ jobId, row }) => [jobId, row])).toEqual(times(1_001, (index) => [answer.jobId, index + 1]));
  });

  it('are added in bulk but for those that exist, stand twice in the call or are not valid: 207', async () => {
    await add(loan('known', { x: 'kept' })).expect(201);
    const twice = times(999, (index) => loan(`loan_${index}`));
    const answer = await addRecords(tenant.api, loans, [
      loan('known', { x: 'lost' }),
      loan('twice', { x: 1 }),
      loan('twice', { x: 2 }),
      { loan_id: 'bad' },
      ...twice,
      loan('twice', { x: 3 }),
      null,
    ]);
    expect(answer).toMatchObject({ status: 207, success: false, message: 'Added 1000 of 1005 records' });
    expect(answer.results).toMatchObject({ valid: 1_003, invalid: 2, failed: 3, batchesProcessed: 3 });
    expect(answer.results.errors).toEqual([exists('known'), exists('twice'), exists('twice')]);
    const { invalidRecords } = answer.results;
    expect(invalidRecords.map(({ index, id, errors }: any) => [index, id, errors.length])).toEqual([
      [3, 'bad', 10],
      [1_004, null, 1],
    ]);
    const stored = new Map((await storedRecords(database, loans)).map((record) => [record.recordId, record]));
    expect(stored.size).toBe(1_001);
    expect([stored.get('known')!.data.x, stored.get('twice')!.data.x]).toEqual(['kept', 1]);
    expect([...stored.values()].every(({ version }) => version === 1)).toBe(true);
    expect(await storedHistory(database, loans)).toHaveLength(1_001);
  });

  it('may be called "records" in the call that adds them, but not both names at once', async () => {
    const records = [loan('a')];
    const send = (body: object) => tenant.api.post(ADD_BULK).send({ campaignId: loans, ...body });
    expect((await send({ records })).status).toBe(201);
    expect(await faultsOf(send({ records, data: records }))).toHaveLength(1);
    expect(await faultsOf(send({}))).toEqual(['data is required']);
    expect(await faultsOf(send({ data: [] }))).toEqual(['data must contain at least 1 item']);
    expect(await storedRecords(database, loans)).toHaveLength(1);
  });

  it.each(['id', 'loan_id', 'lead_id'])('are changed one by one, named by %s', async (name) => {
    await add(loan('a', { deep: { kept: 1, gone: 2 } })).expect(201);
    const change = { [name]: 'a', data: { payment_status: 'paid', deep: { gone: null }, list: [1] } };
    const { body } = await put(change).expect(200);
    expect(body).toEqual({
      success: true,
      message: 'Customer data updated successfully',
      data: { id: 'a', result: 'updated', version: 2 },
    });
    const after = loan('a', { payment_status: 'paid', deep: { kept: 1 }, list: [1] });
    expect(await readRecord(tenant.api, loans, 'a')).toMatchObject({ version: 2, data: after });
    const before = await campaignChecksum(service);
    expect((await put(change).expect(200)).body.data).toEqual({ id: 'a', result: 'noop', version: 2 });
    expect(await campaignChecksum(service)).toBe(before);
    const history = await storedHistory(database, loans);
    expect(history.at(-1)).toMatchObject({ version: 2, jobId: null, row: null });
    expect(history.at(-1)!.changes.map(({ field }) => field)).toEqual(['payment_status', 'deep/gone', 'list']);
  });

  it('are changed for the version that is meant only', async () => {
    await add(loan('a')).expect(201);
    const change = (x: number, ifVersion: number) => put({ id: 'a', data: { x }, ifVersion });
    expect((await change(1, 1).expect(200)).body.data).toMatchObject({ result: 'updated', version: 2 });
    const { status, body } = await refusal(change(2, 1));
    const message = '[a]: version conflict, current version [2] is different than the one provided [1]';
    expect([status, body]).toEqual([409, { success: false, error: 'Conflict', message }]);
    expect((await change(1, 2).expect(200)).body.data).toMatchObject({ result: 'noop', version: 2 });
    expect(await readRecord(tenant.api, loans, 'a')).toMatchObject({ version: 2, data: { x: 1 } });
  });

  it('are listed page by page, each exactly once while others are being added', async () => {
    const campaignId = await createLeads(tenant.api, 250);
    const seen: string[] = [];
    let query: object = { campaignId, limit: 40 };
    for (let added = 0; ; added++) {
      const { success, data, pagination } = await page(query);
      expect([success, pagination.limit, pagination.total]).toEqual([true, 40, 250 + added]);
      expect(data.length).toBeLessThanOrEqual(40);
      seen.push(...data.map(({ id }: any) => id));
      if (pagination.nextCursor === null) break;
      await add(lead(`new_${added}`), campaignId).expect(201);
      query = { campaignId, limit: 40, cursor: pagination.nextCursor };
    }
    expect(seen).toEqual([...times(250, (index) => `lead_${index}`), ...times(6, (index) => `new_${index}`)]);
    const whole = await page({ campaignId, limit: 256 });
    expect([whole.data.length, whole.pagination]).toEqual([256, { limit: 256, total: 256, nextCursor: null }]);
    expect(whole.data[3]).toEqual(await readRecord(tenant.api, campaignId, 'lead_3'));
    expect((await page({ campaignId })).data).toHaveLength(100);
    expect(await page({ campaignId: loans })).toEqual({
      success: true,
      data: [],
      pagination: { limit: 100, total: 0, nextCursor: null },
    });
  });

  it('tell who changed what, by which row of which job, newest first and page by page', async () => {
    await add(loan('a')).expect(201);
    await put({ id: 'a', data: { x: 1 } }).expect(200);
    const { jobId } = await updateRecords(tenant.api, loans, [null, { id: 'a', data: { x: null, y: [2] } }]);
    const history = async (query: object) => {
      const { body } = await tenant.api
        .get(HISTORY)
        .query({ campaignId: loans, id: 'a', limit: 2, ...query })
        .expect(200);
      return body;
    };
    const by = expect.stringMatching(/^key:/);
    const first = await history({});
    expect(first).toEqual({
      success: true,
      data: [
        {
          at: TIME,
          by,
          jobId,
          row: 2,
          version: 3,
          changes: [
            { field: 'x', from: 1 },
            { field: 'y', to: [2] },
          ],
        },
        { at: TIME, by, jobId: null, row: null, version: 2, changes: [{ field: 'x', to: 1 }] },
      ],
      pagination: { limit: 2, nextCursor: expect.any(String) },
    });
    const last = await history({ cursor: first.pagination.nextCursor });
    expect([last.data.length, last.data[0].version, last.pagination.nextCursor]).toEqual([1, 1, null]);
    const missing = tenant.api.get(HISTORY).query({ campaignId: loans, id: 'b' });
    expect(await flatRefusal(missing)).toEqual([404, 'NotFound']);
  });

  it.each([{ limit: 0 }, { limit: 1_001 }, { limit: '1.5' }, { cursor: 'x' }, { color: 1 }, { id: 'x'.repeat(129) }])(
    'are not listed for %j',
    async (query) => {
      const faults = await faultsOf(tenant.api.get(RECORDS).query({ campaignId: loans, ...query }));
      // A text that is no number breaks several rules of its member, and of no other.
      expect(new Set(faults.map((fault) => fault.split(' ')[0])).size).toBe(1);
    },
  );
});
