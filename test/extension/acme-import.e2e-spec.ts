import { bulk, csvOf, download, faultsOf, upload, warningsOf, xlsxOf } from '../support/bulk';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';
import { AcmeExtension } from './acme/acme.extension';

const CARDS = '/api/v0/bulk/acme.loyalty';
const CUSTOMERS = '/api/v0/customer/bulk';
const HEADER = ['cardNumber', 'points', 'nickname'];

describeEachEngine('files of an importer that an extension adds', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    service = await startService(engine, { extensions: [AcmeExtension] });
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const card = async (number: string) => (await tenant.api.get(`/acme/loyalty/${number}`).expect(200)).body.answer;
  const jobOf = async (jobId: string) => (await tenant.api.get(`/api/v0/bulk/jobs/${jobId}`).expect(200)).body.payload;

  it('are answered like files of customers, and their job is kept', async () => {
    const rows = [HEADER, ['L-000001', '10', 'Blue'], ['L-000002', 'many', ''], ['', '5', '']];
    const answer = await bulk(tenant.api, CARDS, rows, { fileName: 'cards.csv' });
    expect(answer).toMatchObject({ total_count: 3, success_count: 1, failure_count: 2, total_amount: 0 });
    expect(answer.successRequests).toEqual([{ row: 2, customerId: 'L-000001', action: 'created', warnings: [] }]);
    expect(faultsOf(answer)).toEqual([
      [3, 'INVALID_FORMAT', 'points'],
      [4, 'REQUIRED', 'cardNumber'],
    ]);
    expect(answer.failureRequests[0]).toMatchObject({
      sheet: 'Cards',
      errors: [{ message: 'points must be a whole number, 0 or more', rejectedValue: 'many' }],
    });
    expect(await jobOf(answer.jobId)).toMatchObject({
      target: 'acme.loyalty',
      family: 'receivables',
      state: 'completed',
      counters: { received: 3, created: 1, updated: 0, failed: 2 },
    });
    expect(await card('L-000001')).toEqual({ cardNumber: 'L-000001', points: 10 });
  });

  it('are taken once under a key', async () => {
    const send = () =>
      upload(tenant.api, CARDS, csvOf([HEADER, ['L-000007', '10', '']])).set('Idempotency-Key', 'cards-1');
    const first = await send();
    const second = await send();
    expect([second.status, second.text, second.headers['x-job-id']]).toEqual([
      200,
      first.text,
      first.headers['x-job-id'],
    ]);
    expect(second.headers['idempotent-replayed']).toBe('true');
  });

  it('come back as failure file that goes straight in again once it is corrected', async () => {
    const first = await bulk(tenant.api, CARDS, [HEADER, ['L-000001', '10', 'a'], ['L-2', '20', 'b, "c"']]);
    expect(first.failure_file_name).toBe('customers-failure.csv');
    const failures = (await download(first.failure_file_url)).toString();
    const second = await bulk(tenant.api, CARDS, Buffer.from(failures.replace('L-2,', 'L-000002,')));
    expect(second).toMatchObject({ success_count: 1, failure_count: 0 });
    expect(await jobOf(second.jobId)).toMatchObject({ parentJobId: first.jobId, counters: { created: 1 } });
    expect(await card('L-000002')).toMatchObject({ points: 20 });
  });

  it('create, change, leave and clear by the key of the record', async () => {
    await bulk(tenant.api, CARDS, [HEADER, ['L-000001', '10', 'Blue'], ['L-000002', '20', 'Red']]);
    const answer = await bulk(tenant.api, CARDS, [
      HEADER,
      ['L-000001', '10', 'Blue'],
      ['L-000002', '', '#CLEAR'],
      ['L-000003', '30', ''],
      ['L-000004', '', 'no points'],
      ['L-000001', '#CLEAR', ''],
    ]);
    expect(answer.successRequests.map(({ row, action }: any) => [row, action])).toEqual([
      [2, 'unchanged'],
      [3, 'updated'],
      [4, 'created'],
    ]);
    expect(warningsOf(answer)).toEqual([[2, 'NO_CHANGE']]);
    expect(faultsOf(answer)).toEqual([
      [5, 'REQUIRED', 'points'],
      [6, 'REQUIRED', 'points'],
    ]);
    expect(await card('L-000002')).toMatchObject({ points: 20 });
  });

  it.each([
    ['first', [2], [[3, 'DUPLICATE_ROW', 'cardNumber']], 10],
    ['last', [3], [[2, 'DUPLICATE_ROW', 'cardNumber']], 11],
  ])('apply the %s of several rows for one record', async (duplicates, applied, faults, points) => {
    const rows = [HEADER, ['L-000001', '10', ''], ['L-000001', '11', '']];
    const answer = await bulk(tenant.api, CARDS, rows, { query: { duplicates } });
    expect(answer.successRequests.map(({ row }: any) => row)).toEqual(applied);
    expect(faultsOf(answer)).toEqual(faults);
    expect(await card('L-000001')).toMatchObject({ points });
  });

  it('stay within the company they are for', async () => {
    const below = await service.createTenant({ parent: tenant.company });
    const query = { parentCompanyId: below.company.companyId };
    await bulk(tenant.api, CARDS, [HEADER, ['L-000001', '7', '']], { query });
    await bulk(tenant.api, CARDS, [HEADER, ['L-000001', '8', '']]);
    expect((await below.api.get('/acme/loyalty/L-000001')).body.answer.points).toBe(7);
    expect(await card('L-000001')).toMatchObject({ points: 8 });
    const up = { query: { parentCompanyId: tenant.company.companyId } };
    await upload(below.api, CARDS, csvOf([HEADER]), up).expect(403);
  });

  it('are refused as a whole like files of customers', async () => {
    const refused = async (file: Buffer) => (await upload(tenant.api, CARDS, file)).body.errorResponse;
    expect(await refused(csvOf([['points'], ['1']]))).toMatchObject({
      errorType: 'UNPROCESSABLE_REQUEST',
      errorMessage: 'The table Cards has no column cardNumber; add it to the header row.',
    });
    expect(await refused(csvOf([HEADER]))).toMatchObject({ errorType: 'UNPROCESSABLE_REQUEST' });
    expect(await refused(Buffer.from('%PDF-1.7\n\0\0'))).toMatchObject({
      errorMessage:
        'The file is in no format this service reads; save it as csv, ndjson, psv, or xlsx and upload that.',
    });
    const second = await upload(tenant.api, CARDS, csvOf([HEADER, ['L-000001', '1', '']]), {
      contacts: csvOf([HEADER]),
    });
    expect([second.status, second.body.response_message]).toEqual([
      400,
      'The file has one table only here; leave out the part named "contacts".',
    ]);
    const unknown = await tenant.api.post(`${CARDS}?foo=1`).attach('file', csvOf([HEADER]), 'a.csv');
    expect([unknown.status, unknown.body.errorResponse.apiSubErrors[0].field]).toEqual([400, 'foo']);
  });

  it('need a token with the scope the importer declares', async () => {
    const reader = await service.createTenant({ scopes: ['customers:read', 'jobs:write'] });
    const refusal = await upload(reader.api, CARDS, csvOf([HEADER])).expect(403);
    expect(refusal.body.response_message).toContain('customers:write');
    await reader.api.get(`${CARDS}/template`).expect(403);
    await service.anonymous.post(CARDS).expect(401);
    const writer = await service.createTenant({ scopes: ['customers:write'] });
    await upload(writer.api, CARDS, csvOf([HEADER, ['L-000001', '1', '']])).expect(200);
  });

  it('are taken under the names that are registered only', async () => {
    // The second is an importer without a route.
    for (const target of ['acme.nothing', 'customer.update']) {
      const path = `/api/v0/bulk/${target}`;
      for (const call of [upload(tenant.api, path, csvOf([HEADER])), tenant.api.get(`${path}/template`)]) {
        const { status, body } = await call;
        expect([path, status, body.errorResponse.errorType]).toEqual([path, 404, 'RECORD_NOT_FOUND']);
      }
    }
    // Routes of the service itself stay what they are.
    await tenant.api.post('/api/v0/bulk/jobs').expect(405);
  });

  it('start from a template in any format', async () => {
    const { text, headers } = await tenant.api.get(`${CARDS}/template`).expect(200);
    expect(text).toBe('\uFEFFcardNumber*,points*,nickname\r\nL-000042,120,Blue card\r\n');
    expect(headers['content-disposition']).toContain('acme-loyalty.csv');
    const psv = await tenant.api.get(`${CARDS}/template?format=psv`).responseType('blob').expect(200);
    expect(psv.body.toString()).toBe('#psv\ncardNumber*|points*|nickname\nL-000042|120|Blue card\n');
    const answer = await bulk(tenant.api, CARDS, psv.body as Buffer);
    expect(answer).toMatchObject({ success_count: 1 });
    const { status, body } = await tenant.api.get(`${CARDS}/template?format=pdf`);
    expect([status, body.errorResponse.apiSubErrors[0]]).toEqual([
      400,
      expect.objectContaining({ field: 'format', message: 'format must be one of csv, ndjson, psv, xlsx' }),
    ]);
  });

  it('may be workbooks', async () => {
    const answer = await bulk(tenant.api, CARDS, await xlsxOf({ Cards: [HEADER, ['L-000009', '9', '']] }));
    expect(answer).toMatchObject({ success_count: 1 });
  });

  it('are known by their own beginning, and their results are in the same format and every other', async () => {
    const file = '#psv\ncardNumber|points|nickname\nL-000001|x|a\\pb\\\\n\n\nL-000002|2|\nL-000003|3\n';
    const answer = await bulk(tenant.api, CARDS, Buffer.from(file), { fileName: 'cards.csv' });
    expect(answer).toMatchObject({ success_count: 1, failure_count: 2, failure_file_name: 'cards-failure.psv' });
    expect(faultsOf(answer)).toEqual([
      [2, 'INVALID_FORMAT', 'points'],
      [5, 'INVALID_FORMAT', null],
    ]);
    const failures = (await download(answer.failure_file_url)).toString();
    expect(failures).toContain('L-000001|x|a\\pb\\\\n|2|failed|INVALID_FORMAT|points|');
    const again = await bulk(tenant.api, CARDS, Buffer.from(failures.replace('|x|', '|1|')));
    // The short line has all its cells in the failure file.
    expect(again).toMatchObject({ success_count: 2, failure_count: 0 });
    expect((await jobOf(again.jobId)).parentJobId).toBe(answer.jobId);
    const csv = await tenant.api.get(`/api/v0/bulk/jobs/${answer.jobId}/results/failure.csv`).expect(200);
    expect(csv.text).toContain('L-000001,x,"a|b\\n",2,failed');
  });

  it('serve customers as well', async () => {
    const file = Buffer.from('#psv\nlegalName|uniqueRefNo\nPipe Traders|P-1\n');
    const query = { companyId: tenant.company.companyId };
    const answer = await bulk(tenant.api, CUSTOMERS, file, { query });
    expect(answer).toMatchObject({ success_count: 1, success_file_name: 'customers-success.psv' });
    expect((await download(answer.success_file_url)).toString()).toMatch(/^#psv\nlegalName\|uniqueRefNo\|_row/);
  });

  it('cannot come in two formats of which one is read here and the other in a thread', async () => {
    const contacts = Buffer.from('#psv\nuniqueRefNo|name\nP-1|Jane\n');
    const customers = csvOf([
      ['legalName', 'uniqueRefNo'],
      ['Pipe Traders', 'P-1'],
    ]);
    const { status, body } = await upload(tenant.api, CUSTOMERS, customers, { contacts });
    expect([status, body.response_message]).toEqual([
      400,
      'The two files are in formats that cannot be read together; send both in the same one.',
    ]);
  });
});
