import { DataSource } from 'typeorm';
import { CredentialService } from '../../src/platform/auth/credential.service';
import { bulkItems, createCommerceCustomer, refusalOf } from '../support/commerce-items';
import { describeEachEngine } from '../support/engines';
import { Api, RunningService, startService, Tenant } from '../support/service';

const LAST_MOMENT = '2024-02-29 23:59:59.999';
const MIDNIGHT = '2024-03-01 00:00:00.000';

describeEachEngine('the search of the commerce API', (engine) => {
  let service: RunningService;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const create = async (sourceId: string | number, fields: object = {}): Promise<number> =>
    (await createCommerceCustomer(tenant.api, { source: 'S', sourceId, ...fields })).id;
  const search = async (query: object, api = tenant.api) => {
    const { status, body, text } = await api.post('/customers/search').send(query);
    if (status !== 200) throw new Error(`${status}: ${text}`);
    return body;
  };
  const ids = async (query: object, api = tenant.api): Promise<number[]> => {
    const { data, total } = await search(query, api);
    expect(total).toBe(data.length);
    return data.map(({ id }: any) => id);
  };
  /** A client of the tenant's company that may see personal numbers. */
  const privileged = async (): Promise<Api> => {
    const scopes = ['customers:read', 'customers:pii'] as const;
    return service.as((await service.app.get(CredentialService).createKey(tenant.company, 'pii', scopes)).key);
  };
  const refusal = (code: number, query: object) => refusalOf(code, tenant.api.post('/customers/search').send(query));

  it('gives every customer of the company as reading it does, oldest first', async () => {
    const parent = await create(1);
    const all = [parent, await create('2', { parent: { id: parent }, ssn: '078-05-1120' }), await create('10')];
    const { body, headers } = await tenant.api.post('/customers/search').send({}).expect(200);
    expect(body).toMatchObject({ messages: ['Completed'], total: 3 });
    expect(headers['x-request-id']).toBeDefined();
    expect(body.data.map(({ id }: any) => id)).toEqual(all);
    for (const customer of body.data) {
      expect(customer).toEqual((await tenant.api.get(`/customers/id/${customer.id}`)).body.data);
    }
    expect(body.data[1]).toMatchObject({ parent: { id: parent, source: 'S', sourceId: '1' }, ssn: '*******1120' });
  });

  it('finds debtor ids character for character, as text or number', async () => {
    const [first, second] = [await create(1, { debtorId: 12345 }), await create(2, { debtorId: '12345' })];
    const letters = await create(3, { debtorId: 'ab' });
    await create(4, { debtorId: 'AB' });
    await create(5, { debtorId: '012345' });
    await create(6);
    for (const debtorIds of [[12345], ['12345'], ['12345', 12345, 'none']]) {
      expect(await ids({ debtorIds })).toEqual([first, second]);
    }
    expect(await ids({ debtorIds: ['ab', 12345] })).toEqual([first, second, letters]);
    expect(await ids({ debtorIds: ['%', 'a_', 'ab ', "' OR 1=1 --"] })).toEqual([]);
    expect(await ids({ debtorIds: Array.from({ length: 1000 }, (_, index) => `d${index}`) })).toEqual([]);
  });

  describe.each([
    ['dateCreated', 'created_at'],
    ['dateModified', 'updated_at'],
  ])('by %s', (field, column) => {
    const times = ['2024-02-28 23:59:59.999', '2024-02-29 00:00:00.000', LAST_MOMENT, MIDNIGHT];
    it.each([
      [{ from: '2024-02-29', to: '2024-02-29' }, [1, 2]],
      [{ from: '2024-02-29' }, [1, 2, 3]],
      [{ to: '2024-02-29' }, [0, 1, 2]],
      [{ from: '2024-02-29T00:00:00.001', to: '2024-03-01T00:00:00' }, [2, 3]],
      [{ from: '2024-02-29T00:00:00', to: '2024-02-29T23:59:59.998Z' }, [1]],
      [{ from: '2024-02-29T23:59:59.999', to: '2024-02-29T23:59:59.999' }, [2]],
      [{ from: '2024-03-01T05:30:00+05:30' }, [3]],
      [{ from: '2024-02-29T18:59:59.999-05:00', to: '2024-02-29T19:00:00-05:00' }, [2, 3]],
      [{ from: '2024-03-01', to: '2024-02-29' }, []],
      [{ from: '2020-12-12T00:00:00', to: '2026-12-12T00:00:00' }, [0, 1, 2, 3]],
      [{ to: '9999-12-31T23:59:59-01:00' }, [0, 1, 2, 3]],
      [{}, [0, 1, 2, 3]],
    ])('finds what lies in %j, in UTC, both ends included', async (range, expected) => {
      const all: number[] = [];
      for (const [index, time] of times.entries()) {
        const id = await create(index);
        all.push(id);
        await service.app.get(DataSource).query(`UPDATE customers SET ${column} = ? WHERE id = ?`, [time, id]);
      }
      expect(await ids({ [field]: range })).toEqual(expected.map((index) => all[index]));
    });

    it.each(['2024-02-30', '29/02/2024', '2024-02-29T25:00:00', '2024-02-29 00:00:00', 'now', '', null, 5])(
      'refuses %j',
      async (from) => {
        for (const range of [{ from }, { to: from, from: '2024-02-29' }]) {
          const [message, ...others] = await refusal(10007, { [field]: range });
          expect(others).toEqual([]);
          expect(message).toMatch(new RegExp(`^#/${field}/(from|to): `));
        }
      },
    );
  });

  it('finds what meets every condition at once', async () => {
    const id = await create(1, { debtorId: 'd' });
    await create(2, { debtorId: 'e' });
    const other = await create(3, { debtorId: 'd' });
    const old = [MIDNIGHT, other];
    await service.app.get(DataSource).query('UPDATE customers SET created_at = ? WHERE id = ?', old);
    expect(
      await ids({ debtorIds: ['d'], dateCreated: { from: '2024-03-02' }, dateModified: { from: '2024-03-02' } }),
    ).toEqual([id]);
    await tenant.api.patch(`/customers/id/${other}`).send({ title: 'x' }).expect(200);
    expect(await ids({ debtorIds: ['d'], dateCreated: { to: '2024-03-01' } })).toEqual([other]);
  });

  it('gives pages of the size asked for, with the total of all', async () => {
    const all: number[] = [];
    for (let index = 0; index < 7; index++) all.push(await create(index));
    for (const offset of [1, 3, 7, 1000]) {
      const seen: number[] = [];
      for (let page = 1; page <= Math.ceil(7 / offset) + 1; page++) {
        const { data, total } = await search({ offset, page });
        expect(data.length).toBeLessThanOrEqual(offset);
        expect(total).toBe(7);
        seen.push(...data.map(({ id }: any) => id));
      }
      expect(seen).toEqual(all);
    }
    const { data, total } = await search({ offset: 3, page: 2 });
    expect([data.map(({ id }: any) => id), total]).toEqual([all.slice(3, 6), 7]);
  });

  it('gives 100 customers where no size is named, and 1000 at most', async () => {
    await bulkItems(
      tenant.api,
      Array.from({ length: 1001 }, (_, index) => ({ source: 'S', sourceId: index })),
    );
    expect((await search({})).data).toHaveLength(100);
    const page = await search({ offset: 1000 });
    expect([page.data.length, page.total]).toEqual([1000, 1001]);
    expect((await search({ offset: 1000, page: 2 })).data).toHaveLength(1);
  });

  it('refuses pages that cannot be', async () => {
    for (const query of [
      { page: 0 },
      { page: -1 },
      { offset: 0 },
      { offset: -5 },
      { offset: 1001 },
      { offset: 0, page: 0 },
    ]) {
      await refusal(10015, query);
    }
  });

  it.each([1e6, Number.MAX_SAFE_INTEGER, 1e300])('is empty, or refused, far behind the last page: %d', async (page) => {
    await create(1);
    for (const offset of [1, 1000]) {
      const { status, body } = await tenant.api.post('/customers/search').send({ page, offset });
      if (status === 200) expect(body).toMatchObject({ data: [], total: 1 });
      else expect([status, body.error.code]).toEqual([400, 10015]);
    }
  });

  it.each([
    [{ page: '1' }, '#/page: expected type: Integer, found: String'],
    [{ page: 1.5 }, '#/page: expected type: Integer, found: Double'],
    [{ offset: null }, '#/offset: expected type: Integer, found: Null'],
    [{ debtorIds: '1' }, '#/debtorIds: expected type: JSONArray, found: String'],
    [{ debtorIds: ['1', true] }, '#/debtorIds/1: expected type: String or Integer, found: Boolean'],
    [{ debtorIds: [] }, '#/debtorIds: expected minimum item count: 1, found: 0'],
    [{ debtorIds: Array(1001).fill('1') }, '#/debtorIds: expected maximum item count: 1000, found: 1001'],
    [{ dateCreated: '2024-02-29' }, '#/dateCreated: expected type: JSONObject, found: String'],
    [{ dateCreated: { since: 'x' } }, '#/dateCreated: extraneous key [since] is not permitted'],
    [{ name: 'x' }, '#: extraneous key [name] is not permitted'],
  ])('refuses what breaks the schema: %.60j', async (query, message) => {
    expect(await refusal(10007, query)).toEqual([message]);
  });

  it('finds social security numbers however written, for those who may see them', async () => {
    const spelled = await create(1, { ssn: '078-05-1120' });
    const plain = await create(2, { ssn: '078051120' });
    const number = await create(3, { ssn: 219099999 });
    const letters = await create(4, { ssn: 'ab 12.34/5' });
    await create(5, { ssn: '123456789' });
    await create(6);
    const api = await privileged();
    for (const ssn of ['078-05-1120', '078051120', '078 05 1120']) {
      expect(await ids({ ssns: [ssn] }, api)).toEqual([spelled, plain]);
    }
    expect(await ids({ ssns: ['219-09-9999', 'none'] }, api)).toEqual([number]);
    expect(await ids({ ssns: [219099999, 'AB-12345'] }, api)).toEqual([number, letters]);
    expect(await ids({ ssns: ['1120', '*******1120', '78051120', ''] }, api)).toEqual([]);
    expect((await search({ ssns: ['219099999'] }, api)).data[0].ssn).toBe('219099999');

    for (const ssns of [['078-05-1120'], ['none']]) await refusal(403, { ssns });
    await tenant.api.patch(`/customers/id/${number}`).send({ ssn: null }).expect(200);
    expect(await ids({ ssns: [219099999] }, api)).toEqual([]);
  });

  it('never reaches into another company', async () => {
    const number = { ssn: '078-05-1120', debtorId: 'd' };
    const own = await create(1, number);
    const stranger = await service.createTenant({ scopes: ['customers:read', 'customers:write', 'customers:pii'] });
    const queries = [{}, { ssns: ['078-05-1120'] }, { debtorIds: ['d'] }, { dateCreated: { from: '2024-01-01' } }];
    for (const query of queries) expect(await ids(query, stranger.api)).toEqual([]);
    const { id } = await createCommerceCustomer(stranger.api, { source: 'S', sourceId: 1, ...number });
    const api = await privileged();
    for (const query of queries) {
      expect(await ids(query, stranger.api)).toEqual([id]);
      expect(await ids(query, api)).toEqual([own]);
    }
  });

  it('no longer finds a customer that was deleted', async () => {
    const id = await create(1, { debtorId: 'd', ssn: '078-05-1120' });
    const { customerId } = (await search({})).data[0];
    await tenant.api.delete(`/api/v0/customer/${customerId}`).expect(200);
    for (const query of [{}, { debtorIds: ['d'] }, { ssns: ['078051120'] }]) {
      expect(await ids(query, await privileged())).toEqual([]);
    }
    expect(id).toBeGreaterThan(0);
  });
});
