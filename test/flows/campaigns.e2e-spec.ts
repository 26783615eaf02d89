import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { CampaignRepository } from '../../src/campaign/campaign.repository';
import {
  addRecords,
  CAMPAIGNS,
  campaignChecksum,
  CREATE_CAMPAIGN,
  createCampaign,
  faultsOf,
  flatRefusal,
  lead,
  loan,
  readRecord,
  OUT_OF_REACH,
  refusal,
  sampleCampaign,
  storedHistory,
  storedRecords,
  times,
  updateRecords,
} from '../support/campaigns';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';

describeEachEngine('campaigns', (engine) => {
  let service: RunningService;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const create = (changes: object = {}) => tenant.api.post(CREATE_CAMPAIGN).send(sampleCampaign(changes));
  const update = (id: string, changes: object) => tenant.api.put(`${CAMPAIGNS}/update/${id}`).send(changes);
  const read = async (id: string) => (await tenant.api.get(`${CAMPAIGNS}/${id}`).expect(200)).body.data;
  const list = async (query: object = {}) => (await tenant.api.get(CAMPAIGNS).query(query).expect(200)).body;
  const namesOf = ({ data }: any): string[] => data.map(({ name }: any) => name);

  it('are created with all they were given, and read as they were answered', async () => {
    const given = sampleCampaign({ name: 'दिसंबर 😀', tags: ['q4', ''], region: 'north', languages: ['odia', 'tamil'] });
    const { status, body } = await tenant.api.post(CREATE_CAMPAIGN).send(given);
    const data = { id: expect.stringMatching(/^camp_[A-Za-z0-9]{22}$/), ...given };
    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(status).toBe(201);
    expect(body).toEqual({
      success: true,
      message: 'Campaign created successfully',
      data: { ...data, createdAt: at, updatedAt: at },
    });
    expect(Object.keys(body)).toEqual(['success', 'message', 'data']);
    expect(await read(body.data.id)).toEqual(body.data);
    expect((await list()).data).toEqual([body.data]);
    expect((await create()).body.data.tags).toEqual([]);
  });

  it('bring their first records with them', async () => {
    const jsonData = times(1_500, (index) => loan(`loan_${index}`, { custom: { index } }));
    const id = await createCampaign(tenant.api, { campaignType: 'emi', jsonData });
    const records = await storedRecords(service.app.get(DataSource), id);
    expect(records.map(({ data }) => data)).toEqual(jsonData);
    expect(new Set(records.map(({ version }) => version))).toEqual(new Set([1]));
    const history = await storedHistory(service.app.get(DataSource), id);
    expect(history).toHaveLength(1_500);
    expect(history[3]).toMatchObject({ recordId: 'loan_3', version: 1, jobId: null, row: null });
    expect(history[3]!.by).toMatch(/^key:/);
    expect(Object.fromEntries(history[3]!.changes.map(({ field, to }) => [field, to]))).toEqual(jsonData[3]);
  });

  it('are not created at all when one of the first records is not valid', async () => {
    const before = await campaignChecksum(service);
    const jsonData: unknown[] = times(1_200, (index) => lead(`lead_${index}`));
    jsonData[3] = { lead_date: '2026-02-30', x: '\ud800' };
    jsonData[7] = lead('lead_5');
    jsonData[9] = 'no record';
    jsonData[1_199] = lead('lead_0', { lead_date: 1 });
    expect(await faultsOf(create({ jsonData }))).toEqual([
      'jsonData[3]: data.lead_id is required',
      'jsonData[3]: data.x holds half a character (an unpaired surrogate); send the whole one',
      'jsonData[7]: data.lead_id stands in an earlier record too',
      'jsonData[9]: data must be an object',
      'jsonData[1199]: data.lead_date must be a day of the calendar as YYYY-MM-DD',
    ]);
    expect(await faultsOf(create({ jsonData: times(10_001, (index) => lead(`lead_${index}`)) }))).toHaveLength(1);
    expect(await faultsOf(create({ jsonData: times(300, () => ({})) }))).toHaveLength(100);
    expect(await campaignChecksum(service)).toBe(before);
  });

  it.each<[string, object, string]>([
    ['an empty name', { name: '' }, 'name must be longer than or equal to 1 characters'],
    ['a blank description', { description: ' \t' }, 'description must not be blank'],
    ['201 characters', { name: '😀'.repeat(201) }, 'name must be whole characters, at most 200 of them'],
    ['half a character', { name: 'a\ud800' }, 'name must be whole characters, at most 200 of them'],
    ['an unknown type', { campaignType: 'EMI' }, 'campaignType must be one of the following values: emi, edi, lead'],
    ['no day', { startDate: '2026-02-29' }, 'startDate must be a day of the calendar as YYYY-MM-DD'],
    ['no time', { endTime: '24:00' }, 'endTime must be a time of day as HH:mm, 00:00 to 23:59'],
    ['a time with seconds', { startTime: '09:00:00' }, 'startTime must be a time of day as HH:mm, 00:00 to 23:59'],
    ['no languages', { languages: [] }, 'languages must contain at least 1 elements'],
    ['a language twice', { languages: ['odia', 'odia'] }, "All languages's elements must be unique"],
    ['an unknown region', { region: ['all'] }, 'region must be one of the following values: north, south, east, west'],
    ['a tag that is no text', { tags: [1] }, 'each value in tags must be a string'],
    ['tags that are null', { tags: null }, 'tags must be an array'],
    ['first records that are null', { jsonData: null }, 'jsonData must be an array'],
    ['records that are no list', { jsonData: {} }, 'jsonData must be an array'],
    ['an end before the start', { endDate: '2026-11-30' }, 'endDate must not be before startDate'],
    ['an unknown member', { campaign_name: 'x' }, 'property campaign_name should not exist'],
    ['an id of its own', { id: 'camp_mine' }, 'property id should not exist'],
  ])('are refused with %s', async (_name, changes, fault) => {
    const before = await campaignChecksum(service);
    expect((await faultsOf(create(changes))).join('\n')).toContain(fault);
    expect(await campaignChecksum(service)).toBe(before);
  });

  it('are refused by the name of each member that is missing', async () => {
    const { tags: _tags, ...required } = sampleCampaign({ tags: undefined });
    expect(await faultsOf(tenant.api.post(CREATE_CAMPAIGN).send({}))).toEqual(
      Object.keys(required).map((name) => `${name} is required`),
    );
  });

  it('may be named by 200 emoji, and last a single day', async () => {
    const name = '😀'.repeat(200);
    const { body } = await create({ name, endDate: '2026-12-01', tags: times(50, String) }).expect(201);
    expect(await read(body.data.id)).toMatchObject({ name, endDate: '2026-12-01', tags: times(50, String) });
  });

  it('are listed newest first, page by page, by type and by part of the name', async () => {
    for (let index = 1; index <= 12; index++) {
      await create({ name: `Émi ${index}%`, campaignType: index % 3 === 0 ? 'edi' : 'emi' }).expect(201);
    }
    const first = await list();
    expect(Object.keys(first)).toEqual(['success', 'data', 'pagination']);
    expect(first).toMatchObject({ success: true, pagination: { page: 1, limit: 10, total: 12, totalPages: 2 } });
    expect(namesOf(first)).toEqual(times(10, (index) => `Émi ${12 - index}%`));
    expect(namesOf(await list({ page: 2 }))).toEqual(['Émi 2%', 'Émi 1%']);
    expect(namesOf(await list({ page: 2, limit: 5 }))).toEqual(times(5, (index) => `Émi ${7 - index}%`));
    expect(await list({ page: 9 })).toMatchObject({ data: [], pagination: { page: 9, total: 12, totalPages: 2 } });
    expect(namesOf(await list({ campaign_type: 'edi' }))).toEqual(['Émi 12%', 'Émi 9%', 'Émi 6%', 'Émi 3%']);
    expect((await list({ campaign_type: 'lead' })).pagination).toMatchObject({ total: 0, totalPages: 0 });
    expect(namesOf(await list({ search: 'éMI 1' }))).toEqual(['Émi 12%', 'Émi 11%', 'Émi 10%', 'Émi 1%']);
    expect(namesOf(await list({ search: '1%' }))).toEqual(['Émi 11%', 'Émi 1%']);
    for (const search of ['_', '!', 'Emi']) expect((await list({ search })).data).toEqual([]);
    expect(namesOf(await list({ search: '2%', campaign_type: 'emi' }))).toEqual(['Émi 2%']);
    for (const query of [{ page: 0 }, { limit: 101 }, { limit: 'x' }, { campaign_type: 'x' }, { color: 1 }]) {
      expect(await faultsOf(tenant.api.get(CAMPAIGNS).query(query))).not.toEqual([]);
    }
  });

  it('are changed member by member, and say which members differ now', async () => {
    const id = await createCampaign(tenant.api, { tags: ['a'] });
    const before = await read(id);
    const changes = { name: 'New', region: 'all', tags: ['a'], languages: ['english', 'hindi'], endTime: '19:30' };
    const { body } = await update(id, changes).expect(200);
    expect(Object.keys(body)).toEqual(['success', 'message', 'data', 'updatedFields']);
    expect(body.updatedFields.sort()).toEqual(['endTime', 'languages', 'name']);
    expect(body.data).toEqual({ ...before, ...changes, updatedAt: body.data.updatedAt });
    expect(Date.parse(body.data.updatedAt)).toBeGreaterThanOrEqual(Date.parse(before.updatedAt));
    expect(await read(id)).toEqual(body.data);
    const checksum = await campaignChecksum(service);
    for (const same of [changes, {}]) expect((await update(id, same).expect(200)).body.updatedFields).toEqual([]);
    expect(await campaignChecksum(service)).toBe(checksum);
  });

  it('keep what they are when a change is refused', async () => {
    const id = await createCampaign(tenant.api, { jsonData: [lead('a')] });
    const before = await campaignChecksum(service);
    const period = ['endDate must not be before startDate'];
    expect(await faultsOf(update(id, { endDate: '2026-11-30' }))).toEqual(period);
    expect(await faultsOf(update(id, { name: 'x', startDate: '2027-01-01' }))).toEqual(period);
    expect(await faultsOf(update(id, { colour: 'red', jsonData: [] }))).toHaveLength(2);
    expect(await faultsOf(update(id, { name: 5, languages: 'hindi', startTime: '9:00' }))).not.toEqual([]);
    expect(await flatRefusal(update(id, { campaignType: 'emi', name: 'x' }))).toEqual([409, 'Conflict']);
    expect(await campaignChecksum(service)).toBe(before);
  });

  it('do not take null for a member', async () => {
    const id = await createCampaign(tenant.api);
    const before = await campaignChecksum(service);
    for (const member of Object.keys(sampleCampaign())) {
      expect((await faultsOf(update(id, { [member]: null }))).join()).toContain(member);
    }
    expect(await campaignChecksum(service)).toBe(before);
  });

  it('change their type while they have no records, or when the identifier stays the same', async () => {
    const id = await createCampaign(tenant.api);
    expect((await update(id, { campaignType: 'emi' }).expect(200)).body.updatedFields).toEqual(['campaignType']);
    expect((await addRecords(tenant.api, id, [loan('a')])).success).toBe(true);
    expect((await update(id, { campaignType: 'edi' }).expect(200)).body.data.campaignType).toBe('edi');
    expect(await flatRefusal(update(id, { campaignType: 'lead' }))).toEqual([409, 'Conflict']);
  });

  it('may hold records of the same id, and each changes its own', async () => {
    const [one, other] = [await createCampaign(tenant.api), await createCampaign(tenant.api)];
    for (const id of [one, other]) await addRecords(tenant.api, id, [lead('same', { in: id })]);
    await updateRecords(tenant.api, one, [{ id: 'same', data: { changed: true } }]);
    expect((await readRecord(tenant.api, one, 'same')).data).toEqual(lead('same', { in: one, changed: true }));
    expect((await readRecord(tenant.api, other, 'same')).version).toBe(1);
  });

  it('answer the printed 500 to what nobody thought of, and nothing of its cause', async () => {
    const id = await createCampaign(tenant.api);
    const spy = jest.spyOn(service.app.get(CampaignRepository), 'get').mockRejectedValue(new Error('SQL at /secret'));
    const { status, text } = await tenant.api.get(`${CAMPAIGNS}/${id}`);
    spy.mockRestore();
    const printed = '{"success":false,"error":"InternalServerError","message":"An unexpected error occurred"}';
    expect([status, text]).toEqual([500, printed]);
  });

  // SQLite has one writer at a time: nobody can come in between.
  if (engine !== 'mariadb') return;

  /** Changes a campaign while a rival has changed it as well, but not committed yet. */
  async function updateBehind(id: string, rivalsChange: string, changes: object): Promise<number> {
    const runner = service.app.get(DataSource).createQueryRunner();
    await runner.startTransaction();
    await runner.query(`UPDATE campaigns SET ${rivalsChange} WHERE campaign_id = ?`, [id]);
    const waiting = update(id, changes).then();
    await sleep(200);
    await runner.commitTransaction();
    await runner.release();
    return (await waiting).status;
  }

  it('that are just being deleted are not brought back by a change', async () => {
    const id = await createCampaign(tenant.api);
    await updateBehind(id, 'deleted_at = created_at', { name: 'New' });
    expect(await refusal(tenant.api.get(`${CAMPAIGNS}/${id}`))).toEqual(OUT_OF_REACH);
  });

  it('of which two change different members at once keep both changes', async () => {
    const id = await createCampaign(tenant.api);
    expect(await updateBehind(id, "region = 'south'", { name: 'New' })).toBe(200);
    expect(await read(id)).toMatchObject({ name: 'New', region: 'south' });
  });
});
