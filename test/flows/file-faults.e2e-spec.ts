import { bulk, CREATE, csvOf, ndjsonOf, storedState, UPDATE, upload, xlsxOf } from '../support/bulk';
import { createCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';
import { zip } from '../support/workbook';

const CFB = Buffer.from('d0cf11e0a1b11ae1', 'hex');
const MAX_ROWS = 50;
const HEADER = ['uniqueRefNo', 'address'];
/** A row that would be applied if the file were not at fault. */
const GOOD = ['A', 'applied all the same'];

function rows(count: number): string[][] {
  return Array.from({ length: count }, (_, index) => (index === 0 ? GOOD : [`nobody ${index}`, 'x']));
}

/** Files that cannot be used as a whole: what is wrong, the bytes, and the answer. */
const FAULTS: readonly [string, () => Buffer | Promise<Buffer>, number, string, RegExp][] = [
  ['is empty', () => Buffer.alloc(0), 422, 'UNPROCESSABLE_REQUEST', /empty|header/i],
  ['holds blank lines only', () => Buffer.from('\r\n  \r\n\r\n'), 422, 'UNPROCESSABLE_REQUEST', /header|blank|empty/i],
  ['has only a header', () => csvOf([HEADER]), 422, 'UNPROCESSABLE_REQUEST', /no data row.*add at least one/],
  ['has only blank rows', () => csvOf([HEADER, ['', '']]), 422, 'UNPROCESSABLE_REQUEST', /no data row/],
  [
    'is a workbook with only a header',
    () => xlsxOf({ Customers: [HEADER] }),
    422,
    'UNPROCESSABLE_REQUEST',
    /no data row/,
  ],
  [
    'is a PNG',
    () => Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
    415,
    'CLIENT_REQUEST_ERROR',
    /csv.*upload/,
  ],
  ['is a PDF', () => Buffer.from('%PDF-1.7\n%âãÏÓ\n1 0 obj'), 415, 'CLIENT_REQUEST_ERROR', /csv.*upload/],
  ['is a web page', () => Buffer.from('<!DOCTYPE html><html></html>'), 415, 'CLIENT_REQUEST_ERROR', /csv.*upload/],
  ['is a JSON array', () => Buffer.from('[{"uniqueRefNo":"A"}]'), 415, 'CLIENT_REQUEST_ERROR', /csv.*upload/],
  ['is a zip archive', () => zip([{ name: 'a.csv', data: 'a,b' }]), 415, 'CLIENT_REQUEST_ERROR', /zip.*upload/i],
  ['is a legacy .xls', () => Buffer.concat([CFB, Buffer.alloc(2_000)]), 415, 'CLIENT_REQUEST_ERROR', /\.xls\b.*\.xlsx/],
  [
    'is password-protected',
    () => Buffer.concat([CFB, Buffer.alloc(1_000), Buffer.from('EncryptedPackage', 'utf16le')]),
    415,
    'CLIENT_REQUEST_ERROR',
    /password.*upload/i,
  ],
  [
    'is a workbook cut short',
    async () => (await xlsxOf({ Customers: [HEADER, GOOD] })).subarray(0, 900),
    400,
    'CLIENT_REQUEST_ERROR',
    /save|again/i,
  ],
  [
    'repeats a header',
    () =>
      csvOf([
        ['uniqueRefNo', 'address', 'ADDRESS '],
        [...GOOD, 'x'],
      ]),
    422,
    'UNPROCESSABLE_REQUEST',
    /twice.*keep one/,
  ],
  [
    'repeats a key',
    () =>
      ndjsonOf([
        ['uniqueRefNo', 'address', 'Address'],
        [...GOOD, 'x'],
      ]),
    422,
    'UNPROCESSABLE_REQUEST',
    /twice.*keep one/,
  ],
  [
    'names no customers',
    () =>
      csvOf([
        ['customrId', 'address'],
        ['KC1', 'x'],
      ]),
    422,
    'UNPROCESSABLE_REQUEST',
    /customerId.*"customrId".*add one/,
  ],
  [
    'names no customers in NDJSON',
    () => ndjsonOf([['customrId', 'address'], ...rows(3)]),
    422,
    'UNPROCESSABLE_REQUEST',
    /No line.*customerId and uniqueRefNo.*"customrId".*one JSON object per line/,
  ],
  [
    'is one object over several lines',
    () => Buffer.from('{\n  "uniqueRefNo": "A",\n  "address": "x"\n}\n'),
    422,
    'UNPROCESSABLE_REQUEST',
    /No line.*one JSON object per line/,
  ],
  [
    'has one row too many',
    () => csvOf([HEADER, ...rows(MAX_ROWS + 1)]),
    422,
    'UNPROCESSABLE_REQUEST',
    /50 data rows.*Split/i,
  ],
  [
    'has one row too many in NDJSON',
    () => ndjsonOf([HEADER, ...rows(MAX_ROWS + 1)]),
    422,
    'UNPROCESSABLE_REQUEST',
    /Split/,
  ],
  [
    'has one row too many in a workbook',
    () => xlsxOf({ Customers: [HEADER, ...rows(MAX_ROWS + 1)] }),
    422,
    'UNPROCESSABLE_REQUEST',
    /Split/i,
  ],
  [
    'opens a quote far down and never closes it',
    () =>
      Buffer.concat([
        csvOf([
          HEADER,
          GOOD,
          ...rows(40)
            .slice(1)
            .map(([refNo]) => [refNo!, 'x'.repeat(1_000)]),
        ]),
        Buffer.from('\r\n"B","open\r\n"C","x"\r\n'),
      ]),
    400,
    'CLIENT_REQUEST_ERROR',
    /line 4\d.*quote/i,
  ],
];

describeEachEngine('a file that cannot be used as a whole', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  let before: object;

  beforeAll(async () => {
    service = await startService(engine, { environment: { MAX_ROWS: String(MAX_ROWS) } });
    tenant = await service.createTenant();
    await createCustomer(tenant.api, { uniqueRefNo: 'A' });
    // The folder of a job that ended well is there before and after.
    await bulk(tenant.api, UPDATE, csvOf([HEADER, ['nobody', 'x']]));
    before = await storedState(service);
  });
  afterEach(async () => {
    expect(await storedState(service)).toEqual(before);
    const { body } = await tenant.api.post('/api/v0/customer/search').send({});
    expect(body.payload.items).toEqual([expect.objectContaining({ version: 1, address: '14 MG Road, Bengaluru' })]);
  });
  afterAll(() => service.stop());

  function expectFault({ status, body, headers }: any, expected: number, type: string, words: RegExp): void {
    expect([status, headers['x-error-type'], body.errorResponse?.errorType]).toEqual([expected, type, type]);
    expect(body.response_code).toBe(expected);
    expect(body.errorResponse.errorMessage).toMatch(words);
    expect(body.errorResponse.errorMessage).not.toMatch(/\/tmp|uploads|Error:|at \w+ \(/);
    expect(headers).not.toHaveProperty('x-job-id');
  }

  it.each(FAULTS)('is refused when it %s', async (_what, bytes, status, type, words) => {
    // The name and type claim a table; only the content counts.
    expectFault(await upload(tenant.api, UPDATE, await bytes(), { fileName: 'customers.csv' }), status, type, words);
  });

  it('is refused by a creation when the column legalName is missing', async () => {
    const answer = await upload(
      tenant.api,
      CREATE,
      csvOf([
        ['legal nam', 'uniqueRefNo'],
        ['Xylo', 'N'],
      ]),
    );
    expectFault(
      answer,
      422,
      'UNPROCESSABLE_REQUEST',
      /no column legalName \(did you mean it by "legal nam"\?\); add it/,
    );
  });

  it.each([
    [
      'repeats a header',
      [
        ['uniqueRefNo', 'name', 'Name'],
        ['A', 'x', 'y'],
      ],
      422,
      /twice/,
    ],
    ['names no customers', [['name'], ['x']], 422, /Contacts has neither/],
  ])('is refused together with a contacts file that %s', async (_what, cells, status, words) => {
    const contacts = csvOf(cells);
    const answer = await upload(tenant.api, UPDATE, csvOf([HEADER, GOOD]), { contacts });
    expectFault(answer, status, 'UNPROCESSABLE_REQUEST', words);
  });

  it('is refused together with a contacts file of another kind', async () => {
    const answer = await upload(tenant.api, UPDATE, csvOf([HEADER, GOOD]), { contacts: Buffer.from('%PDF-1.7') });
    expectFault(answer, 415, 'CLIENT_REQUEST_ERROR', /upload/);
  });

  it('is refused when customers and contacts together go over the row cap', async () => {
    const contacts = csvOf([['uniqueRefNo', 'name'], ...rows(30)]);
    const answer = await upload(tenant.api, UPDATE, csvOf([HEADER, ...rows(30)]), { contacts });
    expectFault(answer, 422, 'UNPROCESSABLE_REQUEST', /rows/);
  });

  it.each(['companyId=CEK0000001', 'parentCompanyId=x', 'parentCompanyId=', 'unknown=1', 'duplicates=all'])(
    'is not even read when the query says %s',
    async (query) => {
      const { status, body } = await upload(tenant.api, `${UPDATE}?${query}`, csvOf([HEADER, GOOD]));
      expect([status, body.errorResponse?.errorType]).toEqual([400, 'VALIDATION_ERROR']);
    },
  );

  it('is not read for a foreign company, without a token, or without the scope', async () => {
    const stranger = await service.createTenant();
    const reader = await service.createTenant({ scopes: ['customers:read', 'jobs:read'] });
    const file = csvOf([HEADER, GOOD]);
    const query = { parentCompanyId: stranger.company.companyId };
    expectFault(await upload(tenant.api, UPDATE, file, { query }), 403, 'INVALID_ACCESS', /company/);
    expectFault(await upload(service.anonymous, UPDATE, file), 401, 'UNAUTHORIZED', /token/);
    expectFault(await upload(reader.api, UPDATE, file), 403, 'INVALID_ACCESS', /scope/);
  });
});
