import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { CustomerRepository } from '../../src/customer/customer.repository';
import { AuditVerifier } from '../../src/platform/audit/audit-verifier';
import { createCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { Api, RunningService, startService, Tenant } from '../support/service';

const PATH = '/api/v0/customer';
const COUNT = 40;

/** Requests for a status that come together share a transaction; nobody is to see anything of that. */
describeEachEngine('many requests for a status at once', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const query = (sql: string, parameters: unknown[] = []): Promise<any[]> =>
    service.app.get(DataSource).query(sql, parameters);

  async function createCustomers(count: number, api: Api = tenant.api): Promise<string[]> {
    const ids: string[] = [];
    for (let at = 0; at < count; at++) {
      const { customerId } = await createCustomer(api, { uniqueRefNo: `R-${at}`, legalName: `Name ${at}` });
      ids.push(customerId);
    }
    return ids;
  }

  const put = async (customerId: string, verb = 'deactivate', api: Api = tenant.api) => {
    const { status, body, headers } = await api.put(`${PATH}/${verb}/${customerId}`);
    return { status, payload: body.payload, error: body.errorResponse?.errorType, requestId: headers['x-request-id'] };
  };
  const history = async (customerId: string, api: Api = tenant.api) =>
    (await api.get(`${PATH}/${customerId}/history`).expect(200)).body.payload.items;

  /** Runs calls while the first statements take half a second; gives how many there were. */
  async function statementsDuring(work: () => Promise<unknown>): Promise<number> {
    const customers = service.app.get(CustomerRepository);
    const listStatuses = customers.listStatuses.bind(customers);
    const until = performance.now() + 500;
    const spy = jest.spyOn(customers, 'listStatuses').mockImplementation(async (...search) => {
      await sleep(Math.max(0, until - performance.now()));
      return listStatuses(...search);
    });
    await work();
    const count = spy.mock.calls.length;
    spy.mockRestore();
    return count;
  }

  it('share statements, and each has its change, its answer and its entry in the audit trail', async () => {
    const ids = await createCustomers(COUNT);
    let answers: Awaited<ReturnType<typeof put>>[] = [];
    const statements = await statementsDuring(async () => {
      answers = await Promise.all(ids.map((id) => put(id)));
    });
    expect(statements).toBeLessThan(COUNT / 2);
    expect(answers.map(({ status, payload }) => [status, payload])).toEqual(ids.map((id) => [200, id]));
    for (const id of ids) {
      const { body } = await tenant.api.get(`${PATH}/${id}`).expect(200);
      expect(body.payload).toMatchObject({ status: 'INACTIVE', version: 2 });
      expect(await history(id)).toMatchObject([
        { version: 2, changes: [{ field: 'status', from: 'ACTIVE', to: 'INACTIVE' }] },
        { version: 1 },
      ]);
    }
    for (const [at, { requestId }] of answers.entries()) {
      const told = await query(
        `SELECT entry.subject, entry.times, entry.field_names, customer.customer_id FROM audit_entries entry
          JOIN customers customer ON entry.subject = customer.id WHERE entry.request_id = ?`,
        [requestId],
      );
      expect(told).toMatchObject([{ times: 1, field_names: '["status"]', customer_id: ids[at] }]);
    }
    expect(await service.app.get(AuditVerifier).verify()).toMatchObject({ intact: true });
  });

  it('are told apart by who sent them, for which company, and in which direction', async () => {
    const other = await service.createTenant();
    const ids = await createCustomers(COUNT / 2);
    const foreign = await createCustomers(COUNT / 2, other.api);
    await Promise.all(foreign.map((id) => put(id, 'deactivate', other.api)));
    const answers = await Promise.all([
      ...ids.map((id) => put(id)),
      ...foreign.map((id) => put(id, 'activate', other.api)),
      ...foreign.map((id) => put(id)),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([
      ...[...ids, ...foreign].map(() => 200),
      ...ids.map(() => 404),
    ]);
    for (const id of ids) expect((await history(id))[0]).toMatchObject({ version: 2, changes: [{ to: 'INACTIVE' }] });
    for (const id of foreign) {
      expect((await history(id, other.api))[0]).toMatchObject({ version: 3, changes: [{ to: 'ACTIVE' }] });
    }
    const by = (id: string, { company }: Tenant) =>
      query(
        `SELECT DISTINCT changed_by FROM customer_history WHERE company_ref = ? AND version > 1 AND customer_ref =
          (SELECT id FROM customers WHERE company_ref = ? AND customer_id = ?)`,
        [company.id, company.id, id],
      );
    const [mine, theirs] = [await by(ids[0]!, tenant), await by(foreign[0]!, other)];
    expect(mine.length + theirs.length).toBe(2);
    expect(mine).not.toEqual(theirs);
  });

  it('fail one by one: for no customer, a deleted one, and what is no id', async () => {
    const ids = await createCustomers(COUNT / 2);
    const deleted = ids.pop()!;
    await tenant.api.delete(`${PATH}/${deleted}`).expect(200);
    const asked = [...ids.slice(0, 9), deleted, 'KC00000000000000', 'KC1', ...ids.slice(9)];
    const answers = await Promise.all(asked.map((id) => put(id)));
    const wrong = new Map(
      asked.map((id, at) => [id, answers[at]!]).filter(([id]) => !ids.includes(id as string)) as [],
    );
    expect(answers.filter(({ status }) => status === 200).map(({ payload }) => payload)).toEqual(ids);
    expect([...wrong.values()].map((answer: any) => [answer.status, answer.error])).toEqual([
      [404, 'RECORD_NOT_FOUND'],
      [404, 'RECORD_NOT_FOUND'],
      [400, 'VALIDATION_ERROR'],
    ]);
  });

  if (engine !== 'sqlite') {
    it('do not wait for those of another company whose customers are locked', async () => {
      const other = await service.createTenant();
      const [first = '', second = ''] = await createCustomers(2);
      const [free = ''] = await createCustomers(1, other.api);
      const runner = service.app.get(DataSource).createQueryRunner();
      await runner.startTransaction();
      await runner.query('SELECT id FROM customers WHERE company_ref = ? FOR UPDATE', [tenant.company.id]);
      const locked: ReturnType<typeof put>[] = [];
      for (const id of [first, second]) {
        locked.push(put(id));
        await sleep(50);
      }
      const started = performance.now();
      for (const verb of ['deactivate', 'activate', 'deactivate', 'activate', 'deactivate']) {
        expect(await put(free, verb, other.api)).toMatchObject({ status: 200 });
      }
      // Each of them by itself would have waited a second for the two.
      expect(performance.now() - started).toBeLessThan(2_500);
      await runner.rollbackTransaction();
      await runner.release();
      expect((await Promise.all(locked)).map(({ status }) => status)).toEqual([200, 200]);
    });

    it('do not wait for the customer of one of them that somebody has locked', async () => {
      const ids = await createCustomers(COUNT);
      const locked = ids[7]!;
      const runner = service.app.get(DataSource).createQueryRunner();
      await runner.startTransaction();
      await runner.query('SELECT id FROM customers WHERE company_ref = ? AND customer_id = ? FOR UPDATE', [
        tenant.company.id,
        locked,
      ]);
      const open = new Set(ids);
      const calls = ids.map(async (id) => {
        const answer = await put(id);
        open.delete(id);
        return answer;
      });
      await Promise.all(calls.filter((_, at) => ids[at] !== locked));
      expect([...open]).toEqual([locked]);
      await runner.rollbackTransaction();
      await runner.release();
      expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(ids.map(() => 200));
      expect((await history(locked))[0]).toMatchObject({ version: 2 });
    });
  }
});
