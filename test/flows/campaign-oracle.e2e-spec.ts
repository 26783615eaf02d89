import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { canonical, type Json, type JsonObject, mergePatch } from '../../chaos/oracle/json-values';
import { CampaignRecordRepository } from '../../src/campaign/records/campaign-record.repository';
import {
  createCampaign,
  createLeads,
  lead,
  readRecord,
  storedHistory,
  storedRecords,
  times,
  updateRecords,
} from '../support/campaigns';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';

const RUNS = Number(process.env['ORACLE_RUNS'] ?? 2_000);
const SEED = Number(process.env['ORACLE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
/** Documents of one campaign, and changes of one call. */
const MOST = 10_000;

/** Numbers that arrive as they are sent: no integers beyond 2^53 - 1 written out in digits. */
const numbers = fc
  .oneof(fc.integer(), fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .filter((value) => !/^-?\d+$/.test(JSON.stringify(value)) || Number.isSafeInteger(value));
const characters = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 6, unit: 'grapheme' }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 6, unit: 'binary' }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('"', '\\', "'", '\u0000', '\r\n\t', '\u2028', '$[0]', '?', ':a', '\\"\\u0000'),
  },
);
/** Few keys, so that patches meet what is there. */
const names = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'c', 'd', 'ü', 'a/b', '~0', '', 'toString', '"') },
  { weight: 1, arbitrary: characters },
);
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'medium' },
    { weight: 3, arbitrary: fc.constantFrom<Json>(null, null, true, false, 0, 1, '', [], {}) },
    { weight: 1, arbitrary: numbers },
    { weight: 1, arbitrary: characters },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 4 }) },
    { weight: 4, arbitrary: fc.dictionary(names, tie('value'), { maxKeys: 5, noNullPrototype: true }) },
  ),
}));
const members = fc.dictionary(names, value, { minKeys: 1, maxKeys: 6, noNullPrototype: true });

