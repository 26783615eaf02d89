import { DataSource } from 'typeorm';
import {
  bulk,
  Cells,
  CREATE,
  csvOf,
  download,
  ndjsonOf,
  readTables,
  storedState,
  UPDATE,
  upload,
  xlsxOf,
} from '../support/bulk';
import { describeEachEngine, Engine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';

const PATH = '/api/v0/customer';
const POISON = 'Poison Limited';

/** Makes the database itself refuse one legal name, as an unforeseen fault would. */
function poisonTriggers(engine: Engine, event: 'INSERT' | 'UPDATE'): string {
  const name = `refuse_on_${event.toLowerCase()}`;
  return engine === 'sqlite'
    ? `CREATE TRIGGER ${name} BEFORE ${event} ON customers WHEN NEW.legal_name = '${POISON}'
       BEGIN SELECT RAISE(ABORT, 'poison'); END`
    : `CREATE TRIGGER ${name} BEFORE ${event} ON customers FOR EACH ROW
       IF NEW.legal_name = '${POISON}' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'poison'; END IF`;
}

function numbered(count: number, cells: (index: number) => string[]): string[][] {
  return Array.from({ length: count }, (_, index) => cells(index));
}

describeEachEngine('files of several chunks', (engine) => {
  let service: RunningService;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine, { environment: { LISTED_ROWS: '10000' } });
    for (const event of ['INSERT', 'UPDATE'] as const) {
      await service.app.get(DataSource).query(poisonTriggers(engine, event));
    }
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  async function seed(count: number): Promise<void> {
    const cells: Cells = [['legalName', 'uniqueRefNo'], ...numbered(count, (index) => [`Name ${index}`, `R${index}`])];
    expect((await bulk(tenant.api, CREATE, cells)).success_count).toBe(count);
  }
  /** Address and version of every customer, by number. */
  async function stored(): Promise<Map<string, [string | null, number]>> {
    const sql = `SELECT unique_ref_no AS ref, address, version FROM customers WHERE company_ref = ?`;
    const rows = await service.app.get(DataSource).query(sql, [tenant.company.id]);
    return new Map(rows.map(({ ref, address, version }: any) => [ref, [address, version]]));
  }

  it('put each of 2,500 rows into exactly one result, in order, the files being complete', async () => {
    await seed(2_500);
    const isBad = (index: number) => index % 7 === 0 || index === 999 || index === 1_000 || index === 2_499;
    const rows = numbered(2_500, (index) => [`R${index}`, `Street ${index}`, isBad(index) ? 'bad' : '560001']);
    const answer = await bulk(tenant.api, UPDATE, [['uniqueRefNo', 'address', 'pinCode'], ...rows]);
    const numbers = (list: any[]) => list.map(({ row }) => row as number);
    const bad = rows.flatMap((_, index) => (isBad(index) ? [index + 2] : []));
    const good = rows.flatMap((_, index) => (isBad(index) ? [] : [index + 2]));
    expect(numbers(answer.failureRequests)).toEqual(bad);
    expect(numbers(answer.successRequests)).toEqual(good);
    expect([answer.total_count, answer.success_count, answer.failure_count]).toEqual([2_500, good.length, bad.length]);
    const failed = (await readTables('csv', await download(answer.failure_file_url)))['Customers']!.slice(1);
    expect(failed.map((cells) => [Number(cells[3]), ...cells.slice(0, 3)])).toEqual(
      bad.map((row) => [row, ...rows[row - 2]!]),
    );
    const applied = (await readTables('csv', await download(answer.success_file_url)))['Customers']!.slice(1);
    expect(applied.map((cells) => Number(cells[3]))).toEqual(good);
    const after = await stored();
    rows.forEach(([refNo, address], index) => {
      expect(after.get(refNo!)).toEqual(isBad(index) ? [null, 1] : [address, 2]);
    });
    const { body } = await tenant.api.get(`/api/v0/bulk/jobs/${answer.jobId}`);
    expect(body.payload.counters).toMatchObject({
      received: 2_500,
      updated: good.length,
      failed: bad.length,
      unprocessed: 0,
    });
  });

  it('apply all but the one row the database refuses, in an update', async () => {
    await seed(1_500);
    const rows = numbered(1_500, (index) => [`R${index}`, `Street ${index}`, index === 1_234 ? POISON : '']);
    const answer = await bulk(tenant.api, UPDATE, [['uniqueRefNo', 'address', 'legalName'], ...rows]);
    expect(answer.failureRequests).toHaveLength(1);
    expect(answer.failureRequests[0]).toMatchObject({ row: 1_236, sheet: 'Customers' });
    expect(answer.raw).not.toMatch(/SQLSTATE|SQLITE|trigger|INSERT|UPDATE/);
    const after = await stored();
    for (let index = 0; index < 1_500; index++) {
      expect(after.get(`R${index}`)).toEqual(index === 1_234 ? [null, 1] : [`Street ${index}`, 2]);
    }
    const [{ n }] = await service.app
      .get(DataSource)
      .query('SELECT COUNT(*) AS n FROM customer_changes WHERE job_id = ?', [answer.jobId]);
    expect(Number(n)).toBe(1_499);
  });

  it('apply all but the rows the database refuses, in a creation', async () => {
    const rows = numbered(1_200, (index) => [[3, 4, 1_100].includes(index) ? POISON : 'Good', `R${index}`]);
    const answer = await bulk(tenant.api, CREATE, [['legalName', 'uniqueRefNo'], ...rows]);
    expect(answer.failureRequests.map(({ row }: any) => row)).toEqual([5, 6, 1_102]);
    const after = await stored();
    expect(after.size).toBe(1_197);
    for (const { row, customerId } of answer.successRequests.slice(0, 10)) {
      const { body } = await tenant.api.get(`${PATH}/${customerId}`).expect(200);
      expect(body.payload.uniqueRefNo).toBe(`R${row - 2}`);
    }
  });

  it('lose no row when two files change the same 2,000 customers in opposite orders at once', async () => {
    await seed(2_000);
    const file = (name: string) => numbered(2_000, (index) => [`R${index}`, `${name} ${index}`]);
    const header = ['uniqueRefNo', 'address'];
    const answers = await Promise.all([
      bulk(tenant.api, UPDATE, [header, ...file('up')]),
      bulk(tenant.api, UPDATE, [header, ...file('down').reverse()]),
    ]);
    for (const answer of answers) {
      expect([answer.success_count, answer.failure_count]).toEqual([2_000, 0]);
      expect(new Set(answer.successRequests.map(({ action }: any) => action))).toEqual(new Set(['updated']));
    }
    const after = await stored();
    for (let index = 0; index < 2_000; index++) {
      const [address, version] = after.get(`R${index}`)!;
      expect(version).toBe(3);
      expect([`up ${index}`, `down ${index}`]).toContain(address);
    }
  });

  it('apply nothing when a header turns out to be repeated far down', async () => {
    await seed(1_500);
    const before = await storedState(service);
    const good = String(
      ndjsonOf([['uniqueRefNo', 'address'], ...numbered(1_499, (index) => [`R${index}`, 'applied'])]),
    );
    const file = Buffer.from(`${good}\n{"uniqueRefNo":"R1499","Address":"other"}\n`);
    const { status, body } = await upload(tenant.api, UPDATE, file);
    expect([status, body.errorResponse?.errorType]).toEqual([422, 'UNPROCESSABLE_REQUEST']);
    expect(await storedState(service)).toEqual(before);
    for (const [address, version] of (await stored()).values()) expect([address, version]).toEqual([null, 1]);
  });

  it('take columns that only appear in a later chunk', async () => {
    await seed(1_500);
    const lines = numbered(1_500, (index) => [`R${index}`, index < 1_200 ? '' : 'late']);
    const text = lines.map(([uniqueRefNo, address]) =>
      JSON.stringify({ uniqueRefNo, ...(address !== '' && { address }) }),
    );
    const answer = await bulk(tenant.api, UPDATE, Buffer.from(text.join('\n')));
    expect([answer.success_count, answer.warn_count]).toEqual([1_500, 1_200]);
    expect((await stored()).get('R1499')).toEqual(['late', 2]);
  });
});

