import { bulk, csvOf, download, FILE_FORMATS, fileOf, readTables, UPDATE, xlsxOf } from '../support/bulk';
import { createCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';

const CELLS = [
  ['uniqueRefNo', 'address'],
  ['A', 'applied'],
  ['nobody', '=1+1'],
  ['no one', '00042'],
];
const DAY_MS = 86_400_000;

describeEachEngine('downloads of result files', (engine) => {
  let service: RunningService;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
    await createCustomer(tenant.api, { uniqueRefNo: 'A' });
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => service.stop());

  const withToken = async (path: string, token = tenant.token) => {
    const response = await fetch(`${service.baseUrl}${path}`, { headers: { Authorization: `Bearer ${token}` } });
    return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
  };

  it.each(FILE_FORMATS)('give the same rows in every format, from %s', async (format) => {
    const { jobId } = await bulk(tenant.api, UPDATE, await fileOf(format, CELLS));
    for (const [kind, column] of [
      ['failure', ['=1+1', '00042']],
      ['success', ['applied']],
    ] as const) {
      for (const wanted of FILE_FORMATS) {
        for (let round = 0; round < 2; round++) {
          const { status, bytes } = await withToken(`/api/v0/bulk/jobs/${jobId}/results/${kind}.${wanted}`);
          expect([wanted, status]).toEqual([wanted, 200]);
          const { Customers: rows } = await readTables(wanted, bytes);
          expect(rows!.slice(1).map((row) => row[1])).toEqual(column);
        }
      }
    }
  });

  it('give a whole file to each of ten who ask for a new format at once', async () => {
    const rows = Array.from({ length: 3_000 }, (_, index) => [`nobody ${index}`, 'x'.repeat(50)]);
    const { jobId } = await bulk(tenant.api, UPDATE, csvOf([['uniqueRefNo', 'address'], ...rows]));
    const path = `/api/v0/bulk/jobs/${jobId}/results/failure.xlsx`;
    const answers = await Promise.all(Array.from({ length: 10 }, () => withToken(path)));
    for (const { status, bytes } of answers) {
      expect(status).toBe(200);
      expect((await readTables('xlsx', bytes))['Customers']).toHaveLength(3_001);
    }
  });

  it('give contacts of a workbook as a file of their own', async () => {
    const contacts = [
      ['uniqueRefNo', 'name', 'legalName', 'mobile'],
      ['A', 'N', 'N', 'bad'],
    ];
    const { jobId } = await bulk(tenant.api, UPDATE, await xlsxOf({ Customers: CELLS, Contacts: contacts }));
    const { bytes } = await withToken(`/api/v0/bulk/jobs/${jobId}/results/failure-contacts.csv`);
    const { Customers: rows } = await readTables('csv', bytes);
    expect(rows![1]!.slice(0, 4)).toEqual(['A', 'N', 'N', 'bad']);
    const main = await withToken(`/api/v0/bulk/jobs/${jobId}/results/failure.csv`);
    expect((await readTables('csv', main.bytes))['Customers']).toHaveLength(3);
  });

  it('give contacts of a part as a workbook that is read back as contacts, not as customers', async () => {
    const contacts = csvOf([
      ['uniqueRefNo', 'name', 'legalName', 'mobile'],
      ['A', 'N', 'Never a customer', 'bad'],
    ]);
    const { jobId } = await bulk(tenant.api, UPDATE, csvOf([CELLS[0]!, CELLS[1]!]), { contacts });
    const { bytes } = await withToken(`/api/v0/bulk/jobs/${jobId}/results/failure.xlsx`);
    const again = await bulk(tenant.api, UPDATE, bytes);
    expect(again).toMatchObject({ total_count: 0, failure_count_second_file: 1 });
    const { body } = await tenant.api.post('/api/v0/customer/search').send({ legalName: 'Never' });
    expect(body.payload.items).toEqual([]);
  });

  it('are 404 for files a job does not have and 400 for names that are none', async () => {
    const { jobId } = await bulk(tenant.api, UPDATE, csvOf([CELLS[0]!, CELLS[1]!]));
    for (const file of ['failure.csv', 'failure.xlsx', 'success.pdf', 'success-contacts.csv', 'success-x.csv']) {
      expect([file, (await withToken(`/api/v0/bulk/jobs/${jobId}/results/${file}`)).status]).toEqual([file, 404]);
    }
    for (const file of ['rows', 'input', '..%2Finput', 'success.csv.part', 'SUCCESS.csv', 'success.csv%00']) {
      const { status } = await withToken(`/api/v0/bulk/jobs/${jobId}/results/${file}`);
      expect([file, [400, 404].includes(status)]).toEqual([file, true]);
    }
  });

  it('want a token or a signed link', async () => {
    const { jobId, failure_file_url } = await bulk(tenant.api, UPDATE, csvOf(CELLS));
    const { origin, pathname } = new URL(failure_file_url);
    expect(origin).toBe(service.baseUrl);
    expect(pathname).toBe(`/api/v0/bulk/jobs/${jobId}/results/failure.csv`);
    expect((await fetch(`${origin}${pathname}`)).status).toBe(401);
    expect(String(await download(failure_file_url))).toContain('nobody');
    const narrow = await service.createTenant({ scopes: ['customers:read'] });
    expect((await withToken(pathname, narrow.token)).status).toBe(403);
  });

  it('refuse a link whose signature, time or path was changed', async () => {
    const { success_file_url, failure_file_url } = await bulk(tenant.api, UPDATE, csvOf(CELLS));
    const other = await bulk(tenant.api, UPDATE, csvOf(CELLS));
    const link = (change: (url: URL) => void) => {
      const url = new URL(failure_file_url);
      change(url);
      return url.href;
    };
    const signature = new URL(failure_file_url).searchParams.get('signature')!;
    const links = [
      link((url) =>
        url.searchParams.set('signature', `${signature.slice(0, -2)}${signature.endsWith('A') ? 'BB' : 'AA'}`),
      ),
      link((url) => url.searchParams.set('signature', new URL(success_file_url).searchParams.get('signature')!)),
      link((url) => url.searchParams.set('signature', '')),
      link((url) => url.searchParams.set('expires', '99999999999')),
      link((url) => url.searchParams.delete('expires')),
      link((url) => (url.pathname = url.pathname.replace('failure.csv', 'failure.xlsx'))),
      link((url) => (url.pathname = new URL(other.failure_file_url).pathname)),
      link((url) => (url.pathname = url.pathname.replace(/\/results.*/, ''))),
    ];
    for (const href of links) {
      const { status } = await fetch(href);
      expect([href, [401, 403].includes(status)]).toEqual([href, true]);
    }
  });

  it('refuse a link after its time, and work until then', async () => {
    const { failure_file_url } = await bulk(tenant.api, UPDATE, csvOf(CELLS));
    const now = Date.now();
    const clock = jest.spyOn(Date, 'now');
    clock.mockReturnValue(now + DAY_MS - 60_000);
    expect((await fetch(failure_file_url)).status).toBe(200);
    clock.mockReturnValue(now + DAY_MS + 1_000);
    expect((await fetch(failure_file_url)).status).toBe(403);
  });

  it('are not kept by caches, are named, and are no page', async () => {
    const { failure_file_url } = await bulk(tenant.api, UPDATE, csvOf(CELLS), { fileName: 'März.csv' });
    const { headers } = await fetch(failure_file_url);
    expect(headers.get('cache-control')).toContain('no-store');
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename="M_rz-failure.csv"; filename*=UTF-8''M%C3%A4rz-failure.csv`,
    );
  });

  it.each([
    ['../../etc/x.csv', 'x-failure.csv'],
    ['..\\..\\x.csv', 'x-failure.csv'],
    ['a\r\nSet-Cookie: x=1.csv', null],
    ['a"; filename="evil.exe.csv', null],
    ['\u202Efdp.csv', 'fdp-failure.csv'],
    ['x'.repeat(300), `${'x'.repeat(255)}-failure.csv`],
    ['.csv', 'rows-failure.csv'],
    ['...', null],
    ['<script>alert(1)</script>.csv', 'script>-failure.csv'],
  ])('are named safely for a file called %j', async (name, expected) => {
    const boundary = 'b0undary';
    const escaped = name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${escaped}"\r\n\r\n`;
    const { status, body, headers } = await tenant.api
      .post(UPDATE)
      .set('Content-Type', `multipart/form-data; boundary=${boundary}`)
      .send(Buffer.concat([Buffer.from(head), csvOf(CELLS), Buffer.from(`\r\n--${boundary}--\r\n`)]).toString());
    expect([status, headers['set-cookie']]).toEqual([200, undefined]);
    const shown: string = body.payload.failure_file_name;
    if (expected !== null) expect(shown).toBe(expected);
    expect(shown).not.toMatch(/[/\\\p{Cc}\u202E]/u);
    const response = await fetch(body.payload.failure_file_url);
    expect([response.status, response.headers.get('set-cookie')]).toEqual([200, null]);
    expect(response.headers.get('content-disposition')).toMatch(
      /^attachment; filename="[A-Za-z0-9._ -]+"; filename\*=UTF-8''[A-Za-z0-9._~%!-]+$/,
    );
  });
});