describeEachEngine('what a bulk update stores', (engine) => {
  let service: RunningService;
  let database: DataSource;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine);
    database = service.app.get(DataSource);
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const update = (id: string, records: readonly unknown[] | string) => updateRecords(tenant.api, id, records);
  const only = async (id: string) => (await storedRecords(database, id))[0]!;

  /** Sends two patches of each document in one call and compares what is stored with the oracle. */
  async function expectMerged(count: number, seed: number): Promise<void> {
    const given = fc.sample(fc.tuple(members, members, members), { numRuns: count, seed });
    const jsonData = given.map(([document], index) => ({ ...document, ...lead(`lead_${index}`) }));
    const id = await createCampaign(tenant.api, { jsonData });
    const patches = [1, 2].flatMap((round) => given.map((row, index) => ({ id: `lead_${index}`, data: row[round]! })));
    const answer = await update(id, patches);
    expect(answer.results).toMatchObject({ total: 2 * count, successful: 2 * count });
    const records = await storedRecords(database, id);
    const rows = (await storedHistory(database, id)).flatMap(({ row }) => row ?? []);
    expect(rows).toHaveLength(records.reduce((sum, { version }) => sum + version - 1, 0));
    expect(new Set(rows).size).toBe(rows.length);
    records.forEach(({ data, version }, index) => {
      const [, first, second] = given[index]!;
      const before = jsonData[index]! as JsonObject;
      const once = mergePatch(before, first);
      const twice = mergePatch(once, second);
      const steps = [canonical(before), canonical(once), canonical(twice)];
      const changes = steps.filter((step, at) => at > 0 && step !== steps[at - 1]).length;
      const found = { seed, index, text: canonical(data), version };
      expect(found).toEqual({ seed, index, text: steps[2], version: 1 + changes });
    });
  }

  it(`is what RFC 7396 says, for ${RUNS} random documents (ORACLE_RUNS)`, async () => {
    for (let done = 0; done < RUNS; done += MOST / 2) await expectMerged(Math.min(MOST / 2, RUNS - done), SEED + done);
  }, 600_000);

  it('is every number as it was sent, digit by digit where a double has that many', async () => {
    const id = await createLeads(tenant.api, 1);
    const sent =
      '"a":0.1,"b":1.50,"c":-0,"d":1E3,"e":123456789012345.67,"f":9007199254740991,"g":5e-324,"h":1e21,"i":-1.5e-7';
    const kept =
      '"a":0.1,"b":1.5,"c":0,"d":1000,"e":123456789012345.67,"f":9007199254740991,"g":5e-324,"h":1e+21,"i":-1.5e-7';
    expect((await update(id, `[{"id":"lead_0","data":{"n":{${sent}}}}]`)).success).toBe(true);
    expect((await only(id)).text).toContain(`"n":{${kept}}`);
    const { text } = await tenant.api.get('/api/v1/customer-data').query({ campaignId: id, id: 'lead_0' });
    expect(text).toContain(`"n":{${kept}}`);
    expect((await update(id, `[{"id":"lead_0","data":{"n":{"b":1.5,"c":0,"d":1000.0}}}]`)).success).toBe(true);
    expect((await only(id)).version).toBe(2);
  });

  it('is every free field as it was sent, its members in order', async () => {
    const id = await createLeads(tenant.api, 1);
    const free = [
      String.raw`"z":"\u0000\t\"\\\/😀é\u2028","y":[[null,[]],{},{"b":[],"a":{}}],"x":{},"":[" "],"à/b~":false`,
      `"long":"${'😀'.repeat(2_000)}","list":[${times(100, (index) => index).join()}],"toString":1,"a":" \\n"`,
    ].join(',');
    expect((await update(id, `[{"id":"lead_0","data":{${free}}}]`)).success).toBe(true);
    const expected = JSON.stringify(JSON.parse(`{"lead_id":"lead_0","lead_date":"2026-11-21",${free}}`));
    expect((await only(id)).text).toBe(expected);
    expect(JSON.stringify((await readRecord(tenant.api, id, 'lead_0')).data)).toBe(expected);
  });

  it('is the sum of all changes of one record in order, across the borders of chunks too', async () => {
    const id = await createLeads(tenant.api, 2);
    const fifty = times(50, (n) => ({
      id: 'lead_0',
      data: n % 2 === 0 ? { n, [`k${n}`]: n } : { n, [`k${n - 1}`]: null },
    }));
    expect((await update(id, fifty)).results).toMatchObject({ total: 50, successful: 50, batchesProcessed: 1 });
    expect(await only(id)).toMatchObject({ version: 51, data: lead('lead_0', { n: 49 }) });
    const many = times(2_001, (n) => ({ id: `lead_${n % 2}`, data: { n, list: [n], last: n > 1_998 ? { n } : null } }));
    expect((await update(id, many)).results).toMatchObject({ successful: 2_001, batchesProcessed: 5 });
    const stored = await storedRecords(database, id);
    expect(stored.map(({ version, data }) => [version, data.n, data.list, data.last])).toEqual([
      [51 + 1_001, 2_000, [2_000], { n: 2_000 }],
      [1 + 1_000, 1_999, [1_999], { n: 1_999 }],
    ]);
  });

  it('is only what is meant for the version the record has at that moment', async () => {
    const id = await createLeads(tenant.api, 2);
    const change = (ifVersion: number, data: object, recordId = 'lead_0') => ({ id: recordId, data, ifVersion });
    const answer = await update(id, [
      change(1, { a: 1 }),
      change(1, { a: 'stale' }),
      change(2, { a: 1 }),
      change(2, { a: 2 }),
      change(4, { a: 'early' }),
      { id: 'lead_0', data: { b: 1 } },
      change(4, { c: 1 }),
      change(7, { a: 'other' }, 'lead_1'),
    ]);
    const conflict = (recordId: string, current: number, given: number) => ({
      id: recordId,
      error: 'version_conflict_engine_exception',
      reason: `[${recordId}]: version conflict, current version [${current}] is different than the one provided [${given}]`,
    });
    expect(answer.results).toMatchObject({ total: 8, valid: 8, successful: 5, failed: 3, retried: 0 });
    expect(answer.results.errors).toEqual([
      conflict('lead_0', 2, 1),
      conflict('lead_0', 3, 4),
      conflict('lead_1', 1, 7),
    ]);
    const stored = await storedRecords(database, id);
    expect(stored.map(({ version, data }) => [version, data])).toEqual([
      [5, lead('lead_0', { a: 2, b: 1, c: 1 })],
      [1, lead('lead_1')],
    ]);
  });

  it('is no document beyond 256 KiB', async () => {
    const id = await createLeads(tenant.api, 1);
    const text = times(16, () => 'x'.repeat(1_900));
    const { results } = await update(
      id,
      times(9, (index) => ({ id: 'lead_0', data: { [`k${index}`]: text } })),
    );
    const reason = expect.stringMatching(/^The document would have 27\d{4} bytes; it can have 262144$/);
    expect(results.errors).toEqual([{ id: 'lead_0', error: 'document_too_large_exception', reason }]);
    expect((await only(id)).version).toBe(9);
  });

  it('holds what a rival wrote between the look and the write, too: the batch is tried again, and counted', async () => {
    const id = await createLeads(tenant.api, 3);
    const records = service.app.get(CampaignRecordRepository);
    const write = records.prepareVersioned.bind(records);
    const rival = `UPDATE campaign_records SET version = 2, data = '{"rival":1}' WHERE id = ?`;
    jest.spyOn(records, 'prepareVersioned').mockImplementationOnce(async (...parameters) => {
      await database.query(rival, [(await only(id)).id]);
      return write(...parameters);
    });
    const all = times(4, (index) => ({ id: `lead_${index % 3}`, data: { [`x${index}`]: 1 } }));
    const { results } = await update(id, all);
    expect(results).toMatchObject({ successful: 4, failed: 0, retried: 4, batchesProcessed: 1 });
    const [first, ...others] = await storedRecords(database, id);
    // On SQLite the rival had to come in by the same connection, and was rolled back with the first try.
    const [version, data] = engine === 'sqlite' ? [1, lead('lead_0')] : [2, { rival: 1 }];
    expect([first?.version, first?.data]).toEqual([version + 2, { ...data, x0: 1, x3: 1 }]);
    expect(others.map((record) => record.version)).toEqual([2, 2]);
  });

  it('stands in the history once per change: by whom, by which row of which job, from what to what', async () => {
    const id = await createLeads(tenant.api, 2, { address: { city: 'Pune', pin: [1] }, 'a/b': 1 });
    const { jobId } = await update(id, [
      { id: 'lead_1', data: { address: { city: 'Delhi' }, 'a/b': null, new: { '~': [null] } } },
      { id: 'lead_0', data: { address: { city: 'Pune' } } },
      { id: 'no', data: { x: 1 } },
      { id: 'lead_1', data: {} },
      { id: 'lead_1', data: { address: 'none' } },
    ]);
    const ofJob = (await storedHistory(database, id)).filter((entry) => entry.jobId === jobId);
    const by = expect.stringMatching(/^key:key_/);
    const address = { city: 'Delhi', pin: [1] };
    expect(ofJob).toEqual([
      {
        ...{ recordId: 'lead_1', version: 2, jobId, row: 1, by },
        changes: [
          { field: 'address/city', from: 'Pune', to: 'Delhi' },
          { field: 'a~1b', from: 1 },
          { field: 'new', to: { '~': [null] } },
        ],
      },
      { recordId: 'lead_1', version: 3, jobId, row: 5, by, changes: [{ field: 'address', from: address, to: 'none' }] },
    ]);
  });
});
