import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { createCustomer, sampleCustomer } from '../support/customers';
import { createDatabase, describeEachEngine } from '../support/engines';
import { JOBS } from '../support/jobs';
import { CREATE, UPDATE } from '../support/bulk';
import { RunningService, startService, Tenant } from '../support/service';
import { startTcpProxy, TcpProxy } from '../support/tcp-proxy';

const ROWS = 3_000;
const FILE = Buffer.from(['legalName', ...Array.from({ length: ROWS }, (_, i) => `Customer ${i}`)].join('\n'));

describeEachEngine('a server that does not answer', (engine) => {
  // An embedded database has no link.
  if (engine === 'sqlite') return;
  let service: RunningService;
  let proxy: TcpProxy;
  let tenant: Tenant;

  beforeAll(async () => {
    const database = await createDatabase(engine);
    const url = new URL(database.environment['DATABASE_URL'] ?? '');
    proxy = await startTcpProxy(Number(url.port));
    url.port = String(proxy.port);
    const environment = { ...database.environment, DATABASE_URL: url.href };
    service = await startService(engine, {
      database: { ...database, environment },
      environment: { DATABASE_TIMEOUT_SECONDS: '1', DATABASE_POOL_SIZE: '4' },
    });
    tenant = await service.createTenant();
  });
  afterEach(() => {
    proxy.letGo();
    proxy.delay(0);
  });
  afterAll(async () => {
    await service.stop();
    await proxy.close();
    await service.database.remove();
  });

  const query = (sql: string) => service.app.get(DataSource).query<any[]>(sql);

  /** All connections are back in the pool, and it goes on as before. */
  async function expectWell(): Promise<void> {
    await service.anonymous.get('/health/ready').expect(200);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => tenant.api.post('/api/v0/customer/search').send({})),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    const driver = service.app.get(DataSource).driver as unknown as {
      pool: Record<'_allConnections' | '_freeConnections' | '_connectionQueue', { length: number }>;
    };
    const { _allConnections: all, _freeConnections: free, _connectionQueue: waiting } = driver.pool;
    // What the service does by itself every second may have some for a moment; one that is lost does not come back.
    for (let look = 0; look < 100 && free.length < all.length; look++) await sleep(20);
    expect([free.length, waiting.length]).toEqual([all.length, 0]);
    expect(all.length).toBeLessThanOrEqual(4);
  }

  it('ends requests in 503 with Retry-After, far more of them than there are connections', async () => {
    const { customerId } = await createCustomer(tenant.api, { uniqueRefNo: 'SILENT' });
    proxy.hang();
    const answers = await Promise.all([
      ...Array.from({ length: 40 }, () => tenant.api.get(`/api/v0/customer/${customerId}`)),
      ...Array.from({ length: 10 }, (_, i) =>
        tenant.api.post('/api/v0/customer').send(sampleCustomer({ uniqueRefNo: `S${i}` })),
      ),
      tenant.api.post(CREATE).attach('file', FILE, 'customers.csv'),
      tenant.api
        .put('/api/v1/customer-data/bulk')
        .send({ campaignId: 'camp_0000000000000000000000', records: [{ id: 'a', data: {} }] }),
      tenant.api.post('/customers/bulk/sourceId').send({ customers: [{ source: 'a', sourceId: '1' }] }),
    ]);
    for (const { status, headers, text } of answers) {
      expect([status, headers['x-error-type'], headers['retry-after']]).toEqual([503, 'SYSTEM_ERROR', '5']);
      expect(text).not.toMatch(/ETIMEDOUT|SELECT|mysql|maria/i);
    }
    const { status } = await service.anonymous.get('/health/ready');
    expect(status).toBe(503);
    await service.anonymous.get('/health/live').expect(200);
    proxy.letGo();
    await expectWell();
    const stored = await query("SELECT unique_ref_no FROM customers WHERE unique_ref_no LIKE 'S%'");
    expect(stored).toHaveLength(1);
  });

  it('ends requests in 503 when it answers every statement, but slowly', async () => {
    proxy.delay(400);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        tenant.api.post('/api/v0/customer').send(sampleCustomer({ uniqueRefNo: `L${i}` })),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    proxy.delay(0);
    await expectWell();
    expect(await query("SELECT unique_ref_no FROM customers WHERE unique_ref_no LIKE 'L%'")).toEqual([]);
  });

  it('only holds a job up, which takes as long as it needs and applies each row once', async () => {
    const { headers } = await tenant.api.post(CREATE).set('Prefer', 'respond-async').attach('file', FILE, 'slow.csv');
    proxy.delay(60);
    await sleep(1_500);
    proxy.hang();
    await sleep(1_500);
    proxy.letGo();
    await sleep(500);
    proxy.delay(0);
    const job = async () => (await tenant.api.get(`${JOBS}/${headers['x-job-id']}`)).body.payload;
    while (!['completed', 'failed'].includes((await job())?.state)) await sleep(50);
    expect((await job()).counters).toMatchObject({ received: ROWS, created: ROWS, failed: 0 });
    const rows = await query(`SELECT row_no FROM customer_changes WHERE job_id = '${headers['x-job-id']}'`);
    expect([rows.length, new Set(rows.map(({ row_no }) => row_no)).size]).toEqual([ROWS, ROWS]);
    await expectWell();
  });

  it('lets dry runs, of which each needs a second connection, come through in any number', async () => {
    const file = Buffer.from('uniqueRefNo,address\nSILENT,x\n');
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => tenant.api.post(UPDATE).query({ dryRun: true }).attach('file', file, 'a.csv')),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200));
    await expectWell();
  });
});

describeEachEngine('a server that comes later than the service', (engine) => {
  // An embedded database is always there.
  if (engine === 'sqlite') return;

  it('is waited for', async () => {
    const database = await createDatabase(engine);
    const url = new URL(database.environment['DATABASE_URL'] ?? '');
    const serverPort = Number(url.port);
    const nobody = await startTcpProxy(serverPort);
    await nobody.close();
    url.port = String(nobody.port);
    const environment = { ...database.environment, DATABASE_URL: url.href };
    const starting = startService(engine, { database: { ...database, environment } });
    await sleep(1_500);
    const proxy = await startTcpProxy(serverPort, nobody.port);
    const service = await starting;
    await service.anonymous.get('/health/ready').expect(200);
    await service.stop();
    await proxy.close();
    await database.remove();
  });
});