describeEachEngine('a template', (engine) => {
  let service: RunningService;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  async function template(query: object): Promise<Buffer> {
    const url = `${service.baseUrl}${CREATE}/template?${new URLSearchParams(query as Record<string, string>).toString()}`;
    const response = await fetch(url, { headers: { Authorization: `Bearer ${tenant.token}` } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-disposition')).toMatch(
      /^attachment; filename="customers-(create|update)\.(csv|xlsx)"/,
    );
    return Buffer.from(await response.arrayBuffer());
  }

  it.each(['csv', 'xlsx'])('of a creation can be uploaded as it is, as %s', async (format) => {
    const answer = await bulk(tenant.api, CREATE, await template({ format, for: 'create' }));
    expect(answer).toMatchObject({
      total_count: 1,
      success_count: 1,
      failure_count: 0,
      failure_count_second_file: 0,
      warn_count: 0,
    });
    const { body } = await tenant.api.post(`${PATH}/search`).send({});
    expect(body.payload.items[0].customerKeyContacts).toHaveLength(format === 'xlsx' ? 1 : 0);
  });

  it.each(['csv', 'xlsx'] as const)('of an update can be filled in and uploaded, as %s', async (format) => {
    await bulk(tenant.api, CREATE, [
      ['legalName', 'uniqueRefNo'],
      ['Xylo', 'CUST-00042'],
    ]);
    const { Customers, Contacts } = await readTables(format, await template({ format, for: 'update' }));
    expect(Customers).toHaveLength(2);
    Customers![1]![Customers![0]!.indexOf('customerId')] = '';
    const file = format === 'csv' ? csvOf(Customers!) : await xlsxOf({ Customers: Customers!, Contacts: Contacts! });
    const answer = await bulk(tenant.api, UPDATE, file);
    expect(answer).toMatchObject({ success_count: 1, failure_count: 0, failure_count_second_file: 0, warn_count: 0 });
  });
});
