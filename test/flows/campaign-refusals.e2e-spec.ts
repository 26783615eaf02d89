import type { Scope } from '../../src/platform/auth/scopes';
import {
  ADD,
  ADD_BULK,
  CAMPAIGNS,
  campaignChecksum,
  CREATE_CAMPAIGN,
  createLeads,
  faultsOf,
  flatRefusal,
  HISTORY,
  lead,
  NO_CAMPAIGN,
  OUT_OF_REACH,
  RECORDS,
  refusal,
  sampleCampaign,
  times,
  UPDATE_BULK,
} from '../support/campaigns';
import { describeEachEngine } from '../support/engines';
import { Api, RunningService, startService, Tenant } from '../support/service';

const MIB = 1024 * 1024;
const COLLECTION: readonly (readonly [string, (api: Api) => any])[] = [
  ['create', (api) => api.post(CREATE_CAMPAIGN).send(sampleCampaign())],
  ['campaigns', (api) => api.get(CAMPAIGNS)],
];
const ROUTES: readonly (readonly [string, (api: Api, campaignId: string) => any])[] = [
  ['GET', (api, id) => api.get(`${CAMPAIGNS}/${id}`)],
  ['update', (api, id) => api.put(`${CAMPAIGNS}/update/${id}`).send({ name: 'stolen' })],
  ['bulk update', (api, id) => api.put(UPDATE_BULK).send({ campaignId: id, records: [{ id: 'a', data: { x: 1 } }] })],
  ['bulk update of nothing valid', (api, id) => api.put(UPDATE_BULK).send({ campaignId: id, records: [null] })],
  ['update of one', (api, id) => api.put(RECORDS).send({ campaignId: id, id: 'a', data: { x: 1 } })],
  ['update of one that is not valid', (api, id) => api.put(RECORDS).send({ campaignId: id, id: '', data: 1 })],
  ['add', (api, id) => api.post(ADD).send({ campaignId: id, data: lead('b') })],
  ['bulk add', (api, id) => api.post(ADD_BULK).send({ campaignId: id, data: [lead('b')] })],
  ['list', (api, campaignId) => api.get(RECORDS).query({ campaignId })],
  ['read', (api, campaignId) => api.get(RECORDS).query({ campaignId, id: 'lead_0' })],
  ['history', (api, campaignId) => api.get(HISTORY).query({ campaignId, id: 'lead_0' })],
  ['DELETE', (api, id) => api.delete(`${CAMPAIGNS}/${id}`)],
];
const READS = new Set(['campaigns', 'GET', 'list', 'read', 'history']);

