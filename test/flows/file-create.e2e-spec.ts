import {
  bulk,
  Cells,
  CREATE,
  csvOf,
  download,
  faultsOf,
  FILE_FORMATS,
  fileOf,
  readTables,
  xlsxOf,
} from '../support/bulk';
import { createCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';

const PATH = '/api/v0/customer';
const CONTACT_HEADER = ['uniqueRefNo', 'name', 'legalName', 'mobile', 'whatsapp_enabled'];

describeEachEngine('creation by file', (engine) => {
  let service: RunningService;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine, { environment: { LISTED_ROWS: '5000' } });
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const find = async (query: object) => (await tenant.api.post(`${PATH}/search`).send(query)).body.payload.items;

  it.each([499, 500, 1_200])('lets no number of bad lines stop a good one behind them: %d', async (bad) => {
    const lines = ['{bad', '[1]', '{"uniqueRefNo":"nameless"}'];
    const file = Array.from({ length: bad }, (_, at) => lines[at % lines.length]);
    const answer = await bulk(tenant.api, CREATE, Buffer.from([...file, '{"legalName":"Good"}'].join('\n')));
    expect(answer).toMatchObject({ total_count: bad + 1, success_count: 1, failure_count: bad });
    expect(faultsOf(answer).slice(1, 3)).toEqual([
      [2, 'INVALID_FORMAT', null],
      [3, 'REQUIRED', 'legalName'],
    ]);
    expect((await find({})).map(({ legalName }: { legalName: string }) => legalName)).toEqual(['Good']);
  });

  it.each(FILE_FORMATS)('stores every field as it stands in the file, as %s', async (format) => {
    const cells = [
      [
        ...['legalName', 'uniqueRefNo', 'panOrGstin', 'contactNumber', 'address', 'state', 'pinCode', 'accountNumber'],
        ...['ifsc', 'assignedAgent', 'branchCodes', 'creditLimit', 'paymentTermsDays'],
      ],
      [
        ...['Xylo "Traders"; Ltd', '00042', '29AAACX1234A2ZS', '+919812345678', 'Line 1\nLine 2, 😀', 'KA', '560001'],
        ...['0012345678901234', 'HDFC0001234', '=1+1', 'BLR-01; BLR-02', '150000.50', '0'],
      ],
      ['Bare', ...Array<string>(12).fill('')],
    ];
    const answer = await bulk(tenant.api, CREATE, await fileOf(format, cells));
    expect(answer).toMatchObject({ total_count: 2, success_count: 2, failure_count: 0, total_amount: 150000.5 });
    const [full, bare] = await find({});
    expect(answer.successRequests).toEqual(
      [full, bare].map(({ customerId }, index) => ({
        row: index + (format === 'ndjson' ? 1 : 2),
        customerId,
        action: 'created',
        warnings: [],
      })),
    );
    expect(full).toMatchObject({
      legalName: 'Xylo "Traders"; Ltd',
      uniqueRefNo: '00042',
      panOrGstin: '29AAACX1234A2ZS',
      contactNumber: '+919812345678',
      address: 'Line 1\nLine 2, 😀',
      state: 'KA',
      pinCode: '560001',
      accountNumber: '0012345678901234',
      ifsc: 'HDFC0001234',
      assignedAgent: '=1+1',
      branchCodes: ['BLR-01', 'BLR-02'],
      creditLimit: '150000.50',
      paymentTermsDays: 0,
      status: 'ACTIVE',
      version: 1,
    });
    expect(bare).toMatchObject({ legalName: 'Bare', uniqueRefNo: null, branchCodes: [], creditLimit: null });
    const { body } = await tenant.api.get(`${PATH}/${full.customerId}/history`);
    expect(body.payload.items).toEqual([expect.objectContaining({ jobId: answer.jobId, version: 1 })]);
  });

  it('refuses a number in use with DUPLICATE_VALUE and one used before in the file with DUPLICATE_ROW', async () => {
    await createCustomer(tenant.api, { uniqueRefNo: 'TAKEN' });
    const answer = await bulk(tenant.api, CREATE, [
      ['legalName', 'uniqueRefNo'],
      ['One', 'TAKEN'],
      ['Two', 'NEW'],
      ['Three', 'NEW'],
      ['Four', 'TAKEN'],
      ['Five', 'new'],
    ]);
    expect(faultsOf(answer)).toEqual([
      [2, 'DUPLICATE_VALUE', 'uniqueRefNo'],
      [4, 'DUPLICATE_ROW', 'uniqueRefNo'],
      [5, 'DUPLICATE_VALUE', 'uniqueRefNo'],
    ]);
    expect(answer.failureRequests[1].errors[0].message).toMatch(/^row 3 /);
    expect((await find({})).map(({ legalName }: any) => legalName).slice(1)).toEqual(['Two', 'Five']);
  });

  it('tells them apart across chunks too', async () => {
    await createCustomer(tenant.api, { uniqueRefNo: 'TAKEN' });
    const filler = Array.from({ length: 1_200 }, (_, index) => [`Filler ${index}`, `F${index}`]);
    const cells: Cells = [['legalName', 'uniqueRefNo'], ['One', 'NEW'], ...filler, ['Two', 'NEW'], ['Three', 'TAKEN']];
    const answer = await bulk(tenant.api, CREATE, cells);
    expect(faultsOf(answer)).toEqual([
      [1203, 'DUPLICATE_ROW', 'uniqueRefNo'],
      [1204, 'DUPLICATE_VALUE', 'uniqueRefNo'],
    ]);
    expect(answer.failureRequests[0].errors[0].message).toMatch(/^row 2 /);
    expect(answer.success_count).toBe(1_201);
  });

  it('lets a row be created whose rival before it was refused for another reason', async () => {
    const cells = [
      ['legalName', 'uniqueRefNo', 'pinCode', 'ifsc'],
      ['A', 'N', '', ''],
      ['Bb', 'N', '', 'HDFC0001234'],
      ['Cc', 'N', '', ''],
    ];
    const answer = await bulk(tenant.api, CREATE, cells);
    expect(faultsOf(answer).map(([row, code]) => [row, code])).toEqual([
      [2, 'INVALID_FORMAT'],
      [3, 'IFSC_REQUIRED'],
    ]);
    expect((await find({ uniqueRefNo: 'N' })).map(({ legalName }: any) => legalName)).toEqual(['Cc']);
  });

  it('refuses rows without a name and rows that bring an id', async () => {
    const answer = await bulk(tenant.api, CREATE, [
      ['customerId', 'legalName', 'uniqueRefNo'],
      ['', '', 'A'],
      ['KC00000000000000', 'With id', 'B'],
      ['', '#CLEAR', 'C'],
    ]);
    expect(faultsOf(answer)).toEqual([
      [2, 'REQUIRED', 'legalName'],
      [3, 'INVALID_FORMAT', 'customerId'],
      [4, 'REQUIRED', 'legalName'],
    ]);
    expect(await find({})).toEqual([]);
  });

  it('creates the same file twice only once', async () => {
    const cells = [
      ['legalName', 'uniqueRefNo'],
      ['One', 'A'],
      ['Two', 'B'],
    ];
    await bulk(tenant.api, CREATE, cells);
    const again = await bulk(tenant.api, CREATE, cells);
    expect(faultsOf(again).map(([, code]) => code)).toEqual(['DUPLICATE_VALUE', 'DUPLICATE_VALUE']);
    expect(await find({})).toHaveLength(2);
  });

  it('creates every row once when two files with the same numbers come at once', async () => {
    const cells = [['legalName', 'uniqueRefNo'], ...Array.from({ length: 300 }, (_, i) => [`Name ${i}`, `R${i}`])];
    const answers = await Promise.all(
      [cells, [cells[0]!, ...cells.slice(1).reverse()]].map((one) => bulk(tenant.api, CREATE, one)),
    );
    const created = answers.map(({ success_count }) => Number(success_count));
    expect(created.reduce((sum, count) => sum + count)).toBe(300);
    for (const answer of answers) {
      for (const [, code] of faultsOf(answer)) expect(code).toBe('DUPLICATE_VALUE');
    }
  });

  it('creates one row when 20 files of that one row come at once', async () => {
    const files = Array.from({ length: 20 }, () =>
      bulk(tenant.api, CREATE, [
        ['legalName', 'uniqueRefNo'],
        ['Xylo', 'R'],
      ]),
    );
    const codes = (await Promise.all(files)).map((answer) => faultsOf(answer)[0]?.[1] ?? 'created');
    expect(codes.sort()).toEqual([...Array<string>(19).fill('DUPLICATE_VALUE'), 'created']);
  });

  const customers: Cells = [
    ['legalName', 'uniqueRefNo'],
    ['One', 'A'],
    ['Two', 'B'],
  ];
  const people: Cells = [
    CONTACT_HEADER,
    ['A', 'Asha', 'Asha Rao', '+919812345678', 'TRUE'],
    ['nobody', 'Lost', 'Lost', '9812345678', ''],
    ['B', 'Bad', 'Bad', '12', ''],
    ['B', 'Bala', 'Bala', '09812', ''],
    ['B', 'Chitra', 'Chitra', '9812345670', 'n'],
  ];
  const faults = [
    [3, 'NOT_FOUND', 'uniqueRefNo'],
    [4, 'INVALID_FORMAT', 'mobile'],
    [5, 'INVALID_FORMAT', 'mobile'],
  ];

  async function expectContacts(answer: any): Promise<void> {
    expect(answer).toMatchObject({ total_count: 2, success_count: 2, failure_count: 0, failure_count_second_file: 3 });
    expect(faultsOf(answer)).toEqual(faults);
    expect(new Set(answer.failureRequests.map(({ sheet }: any) => sheet))).toEqual(new Set(['Contacts']));
    const [one, two] = await find({});
    expect(one.customerKeyContacts).toEqual([
      expect.objectContaining({ name: 'Asha', mobile: '+919812345678', whatsapp_enabled: true }),
    ]);
    expect(two.customerKeyContacts).toEqual([expect.objectContaining({ name: 'Chitra', whatsapp_enabled: false })]);
  }

  it.each(['before', 'after'])(
    'takes contacts from a second sheet %s the customers, and names them in the failure file',
    async (place) => {
      const sheets =
        place === 'after' ? { Customers: customers, Contacts: people } : { Contacts: people, Customers: customers };
      const answer = await bulk(tenant.api, CREATE, await xlsxOf(sheets));
      await expectContacts(answer);
      const tables = await readTables('xlsx', await download(answer.failure_file_url));
      expect(Object.keys(tables).filter((name) => tables[name]!.length > 1)).toEqual(['Contacts']);
      expect(tables['Contacts']!.slice(1).map((row) => row.slice(0, 5))).toEqual(people.slice(2, 5));
      const again = await bulk(tenant.api, CREATE, await download(answer.failure_file_url));
      expect(again).toMatchObject({ total_count: 0, failure_count_second_file: 3 });
      expect(await find({})).toHaveLength(2);
    },
  );

  it('takes contacts from a second part, and gives them a failure file of their own', async () => {
    const answer = await bulk(tenant.api, CREATE, csvOf(customers), { contacts: csvOf(people), fileName: 'new.csv' });
    await expectContacts(answer);
    expect([answer.failure_file_name, answer.failure_file_url]).toEqual([null, null]);
    expect(answer.failure_second_file_name).toBe('new-failure-contacts.csv');
    const { Customers: rows } = await readTables('csv', await download(answer.failure_second_file_url));
    expect(rows!.map((row) => row.slice(0, 5))).toEqual([CONTACT_HEADER, ...people.slice(2, 5)]);
    expect(rows!.slice(1).map((row) => row[7])).toEqual(faults.map(([, code]) => code));
  });

  it('creates in the book of a child named by companyId', async () => {
    const child = await service.createTenant({ parent: tenant.company });
    await bulk(tenant.api, CREATE, customers, { query: { companyId: child.company.companyId } });
    expect(await find({})).toEqual([]);
    const { body } = await child.api.post(`${PATH}/search`).send({});
    expect(body.payload.items).toHaveLength(2);
  });
});
