import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { BY_SOURCE_ID, bookOf, idsOf, rowsOf, sampleAddress, upsert, verdictsOf } from '../support/commerce-items';
import { openDataSource } from '../support/data-source';
import { createDatabase, describeEachEngine, TestDatabase } from '../support/engines';
import { Program, startProgram } from '../support/program';
import { RunningService, startService, Tenant } from '../support/service';

const ITEMS = 10_000;
/** So many that the process is killed among them. */
const KILLED_ITEMS = 6_000;
const MINUTES = 60_000;
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

/** A small customer with one coded address; its number stands in every part of it. */
const customer = (index: number, changes: object = {}) => ({
  source: 'VOLUME',
  sourceId: index % 2 === 0 ? index : `No. ${index}`,
  lastName: `Customer ${index}`,
  addresses: [sampleAddress({ street: `Street ${index}` })],
  ...changes,
});

describeEachEngine('a bulk call of 10,000 items', (engine) => {
  let service: RunningService;
  let tenant: Tenant;

  beforeAll(async () => {
    service = await startService(engine);
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  async function checksum(): Promise<string> {
    const book = await bookOf(service, tenant);
    return createHash('sha256').update(JSON.stringify(book)).digest('hex');
  }
  async function counters({ jobId }: any): Promise<object> {
    return (await tenant.api.get(`/api/v0/bulk/jobs/${jobId}`).expect(200)).body.payload.counters;
  }

  it('creates and changes each customer once, and when it is sent again changes nothing', async () => {
    // Every third one is known, a little different.
    const isKnown = (index: number) => index % 3 === 0;
    const known = times(ITEMS, customer).filter((_, index) => isKnown(index));
    const first = await upsert(tenant.api, ...known.map((item) => ({ ...item, lastName: 'Before' })));
    const idOf = new Map<unknown, number>(first.data.map(({ key, id }: any) => [key, id]));
    const customers = times(ITEMS, customer);
    const answer = await upsert(tenant.api, ...customers);
    expect(answer.messages).toEqual(['Completed']);
    expect(verdictsOf(answer)).toEqual(customers.map((_, index) => (isKnown(index) ? 'update' : 'create')));
    expect(answer.data.map(({ key }: any) => key)).toEqual(customers.map(({ sourceId }) => sourceId));
    expect(await counters(answer)).toMatchObject({
      received: ITEMS,
      created: ITEMS - known.length,
      updated: known.length,
      unchanged: 0,
      failed: 0,
      unprocessed: 0,
    });

    const stored = new Map((await rowsOf(service, tenant, 'customers')).map((row) => [row.source_id, row]));
    const addresses = new Map(
      (await rowsOf(service, tenant, 'customer_addresses')).map((row) => [row.customer_ref, row]),
    );
    expect([stored.size, addresses.size]).toEqual([ITEMS, ITEMS]);
    const seen = customers.map(({ sourceId }) => {
      const { id, last_name, version } = stored.get(String(sourceId));
      return { id, last_name, version, street: addresses.get(id).street };
    });
    const ids = idsOf(answer);
    expect(seen).toEqual(
      customers.map(({ sourceId, lastName }, index) => ({
        id: idOf.get(sourceId) ?? ids[index],
        last_name: lastName,
        version: isKnown(index) ? 2 : 1,
        street: `Street ${index}`,
      })),
    );
    expect(ids).toEqual(seen.map(({ id }) => id));

    const before = await checksum();
    const again = await upsert(tenant.api, ...customers);
    expect(verdictsOf(again)).toEqual(times(ITEMS, () => 'update'));
    expect(idsOf(again)).toEqual(ids);
    expect(await checksum()).toBe(before);
    expect(await counters(again)).toMatchObject({ received: ITEMS, created: 0, updated: 0, unchanged: ITEMS });
  });
});

describeEachEngine('a process that is killed in the middle of a bulk call', (engine) => {
  let database: TestDatabase;
  let program: Program;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createDatabase(engine);
    program = await startProgram(database);
    dataSource = await openDataSource(database.environment);
  }, 3 * MINUTES);

  afterAll(async () => {
    await dataSource.destroy();
    await program.end('SIGKILL');
    await database.remove();
  });

  const send = (customers: object[]) => program.api.post(BY_SOURCE_ID).send({ customers });
  const numberOf = async (sql: string, ...parameters: unknown[]) => {
    const [{ n }] = await dataSource.query(`SELECT COUNT(*) AS n FROM ${sql}`, parameters);
    return Number(n);
  };

  it(
    'goes on by itself at the next start, each item applied exactly once',
    async () => {
      // Half of them are known already.
      const before = await send(times(KILLED_ITEMS / 2, (index) => customer(index * 2, { lastName: 'Before' }))).expect(
        200,
      );
      const known = before.headers['x-job-id'];
      const ends: string[] = [];
      const answer = send(times(KILLED_ITEMS, (index) => customer(index))).then(
        ({ status }) => ends.push(`answered ${status}`),
        (error: unknown) => ends.push(String(error)),
      );
      const ofCommerce = "bulk_jobs WHERE family = 'commerce' AND job_id <> ? AND next_chunk > 3";
      while (ends.length === 0 && (await numberOf(ofCommerce, known)) === 0) await sleep(5);
      await program.end('SIGKILL');
      await answer;
      expect(ends).toEqual([expect.stringMatching(/socket hang up|ECONNRESET|aborted/)]);
      const [{ jobId }] = await dataSource.query(`SELECT job_id AS jobId FROM ${ofCommerce}`, [known]);
      const applied = await numberOf('customer_changes WHERE job_id = ?', jobId);
      expect(applied).toBeGreaterThanOrEqual(2_000);
      expect(applied).toBeLessThan(KILLED_ITEMS);

      // As if the lease of the dead process had run out already.
      await dataSource.query('UPDATE bulk_jobs SET lease_until = created_at WHERE job_id = ?', [jobId]);
      program = await startProgram(database);
      let job: any;
      for (let tries = 0; tries < 300 && (job?.state ?? 'running') === 'running'; tries++) {
        await sleep(100);
        job = (await program.api.get(`/api/v0/bulk/jobs/${jobId}`).expect(200)).body.payload;
      }
      expect(job).toMatchObject({
        state: 'completed',
        counters: {
          received: KILLED_ITEMS,
          created: KILLED_ITEMS / 2,
          updated: KILLED_ITEMS / 2,
          failed: 0,
          unprocessed: 0,
        },
      });
      expect(await numberOf("customers WHERE source = 'VOLUME'")).toBe(KILLED_ITEMS);
      const rows = await dataSource.query(
        `SELECT h.row_no, c.source_id, c.last_name, c.version, a.street FROM customer_changes h
         JOIN customers c ON c.id = h.customer_ref JOIN customer_addresses a ON a.customer_ref = c.id
         WHERE h.job_id = ? ORDER BY h.row_no`,
        [jobId],
      );
      expect(rows.map((row: object) => ({ ...row }))).toEqual(
        times(KILLED_ITEMS, (index) => ({
          row_no: index + 1,
          source_id: String(customer(index).sourceId),
          last_name: `Customer ${index}`,
          version: index % 2 === 0 ? 2 : 1,
          street: `Street ${index}`,
        })),
      );
      const results = await program.api.get(`/api/v0/bulk/jobs/${jobId}/results/success.csv`).expect(200);
      expect(results.text.trim().split('\n')).toHaveLength(KILLED_ITEMS + 1);
    },
    3 * MINUTES,
  );
});