describeEachEngine('a call of the campaign API that is refused as a whole', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  let id: string;
  let before: string;

  beforeAll(async () => {
    service = await startService(engine, { environment: { MAX_JSON_BYTES: String(2 * MIB) } });
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
    id = await createLeads(tenant.api, 1);
    before = await campaignChecksum(service);
  });
  afterEach(async () => {
    expect(await campaignChecksum(service)).toBe(before);
  });
  afterAll(() => service.stop());

  const put = (body: string | object) => tenant.api.put(UPDATE_BULK).type('json').send(body);
  /** A body with that JSON text as the data of its second record. */
  const withData = (data: string) =>
    `{"campaignId":"${id}","records":[{"id":"lead_0","data":{"x":1}},{"id":"lead_0","data":${data}}]}`;

  it('for 10,001 records gets the printed answer, byte for byte', async () => {
    const printed = `{
    "success": false,
    "message": "Validation failed",
    "errors": [
      "records cannot exceed 10000 items per request"
    ]
  }`;
    const records = times(10_001, () => ({ id: 'lead_0', data: { x: 1 } }));
    const { status, text } = await put({ campaignId: id, records });
    expect([status, text]).toEqual([400, JSON.stringify(JSON.parse(printed))]);
    const data = times(10_001, (index) => lead(`new_${index}`));
    const words = ['data cannot exceed 10000 items per request'];
    expect(await faultsOf(tenant.api.post(ADD_BULK).send({ campaignId: id, data }))).toEqual(words);
  });

  it('for objects that will not become a text is one like any other', async () => {
    const odd = { toString: 'x', valueOf: 1 };
    const words = 'campaignId must be camp_ followed by 1 to 40 letters and digits';
    expect(await faultsOf(put({ campaignId: odd, records: [{ id: 'lead_0', data: { x: 1 } }] }))).toEqual([words]);
    expect(await faultsOf(tenant.api.post(ADD).send({ campaignId: odd, data: lead('L') }))).toEqual([words]);
    const single = (changes: object) =>
      tenant.api.put(RECORDS).send({ campaignId: id, id: 'lead_0', data: { x: 1 }, ...changes });
    expect(await faultsOf(single({ campaignId: odd }))).toEqual([words]);
    expect((await faultsOf(single({ id: odd }))).join()).toContain('id must be');
    expect((await faultsOf(single({ ifVersion: odd }))).join()).toContain('ifVersion must be');
    expect(await faultsOf(single({ data: { lead_id: odd } }))).toContain('data.lead_id must be text');
  });

  it.each(ROUTES)('by %s gets the same printed 403 for a campaign unknown, foreign or deleted', async (_name, call) => {
    const stranger = await service.createTenant();
    const child = await service.createTenant({ parent: tenant.company });
    const deleted = await createLeads(stranger.api, 1);
    const answer = await stranger.api.delete(`${CAMPAIGNS}/${deleted}`).expect(200);
    expect(answer.body).toEqual({ success: true, data: { id: deleted }, message: 'Campaign deleted successfully' });
    before = await campaignChecksum(service);
    expect(await refusal(call(stranger.api, deleted))).toEqual(OUT_OF_REACH);
    for (const { api } of [stranger, child]) {
      for (const campaign of [id, NO_CAMPAIGN]) expect(await refusal(call(api, campaign))).toEqual(OUT_OF_REACH);
    }
    expect((await stranger.api.get(CAMPAIGNS).expect(200)).body).toMatchObject({ data: [], pagination: { total: 0 } });
    const { text } = await call(stranger.api, NO_CAMPAIGN);
    expect(text).toBe('{"success":false,"message":"Campaign ID invalid or mismatch for your organization."}');
  });

  it.each([...COLLECTION, ...ROUTES])('by %s needs a token, and the scope', async (name, call) => {
    const without = await call(service.anonymous, id);
    expect(without.headers['www-authenticate']).toMatch(/^Bearer/);
    expect(await flatRefusal(call(service.as('rbk_forged'), id))).toEqual([401, 'Unauthorized']);
    const needed: Scope = READS.has(name) ? 'campaigns:read' : 'campaigns:write';
    const others = (['campaigns:read', 'campaigns:write', 'customers:write', 'jobs:write'] as const).filter(
      (scope) => scope !== needed,
    );
    const { company } = tenant;
    const poor = await service.createTenant({ parent: company, scopes: others });
    const { status, body } = await refusal(call(poor.api, id));
    expect({ status, body }).toEqual({
      status: 403,
      body: { success: false, message: expect.stringContaining(needed) },
    });
    const rich = await service.createTenant({ parent: company, scopes: [needed] });
    const reached = await call(rich.api, id);
    if (COLLECTION.some(([collection]) => collection === name)) expect(reached.status).toBeLessThan(300);
    else expect(reached.body).toEqual(OUT_OF_REACH.body);
    before = await campaignChecksum(service);
  });

  it.each<[string, (api: Api) => any, [number, string]]>([
    ['an unknown path', (api) => api.get('/api/v1/nothing'), [404, 'NotFound']],
    ['an unknown path below a known one', (api) => api.put(`${UPDATE_BULK}/x`).send({}), [404, 'NotFound']],
    ['the wrong method', (api) => api.post(UPDATE_BULK).send({}), [405, 'MethodNotAllowed']],
    ['a form', (api) => api.put(UPDATE_BULK).type('form').send('campaignId=x'), [415, 'UnsupportedMediaType']],
    ['a file', (api) => api.put(UPDATE_BULK).attach('file', Buffer.from('x'), 'x.csv'), [415, 'UnsupportedMediaType']],
    [
      'a body over the limit',
      (api) =>
        api
          .put(UPDATE_BULK)
          .type('json')
          .send(`{"x":"${'x'.repeat(2 * MIB)}"}`),
      [413, 'PayloadTooLarge'],
    ],
    [
      'a record that is not there',
      (api) => api.put(RECORDS).send({ campaignId: id, id: 'b', data: { x: 1 } }),
      [404, 'NotFound'],
    ],
    [
      'a record to read that is not there',
      (api) => api.get(RECORDS).query({ campaignId: id, id: 'b' }),
      [404, 'NotFound'],
    ],
    [
      'a record that is there',
      (api) => api.post(ADD).send({ campaignId: id, data: lead('lead_0') }),
      [409, 'Conflict'],
    ],
  ])('for %s is told so in the flat shape', async (_name, call, expected) => {
    expect(await flatRefusal(call(tenant.api))).toEqual(expected);
  });

  it.each<[string, object | string, string[]]>([
    ['no members', {}, ['campaignId is required', 'records is required']],
    ['no list', { campaignId: 'camp_1', records: {} }, ['records must be an array']],
    ['null for the list', { campaignId: 'camp_1', records: null }, ['records must be an array']],
    ['an empty list', { campaignId: 'camp_1', records: [] }, ['records must contain at least 1 item']],
    [
      'all at once',
      { campaignId: 5, data: [], dryRun: true },
      [
        'property data should not exist',
        'property dryRun should not exist',
        'campaignId must be camp_ followed by 1 to 40 letters and digits',
        'records is required',
      ],
    ],
    ['a list for a body', [], ['the body must be an object']],
    [
      'a key out of a prototype',
      '{"__proto__":{"records":[]},"campaignId":"camp_1"}',
      ['property __proto__ should not exist', 'records is required'],
    ],
  ])('for %s is told every fault', async (_name, body, faults) => {
    expect(await faultsOf(put(body))).toEqual(faults);
  });

  it.each([`camp_`, 'camp_a-b', `camp_${'x'.repeat(41)}`, 'Camp_1', 'camp_é', ' camp_1', 'camp_1\n'])(
    'for a campaign id like %j is told its pattern',
    async (campaignId) => {
      const words = ['campaignId must be camp_ followed by 1 to 40 letters and digits'];
      expect(await faultsOf(put({ campaignId, records: [{}] }))).toEqual(words);
      expect(await faultsOf(tenant.api.get(RECORDS).query({ campaignId }))).toEqual(words);
    },
  );

  it.each<[string, string, string]>([
    ['a key twice', '{"a":{"b":1,"c":2,"b":1}}', 'records[1].data.a.b stands twice'],
    ['a key twice by an escape', String.raw`{"a":1,"\u0061":1}`, 'records[1].data.a stands twice'],
    ['an integer beyond 2^53', '{"a":9007199254740993}', 'records[1].data.a is a number that cannot be kept exactly'],
    ['2^53 itself', '{"a":[0,9007199254740992]}', 'records[1].data.a[1] is a number'],
    ['a number beyond all', '{"a":1e400}', 'records[1].data.a is a number'],
    ['too many digits', '{"a":0.1000000000000000055}', 'records[1].data.a is a number'],
    ['too fine an amount', '{"emi_amount":12345678901234567.89}', 'records[1].data.emi_amount is a number'],
    ['33 levels', `{"a":${'['.repeat(29)}${']'.repeat(29)}}`, 'is nested deeper than 32 levels'],
  ])('for %s is told the place', async (_name, data, words) => {
    const [fault, ...others] = await faultsOf(put(withData(data)));
    expect([fault, others]).toEqual([expect.stringContaining(words), []]);
    expect(fault).toMatch(/^records\[1\]\.data\.\w+/);
  });

  it.each([
    [withData('{"a":1,}'), /^Line 1, column \d+ of the body: expected a key in double quotes/],
    [withData('{"a":01}'), /^Line 1, column \d+ of the body: expected a number/],
    [withData('{"a":NaN}'), /^Line 1, column \d+ of the body/],
    ['{"campaignId":"camp_1"', /found the end of the body/],
    ['"camp_1"', /single value/],
  ])('for what is no JSON is told the place: %s', async (body, words) => {
    expect(await faultsOf(put(body))).toEqual([expect.stringMatching(words)]);
  });

  it.each<[object, string[]]>([
    [{}, ['id is required', 'data is required']],
    [{ id: 'a', data: {} }, ['data must not be empty']],
    [{ id: 5, data: { x: 1 } }, ['id must be text']],
    [{ loan_id: ' ', data: { x: 1 } }, ['loan_id must not be blank']],
    [{ id: 'a', lead_id: 'a', data: { x: 1 } }, ['id and lead_id both name the record; send one of them']],
    [{ id: 'a', data: { lead_id: 'b' } }, ['data.lead_id differs from the id of the record; leave it out']],
    [{ id: 'a', data: { lead_date: 1 } }, ['data.lead_date must be a day of the calendar as YYYY-MM-DD']],
    [{ id: 'a', data: { x: 1 }, ifVersion: 0 }, ['ifVersion must be a whole number of 1 or more']],
    [{ id: 'a', data: { x: 1 }, upsert: true }, ['property upsert should not exist']],
    [{ id: 'a', data: { x: { prototype: 1 } } }, ['data.x has the key prototype, which is not allowed']],
  ])('for the change of one record %j is told every fault', async (body, faults) => {
    expect(await faultsOf(tenant.api.put(RECORDS).send({ campaignId: id, ...body }))).toEqual(faults);
  });

  it('for a query that would be ignored is told so', async () => {
    const records = [{ id: 'lead_0', data: { x: 1 } }];
    expect(await faultsOf(put({ campaignId: id, records }).query({ dryrun: true }))).toEqual([
      'property dryrun should not exist',
    ]);
  });

  it('for no body at all is told what is missing', async () => {
    expect(await faultsOf(tenant.api.put(UPDATE_BULK))).not.toEqual([]);
  });
});
