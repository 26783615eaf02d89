import { DataSource } from 'typeorm';
import { CustomerRepository } from '../../src/customer/customer.repository';
import { bulk, CREATE, csvOf, download, faultsOf, FILE_FORMATS, fileOf, UPDATE } from '../support/bulk';
import { createCustomer, sampleCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';
import { AcmeExtension } from './acme/acme.extension';

const CUSTOMERS = '/api/v0/customer';

describeEachEngine('a field that an extension adds to customers', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    service = await startService(engine, { extensions: [AcmeExtension] });
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const get = async (id: string) => (await tenant.api.get(`${CUSTOMERS}/${id}`).expect(200)).body.payload;
  const patch = (id: string, body: object) => tenant.api.patch(`${CUSTOMERS}/${id}`).send(body);
  const changesOf = async (id: string) =>
    (await tenant.api.get(`${CUSTOMERS}/${id}/history`)).body.payload.items.map(({ changes }: any) =>
      changes.filter(({ field }: any) => field === 'acmeTier'),
    );
  const search = async (body: object, query = '') =>
    (await tenant.api.post(`${CUSTOMERS}/search${query}`).send(body).expect(200)).body.payload;

  it('is created, read, changed, kept and cleared with a customer', async () => {
    const created = await createCustomer(tenant.api, { acmeTier: ' GOLD' });
    expect(created).toMatchObject({ acmeTier: 'gold', version: 1 });
    const id: string = created.customerId;
    expect(await get(id)).toMatchObject({ acmeTier: 'gold' });
    expect((await patch(id, { acmeTier: 'silver' }).expect(200)).body.payload).toMatchObject({
      acmeTier: 'silver',
      version: 2,
    });
    expect((await patch(id, { acmeTier: 'Silver' })).body.payload.version).toBe(2);
    expect((await patch(id, { address: 'elsewhere' })).body.payload).toMatchObject({ acmeTier: 'silver', version: 3 });
    expect((await patch(id, { acmeTier: null })).body.payload).toMatchObject({ acmeTier: null, version: 4 });
    expect((await patch(id, { acmeTier: 'gold' })).body.payload).toMatchObject({ acmeTier: 'gold', version: 5 });
    expect(await changesOf(id)).toEqual([
      [{ field: 'acmeTier', from: null, to: 'gold' }],
      [{ field: 'acmeTier', from: 'silver', to: null }],
      [],
      [{ field: 'acmeTier', from: 'gold', to: 'silver' }],
      [{ field: 'acmeTier', from: null, to: 'gold' }],
    ]);
    expect(await createCustomer(tenant.api, { uniqueRefNo: 'other' })).toMatchObject({ acmeTier: null });
  });

  it('is refused together with all other faults of a body', async () => {
    const body = sampleCustomer({ acmeTier: 'bronze', pinCode: '01' });
    const { body: answer } = await tenant.api.post(CUSTOMERS).send(body).expect(400);
    expect(answer.errorResponse.apiSubErrors).toEqual([
      {
        object: 'CreateCustomerRequest',
        field: 'acmeTier',
        rejectedValue: 'bronze',
        message: 'acmeTier must be gold or silver',
      },
      expect.objectContaining({ field: 'pinCode' }),
    ]);
    const { customerId } = await createCustomer(tenant.api);
    for (const value of [1, true, ['gold'], '', 'gold\u0000', 'goldgoldgold']) {
      const refusal = await patch(customerId, { acmeTier: value });
      expect([value, refusal.status]).toEqual([value, 400]);
    }
    await patch(customerId, { acmeTeir: 'gold' }).expect(400);
  });

  it.each(FILE_FORMATS)('is a column of files of customers (%s)', async (format) => {
    const query = { companyId: tenant.company.companyId };
    const created = await bulk(
      tenant.api,
      CREATE,
      await fileOf(format, [
        ['legalName', 'uniqueRefNo', 'ACME tier'],
        ['Gold Traders', 'R-1', 'Gold'],
        ['Plain Traders', 'R-2', ''],
        ['Bad Traders', 'R-3', 'bronze'],
      ]),
      { query },
    );
    const row = format === 'ndjson' ? 3 : 4;
    expect(faultsOf(created)).toEqual([[row, 'INVALID_FORMAT', 'acmeTier']]);
    expect(created.failureRequests[0].errors[0]).toMatchObject({
      message: 'acmeTier must be gold or silver',
      rejectedValue: 'bronze',
    });
    const [gold, plain]: string[] = created.successRequests.map(({ customerId }: any) => customerId);
    expect([(await get(gold!)).acmeTier, (await get(plain!)).acmeTier]).toEqual(['gold', null]);
    const failures = await download(created.failure_file_url);
    if (format === 'csv') {
      const fixed = failures.toString().replace('bronze', 'silver');
      expect(await bulk(tenant.api, CREATE, Buffer.from(fixed), { query })).toMatchObject({ success_count: 1 });
    }
    const updated = await bulk(
      tenant.api,
      UPDATE,
      await fileOf(format, [
        ['uniqueRefNo', 'acmeTier', 'address'],
        ['R-1', '#CLEAR', ''],
        ['R-2', 'SILVER', 'x'],
      ]),
    );
    expect(updated.successRequests.map(({ action }: any) => action)).toEqual(['updated', 'updated']);
    expect([(await get(gold!)).acmeTier, (await get(plain!)).acmeTier]).toEqual([null, 'silver']);
    const same = await bulk(
      tenant.api,
      UPDATE,
      csvOf([
        ['uniqueRefNo', 'acmeTier'],
        ['R-2', 'Silver'],
        ['R-1', ''],
      ]),
    );
    expect(same.successRequests.map(({ action }: any) => action)).toEqual(['unchanged', 'unchanged']);
    expect(await changesOf(plain!)).toEqual([[{ field: 'acmeTier', from: null, to: 'silver' }], []]);
  });

  it('is only stored with its row', async () => {
    const { customerId } = await createCustomer(tenant.api, { uniqueRefNo: 'R-1' });
    const answer = await bulk(tenant.api, UPDATE, [
      ['uniqueRefNo', 'acmeTier', 'ifsc', 'accountNumber'],
      ['R-1', 'gold', '#CLEAR', ''],
      ['R-1', 'silver', '', ''],
      ['R-1', 'gold', '', ''],
    ]);
    expect(faultsOf(answer)).toEqual([
      [2, 'IFSC_REQUIRED', 'ifsc'],
      [4, 'DUPLICATE_ROW', 'uniqueRefNo'],
    ]);
    expect(await get(customerId)).toMatchObject({ acmeTier: 'silver', version: 2 });
  });

  it('is in the templates of customers', async () => {
    for (const use of ['create', 'update']) {
      const { text } = await tenant.api.get(`${CREATE}/template?for=${use}`).expect(200);
      expect(text.split('\r\n').map((line) => line.split(',').at(-1))).toEqual(['acmeTier', 'gold', '']);
    }
  });

  it('is searched by, page by page, with other members', async () => {
    const gold = ['R-1', 'R-2', 'R-3'];
    for (const uniqueRefNo of gold) await createCustomer(tenant.api, { uniqueRefNo, acmeTier: 'gold' });
    await createCustomer(tenant.api, { uniqueRefNo: 'R-4', acmeTier: 'silver' });
    await createCustomer(tenant.api, { uniqueRefNo: 'R-5' });
    const other = await service.createTenant();
    await createCustomer(other.api, { acmeTier: 'gold' });
    const numbers = ({ items }: any) => items.map(({ uniqueRefNo }: any) => uniqueRefNo);
    expect(numbers(await search({ acmeTier: 'GOLD' }))).toEqual(gold);
    expect(numbers(await search({ acmeTier: 'gold', uniqueRefNo: 'R-2' }))).toEqual(['R-2']);
    expect(numbers(await search({ acmeTier: 'gold', legalName: 'xy' }, '?direction=DESC'))).toEqual(
      [...gold].reverse(),
    );
    const page = await search({ acmeTier: 'gold' }, '?limit=2');
    const rest = await search({ acmeTier: 'gold' }, `?limit=2&cursor=${page.nextCursor}`);
    expect([numbers(page), numbers(rest), rest.nextCursor]).toEqual([['R-1', 'R-2'], ['R-3'], null]);
    expect(numbers(await search({ acmeTier: null }))).toHaveLength(5);
    await tenant.api.post(`${CUSTOMERS}/search`).send({ acmeTier: 'bronze' }).expect(400);
  });

  it('is found through an index', async () => {
    const rows = Array.from({ length: 1_000 }, (_, at) => [`Trader ${at}`, at === 7 ? 'gold' : 'silver']);
    const query = { companyId: tenant.company.companyId };
    await bulk(tenant.api, CREATE, [['legalName', 'acmeTier'], ...rows], { query });
    const dataSource = service.app.get(DataSource);
    if (engine === 'mariadb') await dataSource.query('ANALYZE TABLE customers, customer_custom_values');
    const statements: [string, unknown[]][] = [];
    const { logger } = dataSource;
    Object.assign(dataSource, { logger: { logQuery: (...said: [string, unknown[]]) => void statements.push(said) } });
    const wanted = { equal: {}, custom: { acmeTier: 'gold' }, legalNamePrefix: undefined, after: undefined };
    const found = await new CustomerRepository()
      .search(dataSource.manager, tenant.company.id, { ...wanted, direction: 'ASC', limit: 51 })
      .finally(() => Object.assign(dataSource, { logger }));
    expect(found.map(({ legalName }) => legalName)).toEqual(['Trader 7']);
    const [sql, parameters] = statements.at(-1) ?? ['', []];
    const explain = engine === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN';
    const steps = await dataSource.query<object[]>(`${explain} ${sql}`, parameters);
    const plan = JSON.stringify(steps);
    expect(plan).toContain('ix_customer_custom_values_value');
    expect(plan).not.toMatch(engine === 'sqlite' ? /"SCAN / : /"type":"(ALL|index)"/);
  });
});
