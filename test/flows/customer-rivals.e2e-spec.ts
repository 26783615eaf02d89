import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { createConnection } from 'mysql2/promise';
import { DataSource } from 'typeorm';
import { bulk, CREATE, csvOf, UPDATE, upload } from '../support/bulk';
import { createCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { rowsOf } from '../support/jobs';
import { RunningService, startService, Tenant } from '../support/service';

const PATH = '/api/v0/customer';
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

/** A table that gives each customer an address. */
const addresses = (refNos: readonly string[], address: string) =>
  csvOf([['uniqueRefNo', 'address'], ...refNos.map((refNo) => [refNo, address])]);

describeEachEngine('rivals for the customers of a book', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const get = async (id: string) => (await tenant.api.get(`${PATH}/${id}`).expect(200)).body.payload;
  const history = async (id: string): Promise<any[]> =>
    (await tenant.api.get(`${PATH}/${id}/history`).expect(200)).body.payload.items;
  async function createMany(refNos: readonly string[]): Promise<string[]> {
    const { jobId } = await bulk(
      tenant.api,
      CREATE,
      csvOf([['uniqueRefNo', 'legalName'], ...refNos.map((refNo) => [refNo, `Customer ${refNo}`])]),
    );
    return (await rowsOf(tenant.api, jobId)).map(({ recordId }) => recordId);
  }

  it('who activate, deactivate and change them in bulk at once leave one order of changes, each whole', async () => {
    const refNos = times(25, (index) => `R${index}`);
    const ids = await createMany(refNos);
    const switches = ids.flatMap((id) => ['deactivate', 'activate', 'deactivate'].map((action) => `${action}/${id}`));
    const [answers, ...files] = await Promise.all([
      Promise.all(switches.map((path) => tenant.api.put(`${PATH}/${path}`))),
      ...times(6, (round) => bulk(tenant.api, UPDATE, addresses(refNos, `of round ${round}`))),
    ]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    for (const { success_count } of files) expect(success_count).toBe(25);
    for (const id of ids) {
      const [customer, entries] = [await get(id), await history(id)];
      const versions = entries.map(({ version }) => Number(version)).sort((a, b) => a - b);
      expect(versions).toEqual(times(entries.length, (at) => at + 1));
      expect(customer.version).toBe(entries.length);
      // The last entry of each field says what is stored.
      const inOrder = entries.toSorted((a, b) => a.version - b.version).flatMap(({ changes }) => changes as any[]);
      for (const field of ['status', 'address']) {
        const last = inOrder.filter((change) => change.field === field).at(-1);
        expect([field, customer[field]]).toEqual([field, last?.to ?? customer[field]]);
      }
    }
  }, 120_000);

  it('do not bring back a customer that is erased while a bulk update is on its way', async () => {
    const refNos = times(100, (index) => `E${index}`);
    const ids = await createMany(refNos);
    const erased = new Set(times(20, (index) => index * 5));
    const [payload] = await Promise.all([
      bulk(tenant.api, UPDATE, addresses(refNos, 'changed')),
      ...[...erased].map((index) => tenant.api.delete(`${PATH}/${ids[index]!}`).expect(200)),
    ]);
    const rows = await rowsOf(tenant.api, payload.jobId);
    expect(rows).toHaveLength(100);
    for (const [index, { outcome, errors }] of rows.entries()) {
      // Erased before or after its row came: never in between, and never back.
      if (outcome === 'failed') expect([erased.has(index), errors[0].code]).toEqual([true, 'CUSTOMER_DELETED']);
      const { status } = await tenant.api.get(`${PATH}/${ids[index]!}`);
      expect([index, status]).toEqual([index, erased.has(index) ? 404 : 200]);
    }
    const again = await bulk(tenant.api, UPDATE, addresses(refNos, 'changed once more'));
    expect([again.success_count, again.failure_count]).toEqual([80, 20]);
  }, 120_000);

  it('write and read for a while without one of them being told that the database is busy', async () => {
    const refNos = times(8, (index) => `W${index}`);
    const ids = await createMany(refNos);
    const until = Date.now() + 3_000;
    const statuses: number[] = [];
    const work = async (call: () => PromiseLike<{ status: number }>) => {
      while (Date.now() < until) statuses.push((await call()).status);
    };
    let step = 0;
    await Promise.all([
      ...ids.map((id) => work(() => tenant.api.patch(`${PATH}/${id}`).send({ address: `step ${++step}` }))),
      ...ids.map((id) => work(() => tenant.api.get(`${PATH}/${id}`))),
      work(() => upload(tenant.api, UPDATE, addresses(refNos, `step ${++step}`))),
    ]);
    expect([statuses.length > 16, [...new Set(statuses)]]).toEqual([true, [200]]);
  });

  if (engine === 'mariadb') {
    it('lock the rows of a chunk in one order, whatever order the file has', async () => {
      const refNos = times(200, (index) => `L${index}`);
      await createMany(refNos);
      const { logger } = service.app.get(DataSource);
      const asked: string[][] = [];
      const spy = jest.spyOn(logger, 'logQuery').mockImplementation((sql, parameters) => {
        if (sql.includes('customers AS stored') && sql.includes('FOR UPDATE')) {
          asked.push(JSON.stringify(parameters ?? []).match(/\bL\d+\b/g) ?? []);
        }
      });
      await bulk(tenant.api, UPDATE, addresses(refNos, 'forwards'));
      await bulk(tenant.api, UPDATE, addresses(refNos.toReversed(), 'backwards'));
      spy.mockRestore();
      const locked = asked.filter((values) => values.length > 0);
      expect(locked).toEqual([refNos.toSorted(), refNos.toSorted()]);
    });
  }
});

describeEachEngine('a row that another program holds', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    service = await startService(engine, { environment: { DATABASE_TIMEOUT_SECONDS: '3' } });
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const get = async (id: string) => (await tenant.api.get(`${PATH}/${id}`).expect(200)).body.payload;

  /** Lets another program hold the row of a customer. */
  async function holdRow(id: string): Promise<() => Promise<void>> {
    const change = `UPDATE customers SET address = 'held' WHERE customer_id = '${id}'`;
    if (engine === 'sqlite') {
      const other = new Database(join(service.database.dataDir, 'rollbook.sqlite'));
      other.exec(`BEGIN IMMEDIATE; ${change}`);
      return () => {
        if (other.open) other.close();
        return Promise.resolve();
      };
    }
    const other = await createConnection({ uri: service.database.environment['DATABASE_URL'] ?? '' });
    await other.query('BEGIN');
    await other.query(change);
    return async () => {
      await other.query('ROLLBACK');
      await other.end();
    };
  }

  it('makes a request end in 503 with nothing of it stored, and a job wait', async () => {
    const { customerId, uniqueRefNo } = await createCustomer(tenant.api);
    const before = await get(customerId);
    const release = await holdRow(customerId);
    try {
      const { status, headers } = await tenant.api.patch(`${PATH}/${customerId}`).send({ address: 'mine' });
      expect([status, headers['x-error-type'], headers['retry-after']]).toEqual([503, 'SYSTEM_ERROR', '5']);
      expect(await get(customerId)).toEqual(before);
      const job = upload(tenant.api, UPDATE, addresses([uniqueRefNo], 'of the job')).then((answer) => answer);
      // A whole file waits behind the row on SQLite, where even the job itself cannot be stored.
      await sleep(engine === 'sqlite' ? 500 : 4_000);
      await release();
      const answer = await job;
      expect([answer.status, answer.body.payload?.success_count]).toEqual([200, 1]);
      expect(await get(customerId)).toMatchObject({ address: 'of the job', version: Number(before.version) + 1 });
    } finally {
      await release().catch(() => undefined);
    }
  });
});
