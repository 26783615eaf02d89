import { DataSource } from 'typeorm';
import { CampaignRepository } from '../../src/campaign/campaign.repository';
import { CampaignService } from '../../src/campaign/campaign.service';
import { DEMO_CAMPAIGN } from '../../src/demo/demo-campaign';
import {
  CAMPAIGNS,
  campaignChecksum,
  countersOf,
  createCampaign,
  createLeads,
  lead,
  loan,
  OUT_OF_REACH,
  PRINTED_200,
  PRINTED_207,
  PRINTED_CALL,
  readRecord,
  refusal,
  storedHistory,
  storedRecords,
  times,
  updateRecords,
  UPDATE_BULK,
} from '../support/campaigns';
import { describeEachEngine, Engine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';

/** Makes the database itself refuse a document, as an unforeseen fault would. */
function poisonTrigger(engine: Engine): string {
  return engine === 'sqlite'
    ? `CREATE TRIGGER refuse_poison BEFORE UPDATE ON campaign_records WHEN NEW.data LIKE '%"poison"%'
       BEGIN SELECT RAISE(ABORT, 'poison'); END`
    : `CREATE TRIGGER refuse_poison BEFORE UPDATE ON campaign_records FOR EACH ROW
       IF NEW.data LIKE '%"poison"%' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'poison'; END IF`;
}

describeEachEngine('a bulk update of campaign records', (engine) => {
  let service: RunningService;
  let database: DataSource;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine);
    database = service.app.get(DataSource);
    await database.query(poisonTrigger(engine));
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const update = (id: string, records: readonly unknown[] | string) => updateRecords(tenant.api, id, records);
  const versions = async (id: string) => (await storedRecords(database, id)).map(({ version }) => version);

  it('answers the printed call as printed, and with the printed 207 once a record is missing', async () => {
    const { company, api } = tenant;
    await service.app.get(CampaignService).create(company.id, 'demo', DEMO_CAMPAIGN);
    const printed = () => api.put(UPDATE_BULK).set('Content-Type', 'application/json').send(PRINTED_CALL);
    const { status, text } = await printed();
    expect([status, text]).toEqual([200, PRINTED_200]);
    const before = DEMO_CAMPAIGN.records.get('loan_12345');
    expect(await readRecord(api, 'camp_abc123', 'loan_12345')).toMatchObject({
      version: 2,
      data: { ...before, payment_status: 'paid', emi_amount: 5000 },
    });
    await database.query(`UPDATE campaign_records SET record_id = 'gone' WHERE record_id = 'loan_67890'`);
    const partial = await printed();
    expect([partial.status, partial.text]).toEqual([207, PRINTED_207]);
    expect(await countersOf(api, { jobId: partial.headers['x-job-id']! })).toMatchObject({
      received: 2,
      updated: 0,
      unchanged: 1,
      failed: 1,
      retried: 1,
    });
  });

  it('changes 10,000 records; sent again it changes nothing; with half of them missing it changes the other half', async () => {
    const id = await createLeads(tenant.api, 10_000, { kept: true });
    const records = times(10_000, (index) => ({ id: `lead_${index}`, data: { n: index, deep: { x: [index] } } }));
    const counters = { received: 10_000, updated: 10_000, unchanged: 0, failed: 0, created: 0, unprocessed: 0 };
    const first = await update(id, records);
    const figures = { total: 10_000, valid: 10_000, invalid: 0, successful: 10_000, failed: 0 };
    expect(first.results).toEqual({ ...figures, retried: 0, batchesProcessed: 20, errors: [] });
    expect(await countersOf(tenant.api, first)).toMatchObject({ ...counters, retried: 0 });
    const stored = await storedRecords(database, id);
    stored.forEach(({ version, data }, index) => {
      expect([version, data]).toEqual([2, lead(`lead_${index}`, { kept: true, n: index, deep: { x: [index] } })]);
    });
    const checksum = await campaignChecksum(service);

    const second = await update(id, records);
    expect(second.results).toEqual(first.results);
    expect(await countersOf(tenant.api, second)).toMatchObject({ ...counters, updated: 0, unchanged: 10_000 });
    expect(await campaignChecksum(service)).toBe(checksum);

    const isMissing = (index: number) => index % 2 === 1;
    const half = times(10_000, (index) => ({
      id: isMissing(index) ? `no_${index}` : `lead_${index}`,
      data: { n: -1 },
    }));
    const third = await update(id, half);
    expect(third).toMatchObject({ status: 207, message: 'Updated 5000 of 10000 records' });
    expect(third.results).toMatchObject({ ...figures, successful: 5_000, failed: 5_000, retried: 5_000 });
    const missing = { error: 'document_missing_exception', reason: 'Document not found' };
    expect(third.results.errors).toEqual(times(5_000, (index) => ({ id: `no_${index * 2 + 1}`, ...missing })));
    expect(await countersOf(tenant.api, third)).toMatchObject({ ...counters, updated: 5_000, failed: 5_000 });
    (await storedRecords(database, id)).forEach(({ version, data }, index) => {
      expect([version, data.n]).toEqual(isMissing(index) ? [2, index] : [3, -1]);
    });
  });

  it('of which no record is valid writes nothing and has no batches', async () => {
    const id = await createLeads(tenant.api, 3);
    const before = await campaignChecksum(service);
    const answer = await update(
      id,
      times(1_500, (index) => ({ id: `lead_${index}`, data: {} })),
    );
    expect(answer).toMatchObject({ status: 207, success: false, message: 'Updated 0 of 1500 records' });
    const { invalidRecords, ...figures } = answer.results;
    const none = { valid: 0, successful: 0, failed: 0, retried: 0, batchesProcessed: 0, errors: [] };
    expect(figures).toEqual({ total: 1_500, invalid: 1_500, ...none });
    const errors = ['data must not be empty'];
    expect(invalidRecords).toEqual(times(1_500, (index) => ({ index, id: `lead_${index}`, errors })));
    expect(await countersOf(tenant.api, answer)).toMatchObject({ received: 1_500, failed: 1_500, retried: 0 });
    expect(await campaignChecksum(service)).toBe(before);
  });

  it('of which every record fails says so of each, in order', async () => {
    const id = await createLeads(tenant.api, 1);
    const before = await campaignChecksum(service);
    const answer = await update(
      id,
      times(1_001, (index) => ({ id: `no_${index}`, data: { x: 1 } })),
    );
    expect(answer.results).toMatchObject({ successful: 0, failed: 1_001, retried: 1_001, batchesProcessed: 3 });
    expect(answer.results.errors.map((error: any) => error.id)).toEqual(times(1_001, (index) => `no_${index}`));
    expect(await campaignChecksum(service)).toBe(before);
  });

  it('counts only batches in which something was tried', async () => {
    const id = await createLeads(tenant.api, 2);
    const bad = { id: 'lead_0', data: {} };
    const good = (x: number) => ({ id: 'lead_1', data: { x } });
    const answer = await update(id, [...times(1_000, () => bad), ...times(1_000, good), bad, good(-1)]);
    expect(answer.results).toMatchObject({ total: 2_002, valid: 1_001, invalid: 1_001, batchesProcessed: 3 });
    expect((await update(id, [bad, good(-1)])).results).toMatchObject({ successful: 1, batchesProcessed: 1 });
  });

  it('tells of every invalid record its place, its id and every reason, and applies those between', async () => {
    const id = await createCampaign(tenant.api, { campaignType: 'emi', jsonData: [loan('a'), loan('b'), loan('c')] });
    const long = 'x'.repeat(129);
    const deep = `${'['.repeat(28)}${']'.repeat(28)}`;
    const bad: readonly [json: string, id: string | null, ...errors: string[]][] = [
      ['null', null, 'the record must be an object'],
      ['["a"]', null, 'the record must be an object'],
      ['{}', null, 'id is required', 'data is required'],
      ['{"id":7,"data":[]}', null, 'id must be text', 'data must be an object'],
      ['{"id":" ","data":null}', ' ', 'id must not be blank', 'data must be an object'],
      [`{"id":"${long}","data":{"x":1}}`, long, 'id must not be longer than 128 characters'],
      ['{"id":"a","data":{}}', 'a', 'data must not be empty'],
      ['{"id":"a","data":{"loan_id":"b","x":1}}', 'a', 'data.loan_id differs from the id of the record; leave it out'],
      [
        '{"id":"b","data":{"language":5,"emi_amount":"5000","emi_due_date":"2026-02-30"}}',
        'b',
        'data.emi_amount must be a number of zero or more',
        'data.emi_due_date must be a day of the calendar as YYYY-MM-DD',
        'data.language must be text',
      ],
      ['{"id":"a","data":{"__proto__":{"x":1}}}', 'a', 'data has the key __proto__, which is not allowed'],
      ['{"id":"a","data":{"x":[{"constructor":1}]}}', 'a', 'data.x[0] has the key constructor, which is not allowed'],
      [`{"id":"a","data":{"x":${deep}}}`, 'a', 'data.x[0][0][0][0] is nested deeper than 5 levels'],
      [String.raw`{"id":"a\ud800","data":{"x":1}}`, 'a\ud800', 'id holds half a character; send the whole one'],
      [
        String.raw`{"id":"a","data":{"x":"\ud800","\udc00":1}}`,
        'a',
        'data.x holds half a character (an unpaired surrogate); send the whole one',
        'data has a key with half a character (an unpaired surrogate)',
      ],
      ['{"id":"a","data":{"x":1},"ifVersion":0}', 'a', 'ifVersion must be a whole number of 1 or more'],
      ['{"id":"a","data":{"x":1},"ifVersion":"1"}', 'a', 'ifVersion must be a whole number of 1 or more'],
      ['{"id":"a","data":{"x":1},"ifVersion":1.5}', 'a', 'ifVersion must be a whole number of 1 or more'],
      [
        '{"id":"a","upsert":true,"ifVersion":null}',
        'a',
        'property upsert should not exist',
        'data is required',
        'ifVersion must be a whole number of 1 or more',
      ],
      ['{"id":"a","data":{"x":1},"__proto__":{"id":"b"}}', 'a', 'property __proto__ should not exist'],
    ];
    const good = (index: number) => `{"id":"c","data":{"x":${index}}}`;
    const answer = await update(id, `[${bad.map(([json], index) => `${json},${good(index)}`).join(',')}]`);
    expect(answer.results).toMatchObject({ valid: bad.length, successful: bad.length, retried: 0, errors: [] });
    expect(answer.results.invalidRecords).toEqual(
      bad.map(([, recordId, ...errors], index) => ({ index: index * 2, id: recordId, errors })),
    );
    expect(Object.keys(answer.results.invalidRecords[0])).toEqual(['index', 'id', 'errors']);
    expect(await versions(id)).toEqual([1, 1, 1 + bad.length]);
  });

  it('tells no more faults of one record than its caller can read', async () => {
    const id = await createLeads(tenant.api, 1);
    const bad = times(100, () => times(100, () => times(20, () => '\ud800')));
    const { status, results, text } = await update(id, [{ id: 'lead_0', data: { bad } }]);
    expect([status, results.invalid, text.length < 1_000_000]).toEqual([207, 1, true]);
  });

  it('leaves the record alone that the database refuses, and applies all others', async () => {
    const id = await createLeads(tenant.api, 1_500);
    const answer = await update(
      id,
      times(1_500, (index) => ({ id: `lead_${index}`, data: { x: index === 1_234 ? 'poison' : 1 } })),
    );
    expect(answer.results).toMatchObject({ successful: 1_499, failed: 1 });
    expect(answer.results.errors).toEqual([
      { id: 'lead_1234', error: 'internal_exception', reason: expect.stringContaining('internal fault') },
    ]);
    expect(answer.text).not.toMatch(/SQLSTATE|SQLITE|trigger|UPDATE |ER_/);
    expect(await versions(id)).toEqual(times(1_500, (index) => (index === 1_234 ? 1 : 2)));
    expect(await storedHistory(database, id)).toHaveLength(1_500 + 1_499);
  });

  it('whose campaign is deleted halfway fails for the rest, and says why', async () => {
    const id = await createLeads(tenant.api, 1);
    const campaigns = service.app.get(CampaignRepository);
    const get = campaigns.get.bind(campaigns);
    let looks = 0;
    const spy = jest.spyOn(campaigns, 'get').mockImplementation(async (...parameters) => {
      const campaign = await get(...parameters);
      // The first look is that of the request, the second that of the first 500 records.
      if (++looks !== 2) return campaign;
      await database.query('UPDATE campaigns SET deleted_at = created_at WHERE campaign_id = ?', [id]);
      return campaign;
    });
    const answer = await update(
      id,
      times(501, (index) => ({ id: 'lead_0', data: { index } })),
    );
    spy.mockRestore();
    expect(answer.results).toMatchObject({ successful: 500, failed: 1 });
    const gone = { id: 'lead_0', error: expect.any(String), reason: 'The campaign was deleted' };
    expect(answer.results.errors).toEqual([gone]);
    expect(await refusal(tenant.api.get(`${CAMPAIGNS}/${id}`))).toEqual(OUT_OF_REACH);
  });
});
