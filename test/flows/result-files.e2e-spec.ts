import {
  bulk,
  Cells,
  csvOf,
  download,
  faultsOf,
  FILE_FORMATS,
  FileFormat,
  fileOf,
  readTables,
  UPDATE,
} from '../support/bulk';
import { createCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';

const OWN_COLUMNS = ['_row', '_status', '_error_code', '_error_field', '_error_message'];

/** Texts that programs like to spoil. */
const DELICATE: readonly string[] = [
  '00042',
  '+919812345678',
  '=1+1',
  '=HYPERLINK("http://x")',
  '-5',
  '@cmd',
  '\tTab first',
  "'=1+1",
  "'quoted'",
  'Line 1\nLine 2\r\nLine 3',
  '😀 漢字 é e\u0301',
  '1234567890123456',
  'say "hi", he said; then | left',
  ' blanks around ',
  '2023-02-30',
  '1E5',
  'TRUE',
  '{"a":1}',
  '#N/A',
];

/** In CSV an apostrophe before a formula is the service's own mark, so it does not stand for itself there. */
function delicateTexts(format: FileFormat): readonly string[] {
  return DELICATE.filter((text) => format !== 'csv' || !text.startsWith("'="));
}

describeEachEngine('result files', (engine) => {
  let service: RunningService;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const job = async (id: string) => (await tenant.api.get(`/api/v0/bulk/jobs/${id}`).expect(200)).body.payload;

  it.each(FILE_FORMATS)(
    'hold the caller’s own rows, columns, order and text, and the reasons, as %s',
    async (format) => {
      await createCustomer(tenant.api, { uniqueRefNo: 'A' });
      const header = ['Remarks', 'unique_ref_no', 'Pin Code*', 'address', 'legalName'];
      const rows = [
        ['first', 'A', '012', 'street', '#CLEAR'],
        ['good', 'A', '560002', 'street', ''],
        ['', 'nobody', '', '', ''],
      ];
      const answer = await bulk(tenant.api, UPDATE, await fileOf(format, [header, ...rows]), { fileName: 'mine.txt' });
      expect(answer.failure_file_name).toBe(`mine-failure.${format}`);
      const { Customers: failed } = await readTables(format, await download(answer.failure_file_url));
      expect(failed![0]).toEqual([...header, ...OWN_COLUMNS]);
      expect(failed!.slice(1).map((row) => row.slice(0, 5))).toEqual([rows[0], rows[2]]);
      const first = format === 'ndjson' ? 1 : 2;
      expect(failed!.slice(1).map((row) => row.slice(5, 9))).toEqual([
        [String(first), 'failed', expect.any(String), expect.any(String)],
        [String(first + 2), 'failed', 'NOT_FOUND', 'uniqueRefNo'],
      ]);
      expect(failed![1]![7]!.split('; ').sort()).toEqual(['INVALID_FORMAT', 'REQUIRED']);
      expect(failed![1]![8]!.split('; ').sort()).toEqual(['legalName', 'pinCode']);
      const { Customers: applied } = await readTables(format, await download(answer.success_file_url));
      // NDJSON leaves empty cells out.
      expect(header.map((name) => applied![1]![applied![0]!.indexOf(name)] ?? '')).toEqual(rows[1]);
      expect(applied![1]).toContain('UNKNOWN_COLUMN');
    },
  );

  it.each(FILE_FORMATS)('can be corrected and sent back under another name, as %s', async (format) => {
    const customers = [];
    for (const refNo of ['A', 'B', 'C']) customers.push(await createCustomer(tenant.api, { uniqueRefNo: refNo }));
    const cells = [
      ['uniqueRefNo', 'address', 'pinCode'],
      ['A', 'good', '560009'],
      ['B', '=1+1', 'x'],
      ['C', '00042', 'y'],
    ];
    const first = await bulk(tenant.api, UPDATE, await fileOf(format, cells));
    expect(first.failure_count).toBe(2);
    const { Customers: failed } = await readTables(format, await download(first.failure_file_url));
    const corrected = failed!.map((row, index) => row.map((cell, at) => (index > 0 && at === 2 ? '560010' : cell)));
    const second = await bulk(tenant.api, UPDATE, await fileOf(format, corrected), { fileName: 'fixed by me.dat' });
    expect(second).toMatchObject({ total_count: 2, success_count: 2, warn_count: 0, failure_file_url: null });
    expect(await job(second.jobId)).toMatchObject({ parentJobId: first.jobId, fileName: 'fixed by me.dat' });
    expect((await job(first.jobId)).parentJobId).toBeNull();
    const { body } = await tenant.api.get(`/api/v0/customer/${customers[2].customerId}`);
    expect(body.payload).toMatchObject({ address: '00042', pinCode: '560010', version: 2 });
  });

  it('sent back uncorrected fail again with the same columns, not with more', async () => {
    const file = csvOf([
      ['uniqueRefNo', 'address'],
      ['nobody', '=1+1'],
    ]);
    const first = await bulk(tenant.api, UPDATE, file);
    const bytes = await download(first.failure_file_url);
    const second = await bulk(tenant.api, UPDATE, bytes);
    const [before, after] = [bytes, await download(second.failure_file_url)].map(String);
    expect(after!.replaceAll(second.jobId, first.jobId)).toBe(before);
    expect((await job(second.jobId)).parentJobId).toBe(first.jobId);
  });

  it('of another company link to no parent', async () => {
    const file = csvOf([
      ['uniqueRefNo', 'address'],
      ['nobody', 'x'],
    ]);
    const first = await bulk(tenant.api, UPDATE, file);
    const stranger = await service.createTenant();
    const second = await bulk(stranger.api, UPDATE, await download(first.failure_file_url));
    const { body } = await stranger.api.get(`/api/v0/bulk/jobs/${second.jobId}`).expect(200);
    expect(body.payload.parentJobId).toBeNull();
  });

  it.each(FILE_FORMATS)('carry every text there and back without changing a byte, as %s', async (format) => {
    const texts = delicateTexts(format);
    const cells: Cells = [['uniqueRefNo', 'address', 'note'], ...texts.map((text, at) => [`no ${at}`, text, text])];
    let bytes = await fileOf(format, cells);
    for (let round = 0; round < 3; round++) {
      const answer = await bulk(tenant.api, UPDATE, bytes);
      expect(answer.failure_count).toBe(texts.length);
      bytes = await download(answer.failure_file_url);
      const { Customers: rows } = await readTables(format, bytes);
      expect(rows!.slice(1).map((row) => row[1])).toEqual(texts);
      expect(rows!.slice(1).map((row) => row[2])).toEqual(texts);
    }
  });

  it.each(FILE_FORMATS)('store delicate text as it was sent, also by way of a failure file, as %s', async (format) => {
    const texts = delicateTexts(format);
    const { customerId } = await createCustomer(tenant.api, { uniqueRefNo: 'A' });
    for (const text of texts) {
      const cells = [
        ['uniqueRefNo', 'address', 'pinCode'],
        ['A', text, 'bad'],
      ];
      const failed = await bulk(tenant.api, UPDATE, await fileOf(format, cells));
      const { Customers: rows } = await readTables(format, await download(failed.failure_file_url));
      rows![1]![2] = '560001';
      const { success_count } = await bulk(tenant.api, UPDATE, await fileOf(format, rows!));
      const { body } = await tenant.api.get(`/api/v0/customer/${customerId}`);
      expect([text, success_count, body.payload.address]).toEqual([text, 1, text]);
    }
  });

  it('hold no live formula', async () => {
    const answer = await bulk(
      tenant.api,
      UPDATE,
      csvOf([
        ['uniqueRefNo', '=SUM(A1)'],
        ['+1', '=1+1'],
        ['-1', '@x'],
      ]),
    );
    const text = String(await download(answer.failure_file_url));
    const cells = text.replace('\uFEFF', '').split(/\r\n|,/);
    expect(cells.filter((cell) => /^"?[=+@-]/.test(cell))).toEqual([]);
    expect(text).toContain("'=1+1");
  });

  it.each(FILE_FORMATS)(
    'of a file with all the columns there may be are sent back and converted, as %s',
    async (format) => {
      await createCustomer(tenant.api, { uniqueRefNo: 'A' });
      const names = Array.from({ length: 998 }, (_, at) => `extra ${at}`.padEnd(65, '-'));
      const header = ['uniqueRefNo', 'pinCode', ...names];
      const rows = ['560001', 'bad'].map((pinCode) => ['A', pinCode, ...names.map(() => 'x')]);
      const first = await bulk(tenant.api, UPDATE, await fileOf(format, [header, ...rows]));
      expect(first).toMatchObject({ success_count: 1, failure_count: 1 });
      const back = await bulk(tenant.api, UPDATE, await download(first.failure_file_url));
      expect(faultsOf(back)).toEqual([[format === 'ndjson' ? 1 : 2, 'INVALID_FORMAT', 'pinCode']]);
      expect((await job(back.jobId)).parentJobId).toBe(first.jobId);
      for (const kind of ['success', 'failure']) {
        for (const other of FILE_FORMATS) {
          await tenant.api.get(`/api/v0/bulk/jobs/${first.jobId}/results/${kind}.${other}`).expect(200);
        }
      }
    },
  );

  it('keep the surplus cells of ragged rows', async () => {
    await createCustomer(tenant.api, { uniqueRefNo: 'A' });
    const file = 'uniqueRefNo,address,pinCode\nA,street,560001,surplus one,surplus two\nA,short\nA,right,560002\n';
    const answer = await bulk(tenant.api, UPDATE, Buffer.from(file));
    expect(faultsOf(answer).map(([row, code]) => [row, code])).toEqual([
      [2, 'INVALID_FORMAT'],
      [3, 'INVALID_FORMAT'],
    ]);
    const text = String(await download(answer.failure_file_url));
    expect(text).toMatch(/^A,street,560001,2,failed,.*,surplus one,surplus two\r$/m);
    expect(text).toMatch(/^A,short,,3,failed,/m);
    expect(answer.success_count).toBe(1);
  });
});
