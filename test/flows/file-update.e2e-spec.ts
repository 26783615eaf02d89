import { bulk, Cells, CREATE, csvOf, faultsOf, FILE_FORMATS, fileOf, UPDATE, warningsOf } from '../support/bulk';
import { createCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { rowsOf } from '../support/jobs';
import { RunningService, startService, Tenant } from '../support/service';

const PATH = '/api/v0/customer';

describeEachEngine('an update by file', (engine) => {
  let service: RunningService;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine, { environment: { LISTED_ROWS: '5' } });
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const get = async (id: string) => (await tenant.api.get(`${PATH}/${id}`).expect(200)).body.payload;
  const create = (uniqueRefNo: string, changes: object = {}) => createCustomer(tenant.api, { uniqueRefNo, ...changes });
  const update = (cells: Cells, query: object = {}) => bulk(tenant.api, UPDATE, cells, { query });

  it.each(FILE_FORMATS)('is answered alike for the same rows as %s', async (format) => {
    const [a, b] = [await create('A'), await create('B')];
    const cells = [
      ['uniqueRefNo', 'address', 'creditLimit', 'paymentTermsDays'],
      ['A', 'New street', '10.25', '45'],
      ['unknown', 'x', '1', '1'],
      ['B', b.address, b.creditLimit, '30'],
      ['B', 'x', '1.005', '366'],
    ];
    const first = format === 'ndjson' ? 1 : 2;
    const answer = await bulk(tenant.api, UPDATE, await fileOf(format, cells));
    expect(answer).toMatchObject({
      total_count: 4,
      success_count: 2,
      failure_count: 2,
      failure_count_second_file: 0,
      warn_count: 1,
      success_file_name: `customers-success.${format}`,
      failure_file_name: `customers-failure.${format}`,
    });
    expect(answer.raw).toContain('"total_amount":150010.75,');
    expect(answer.successRequests).toEqual([
      { row: first, customerId: a.customerId, action: 'updated', warnings: [] },
      {
        row: first + 2,
        customerId: b.customerId,
        action: 'unchanged',
        warnings: [{ field: null, code: 'NO_CHANGE', message: expect.any(String), rejectedValue: null }],
      },
    ]);
    expect(answer.failureRequests).toEqual([
      {
        row: first + 1,
        sheet: 'Customers',
        customerId: null,
        errors: [{ field: 'uniqueRefNo', code: 'NOT_FOUND', message: expect.any(String), rejectedValue: 'unknown' }],
      },
      {
        row: first + 3,
        sheet: 'Customers',
        customerId: null,
        errors: [
          { field: 'creditLimit', code: 'INVALID_FORMAT', message: expect.any(String), rejectedValue: '1.005' },
          { field: 'paymentTermsDays', code: 'INVALID_FORMAT', message: expect.any(String), rejectedValue: '366' },
        ],
      },
    ]);
    const after = await get(a.customerId);
    const changes = { address: 'New street', creditLimit: '10.25', paymentTermsDays: 45, version: 2 };
    expect(after).toEqual({ ...a, ...changes, updatedAt: after.updatedAt });
    expect(await get(b.customerId)).toEqual(b);
  });

  it('names no file for a side without rows', async () => {
    await create('A');
    const good = await update([
      ['uniqueRefNo', 'address'],
      ['A', 'x'],
    ]);
    expect([good.failure_file_name, good.failure_file_url]).toEqual([null, null]);
    const bad = await update([
      ['uniqueRefNo', 'address'],
      ['B', 'x'],
    ]);
    expect([bad.success_file_name, bad.success_file_url, bad.success_count]).toEqual([null, null, 0]);
  });

  it('cuts both lists at the configured number, counting on', async () => {
    const rows = Array.from({ length: 7 }, (_, index) => [`N${index}`, 'x']);
    for (const [refNo] of rows) await create(refNo!);
    const bad = rows.map(([refNo]) => [`no ${refNo}`, 'x']);
    const answer = await update([['uniqueRefNo', 'address'], ...rows, ...bad]);
    expect([answer.success_count, answer.failure_count]).toEqual([7, 7]);
    expect(answer.successRequests.map(({ row }: any) => row)).toEqual([2, 3, 4, 5, 6]);
    expect(answer.failureRequests.map(({ row }: any) => row)).toEqual([9, 10, 11, 12, 13]);
  });

  it('adds amounts up to the last digit, of applied rows only', async () => {
    const names = Array.from({ length: 99 }, (_, index) => `N${index}`);
    await bulk(tenant.api, CREATE, [['legalName', 'uniqueRefNo'], ...names.map((name) => [name, name])]);
    const rows = [...names, 'nobody'].map((name) => [name, '9999999999999.99']);
    const answer = await update([['uniqueRefNo', 'creditLimit'], ...rows]);
    // A double is no nearer to it than 989999999999999.
    expect(answer.raw).toContain('"total_amount":989999999999999.01,');
    await create('A');
    const without = await update([
      ['uniqueRefNo', 'address'],
      ['A', 'x'],
    ]);
    expect(without.total_amount).toBe(0);
  });

  it('matches headers whatever their case, blanks, _, - and a trailing *', async () => {
    const { customerId } = await create('A');
    const header = ['CUSTOMER_ID*', ' legal name ', 'Pin-Code', 'credit__Limit', 'Payment Terms Days'];
    await update([header, [customerId, 'New name', '560002', '1', '7']]);
    expect(await get(customerId)).toMatchObject({
      legalName: 'New name',
      pinCode: '560002',
      creditLimit: '1.00',
      paymentTermsDays: 7,
    });
  });

  it('warns of a column it does not know, naming the one that is meant, where the cell says something', async () => {
    await create('A');
    await create('B');
    const answer = await update([
      ['uniqueRefNo', 'adress', 'Favourite colour'],
      ['A', 'Elsewhere', 'blue'],
      ['B', '', ''],
    ]);
    const [first] = answer.successRequests;
    const unknown = first.warnings.filter(({ code }: any) => code === 'UNKNOWN_COLUMN');
    expect(unknown.map(({ field, rejectedValue }: any) => [field, rejectedValue])).toEqual([
      ['adress', 'Elsewhere'],
      ['Favourite colour', 'blue'],
    ]);
    expect(unknown[0].message).toContain('did you mean address?');
    expect(unknown[1].message).not.toContain('did you mean');
    expect(warningsOf(answer).filter(([row]) => row === 3)).toEqual([[3, 'NO_CHANGE']]);
    expect(answer.warn_count).toBe(2);
  });

  it('names twenty columns it does not know and counts the others, so that results do not outgrow the file', async () => {
    await create('A');
    const names = Array.from({ length: 900 }, (_, at) => `x${at}`);
    const answer = await update([
      ['uniqueRefNo', ...names],
      ['A', ...names.map(() => '1')],
    ]);
    const [{ warnings }] = answer.successRequests;
    const unknown = warnings.filter(({ code }: any) => code === 'UNKNOWN_COLUMN');
    expect(unknown.slice(0, 20).map(({ field }: any) => field)).toEqual(names.slice(0, 20));
    expect(unknown.slice(20)).toEqual([
      {
        field: null,
        code: 'UNKNOWN_COLUMN',
        message: '880 more columns are not known and their values were ignored',
        rejectedValue: null,
      },
    ]);
  });

  it('shows no value of a column it does not know that is a secret by its name', async () => {
    await create('A');
    const answer = await update([
      ['uniqueRefNo', 'legalName', 'ssn', 'api_token', 'business'],
      ['A', 'Changed', '123-45-6789', 'tok-1', 'shown'],
    ]);
    const shown = answer.successRequests[0].warnings.map(({ field, rejectedValue }: any) => [field, rejectedValue]);
    expect(shown).toEqual([
      ['ssn', '***'],
      ['api_token', '***'],
      ['business', 'shown'],
    ]);
    expect(JSON.stringify(await rowsOf(tenant.api, answer.jobId))).not.toMatch(/123-45-6789|tok-1/);
  });

  it.each(FILE_FORMATS)('leaves absent columns and empty cells alone and clears by #CLEAR, as %s', async (format) => {
    const before = await create('A');
    const header = ['customerId', 'uniqueRefNo', 'panOrGstin', 'branchCodes', 'creditLimit', 'address', 'pinCode'];
    const row = [before.customerId, '#CLEAR', '#CLEAR', '#CLEAR', '#CLEAR', '#CLEAR', ''];
    const answer = await bulk(tenant.api, UPDATE, await fileOf(format, [header, row]));
    expect(answer.success_count).toBe(1);
    const after = await get(before.customerId);
    const cleared = { uniqueRefNo: null, panOrGstin: null, branchCodes: [], creditLimit: null, address: null };
    expect(after).toEqual({ ...before, ...cleared, version: 2, updatedAt: after.updatedAt });
  });

  it('finds a customer by id, and by number where the id is empty', async () => {
    const [a, b] = [await create('A'), await create('B')];
    const answer = await update([
      ['customerId', 'uniqueRefNo', 'address'],
      [a.customerId, 'A2', 'by id, with a new number'],
      ['', 'B', 'by number'],
    ]);
    expect(answer.success_count).toBe(2);
    expect(await get(a.customerId)).toMatchObject({ uniqueRefNo: 'A2', address: 'by id, with a new number' });
    expect(await get(b.customerId)).toMatchObject({ uniqueRefNo: 'B', address: 'by number' });
  });

  it('takes numbers apart byte for byte and finds codes that only look rounded', async () => {
    for (const refNo of ['ref', 'REF', '0042', '42', '12E34']) await create(refNo);
    const answer = await update([
      ['uniqueRefNo', 'address'],
      ...['ref', 'REF', '0042', '42', '12E34', 'Ref', 'ref '].map((refNo) => [refNo, `of ${refNo}`]),
    ]);
    expect(faultsOf(answer).map(([row, code]) => [row, code])).toEqual([
      [7, 'NOT_FOUND'],
      [8, 'NOT_FOUND'],
    ]);
    const found = await tenant.api.post(`${PATH}/search`).send({});
    for (const { uniqueRefNo, address } of found.body.payload.items) expect(address).toBe(`of ${uniqueRefNo}`);
  });

  it('writes a row once and says so in the history, with job and row', async () => {
    const { customerId } = await create('A');
    const { jobId } = await update([
      ['uniqueRefNo', 'address', 'pinCode'],
      ['none', '', ''],
      ['A', 'New', '560009'],
    ]);
    expect((await get(customerId)).version).toBe(2);
    const { body } = await tenant.api.get(`${PATH}/${customerId}/history`);
    expect(body.payload.items).toHaveLength(2);
    expect(body.payload.items[0]).toMatchObject({
      jobId,
      row: 3,
      version: 2,
      by: expect.stringMatching(/^key:/),
      changes: [
        { field: 'address', from: '14 MG Road, Bengaluru', to: 'New' },
        { field: 'pinCode', from: '560001', to: '560009' },
      ],
    });
  });

  it('is a job that can be read, whose counters add up', async () => {
    await create('A');
    const file = csvOf([
      ['uniqueRefNo', 'address'],
      ['A', 'x'],
      ['B', 'x'],
    ]);
    const { jobId } = await bulk(tenant.api, UPDATE, file, { fileName: 'March.csv' });
    const { body } = await tenant.api.get(`/api/v0/bulk/jobs/${jobId}`).expect(200);
    expect(body.payload).toMatchObject({ jobId, state: 'completed', fileName: 'March.csv', parentJobId: null });
    expect(body.payload.counters).toMatchObject({ received: 2, updated: 1, failed: 1, unprocessed: 0 });
  });
});
