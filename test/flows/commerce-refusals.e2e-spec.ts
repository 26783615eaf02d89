import { storedState } from '../support/bulk';
import { BY_ID, BY_SOURCE_ID, sampleAddress, sampleItem, upsert } from '../support/commerce-items';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';

const LIMIT = 8 * 1024 * 1024;
const SSN = '078-05-1120';

describeEachEngine('a bulk call that is refused as a whole', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  let before: object;

  beforeAll(async () => {
    service = await startService(engine, { environment: { MAX_JSON_BYTES: String(LIMIT) } });
    tenant = await service.createTenant();
    await upsert(tenant.api, sampleItem({ sourceId: 'known' }));
    before = await storedState(service);
  });
  // Whatever was refused: no customer, no history, no job, and no file of one.
  afterEach(async () => expect(await storedState(service)).toEqual(before));
  afterAll(() => service.stop());

  const send = (body: unknown, path = BY_SOURCE_ID) => tenant.api.post(path).send(body as object);
  const good = (sourceId: string) => sampleItem({ sourceId, title: 'Dr.' });

  async function expectRefusal(request: PromiseLike<any>, code: number, type: string, errorType: string, status = 400) {
    const { status: given, body, headers, text } = await request;
    expect([given, body.error?.code, body.error?.type]).toEqual([status, code, type]);
    expect(Object.keys(body)).toEqual(['error']);
    expect(Object.keys(body.error)).toEqual(['code', 'messages', 'moreInfo', 'status', 'type']);
    expect(body.error).toMatchObject({ moreInfo: `${service.baseUrl}/errors/${code}`, status });
    expect(headers['x-error-type']).toBe(errorType);
    expect(headers).not.toHaveProperty('x-job-id');
    expect(text).not.toContain('05-1120');
    return body.error.messages as string[];
  }
  const expectFaults = (request: PromiseLike<any>) =>
    expectRefusal(request, 10007, 'SchemaValidationException', 'VALIDATION_ERROR');

  it('is answered as published, byte for byte', async () => {
    const response = await send({ customers: [sampleItem({ company: 'Trimergo' })] });
    expect(response.status).toBe(400);
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(response.headers['x-error-type']).toBe('VALIDATION_ERROR');
    expect(response.text).toBe(
      '{"error":{"code":10007,"messages":["#/customers/0: extraneous key [company] is not permitted"],' +
        `"moreInfo":"${service.baseUrl}/errors/10007","status":400,"type":"SchemaValidationException"}}`,
    );
    const page = await fetch(response.body.error.moreInfo);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('SchemaValidationException')]);
  });

  it('is not begun for the good items before or after the broken one', async () => {
    const customers = [good('known'), ...Array.from({ length: 1_500 }, (_, index) => good(`new ${index}`))];
    const messages = await expectFaults(send({ customers: [...customers, sampleItem({ sourceId: true }), good('z')] }));
    expect(messages).toEqual(['#/customers/1501/sourceId: expected type: String or Integer, found: Boolean']);
  });

  const tooMany = Array.from({ length: 10_001 }, (_, index) => ({ source: 's', sourceId: index }));
  const inItem = (changes: object) => ({ customers: [good('ok'), sampleItem({ ssn: SSN, ...changes })] });
  const inAddress = (changes: object) => inItem({ addresses: [sampleAddress(), sampleAddress(changes)] });

  it.each<[string, unknown, string]>([
    ['no object', [sampleItem()], '#: expected type: JSONObject, found: JSONArray'],
    ['no list', {}, '#: required key [customers] not found'],
    ['an unknown key beside the list', { ...inItem({}), dryRun: true }, '#: extraneous key [dryRun] is not permitted'],
    ['no list but an item', { customers: sampleItem() }, '#/customers: expected type: JSONArray, found: JSONObject'],
    ['an empty list', { customers: [] }, '#/customers: expected minimum item count: 1, found: 0'],
    ['10,001 items', { customers: tooMany }, '#/customers: expected maximum item count: 10000, found: 10001'],
    ['null for an item', { customers: [good('ok'), null] }, '#/customers/1: expected type: JSONObject, found: Null'],
    ['a key of the other call', inItem({ id: 1 }), '#/customers/1: extraneous key [id] is not permitted'],
    ['another spelling', inItem({ FirstName: 'x' }), '#/customers/1: extraneous key [FirstName] is not permitted'],
    ['a dangerous key', inItem({ constructor: {} }), '#/customers/1: extraneous key [constructor] is not permitted'],
    ['no source', inItem({ source: undefined }), '#/customers/1: required key [source] not found'],
    ['a source of null', inItem({ source: null }), '#/customers/1/source: expected type: String, found: Null'],
    ['an empty source id', inItem({ sourceId: '' }), '#/customers/1/sourceId: expected minLength: 1, actual: 0'],
    ['a number for a text', inItem({ lastName: 5 }), '#/customers/1/lastName: expected type: String, found: Integer'],
    ['a list for a text', inItem({ email: [] }), '#/customers/1/email: expected type: String, found: JSONArray'],
    ['a long text', inItem({ phone: '1'.repeat(31) }), '#/customers/1/phone: expected maxLength: 30, actual: 31'],
    ['a cleared language', inItem({ language: null }), '#/customers/1/language: expected type: String, found: Null'],
    ['a parent by name', inItem({ parent: 'x' }), '#/customers/1/parent: expected type: JSONObject, found: String'],
    ['half a parent', inItem({ parent: { source: 'x' } }), '#/customers/1/parent: required key [sourceId] not found'],
    [
      'a key of a parent',
      inItem({ parent: { id: 1, name: 'x' } }),
      '#/customers/1/parent: extraneous key [name] is not permitted',
    ],
    [
      'an address that is none',
      inItem({ addresses: [sampleAddress(), 7] }),
      '#/customers/1/addresses/1: expected type: JSONObject, found: Integer',
    ],
    [
      'a key of an address',
      inAddress({ zip: '1' }),
      '#/customers/1/addresses/1: extraneous key [zip] is not permitted',
    ],
    [
      'an address without a street',
      inAddress({ street: undefined }),
      '#/customers/1/addresses/1: required key [street] not found',
    ],
    [
      '51 addresses',
      inItem({ addresses: Array.from({ length: 51 }, () => sampleAddress()) }),
      '#/customers/1/addresses: expected maximum item count: 50, found: 51',
    ],
  ])('for %s says where', async (_, body, message) => {
    expect(await expectFaults(send(body))).toEqual([message]);
  });

  it.each<[string, object, string]>([
    ['an address of no type', inAddress({ type: 'home' }), '#/customers/1/addresses/1/type: value must be one of '],
    ['a day that never was', inItem({ dateOfBirth: '30/02/2000' }), '#/customers/1/dateOfBirth: value must be a day'],
    ['a day to come', inItem({ dateOfBirth: '2999-01-01' }), '#/customers/1/dateOfBirth: value must be a day'],
    ['a gender of its own', inItem({ gender: 'X' }), '#/customers/1/gender: value must be one of'],
    ['a masked number', inItem({ ssn: '*******1120' }), '#/customers/1/ssn: value must be'],
    ['half an emoji', inItem({ title: '\ud83d' }), '#/customers/1/title: value must be text'],
    ['a NUL in a source id', inItem({ sourceId: 'a\0' }), '#/customers/1/sourceId: value must be text'],
  ])('for %s says why', async (_, body, message) => {
    expect(await expectFaults(send(body))).toEqual([expect.stringContaining(message)]);
  });

  it('lists every fault, a hundred messages at most', async () => {
    const broken = sampleItem({ company: 'x', email: 1, addresses: [sampleAddress({ country: 1 })] });
    const messages = await expectFaults(send({ customers: Array.from({ length: 50 }, () => broken) }));
    expect(messages.slice(0, 3)).toEqual([
      '#/customers/0: extraneous key [company] is not permitted',
      '#/customers/0/email: expected type: String, found: Integer',
      '#/customers/0/addresses/0/country: expected type: String, found: Integer',
    ]);
    expect([messages.length, messages.at(-1)]).toEqual([100, 'and 51 more']);
  });

  it('has a code of its own where the key of an item is missing', async () => {
    const refused = async (body: object, path: string) =>
      expectRefusal(send(body, path), 10016, 'LookupKeyNotFound', 'VALIDATION_ERROR');
    expect(await refused(inItem({ sourceId: undefined }), BY_SOURCE_ID)).toEqual([
      '#/customers/1: required key [sourceId] not found',
    ]);
    expect(await refused({ customers: [{ id: 1 }, { source: 's', sourceId: 1, company: 'x' }] }, BY_ID)).toEqual([
      '#/customers/1: extraneous key [company] is not permitted',
      '#/customers/1: required key [id] not found',
    ]);
  });

  it.each<[string, unknown, string]>([
    ['text', '25494', 'expected type: Integer, found: String'],
    ['zero', 0, 'expected minimum: 1, found: 0'],
    ['a fraction', 1.5, 'expected type: Integer, found: Double'],
    ['null', null, 'expected type: Integer, found: Null'],
  ])('takes no id that is %s', async (_, id, message) => {
    expect(await expectFaults(send({ customers: [{ id }] }, BY_ID))).toEqual([`#/customers/0/id: ${message}`]);
  });

  const CLIENT = 'CLIENT_REQUEST_ERROR';
  it.each([BY_SOURCE_ID, BY_ID])(
    'is refused in the words of this family before its items are read: %s',
    async (path) => {
      const raw = (text: string, type = 'application/json') =>
        tenant.api.post(path).set('Content-Type', type).send(text);
      const body = JSON.stringify({ customers: [{ ...good('ok'), ...(path === BY_ID && { id: 1 }) }] });
      await expectRefusal(raw(body.slice(0, -1)), 10005, 'InvalidJSONPayload', CLIENT);
      await expectRefusal(raw(`${body}]`), 10005, 'InvalidJSONPayload', CLIENT);
      await expectRefusal(raw(body, 'text/plain'), 415, 'UnsupportedMediaType', CLIENT, 415);
      await expectRefusal(raw(body, 'application/xml'), 415, 'UnsupportedMediaType', CLIENT, 415);
      const large = raw(JSON.stringify({ customers: 'x'.repeat(LIMIT) }));
      await expectRefusal(large, 413, 'PayloadTooLarge', CLIENT, 413);
      const { headers } = await expectAnswer(service.anonymous.post(path).send(body), 401);
      expect(headers['www-authenticate']).toMatch(/^Bearer/);
      await expectRefusal(service.as('forged').post(path).send(body), 401, 'Unauthorized', 'UNAUTHORIZED', 401);
      const { api } = await service.createTenant({ scopes: ['customers:read', 'campaigns:write', 'jobs:write'] });
      await expectRefusal(api.post(path).send(body), 403, 'Forbidden', 'INVALID_ACCESS', 403);
      await expectRefusal(tenant.api.put(path).send({}), 405, 'MethodNotAllowed', CLIENT, 405);
    },
  );

  async function expectAnswer(request: PromiseLike<any>, status: number): Promise<any> {
    const answer = await request;
    expect(answer.status).toBe(status);
    return answer;
  }

  it('is refused without a body, too', async () => {
    for (const path of [BY_SOURCE_ID, BY_ID]) {
      expect(await expectFaults(tenant.api.post(path))).toEqual(['#: expected type: JSONObject, found: Null']);
    }
  });
});
