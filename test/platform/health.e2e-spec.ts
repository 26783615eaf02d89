import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Agent, get, IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Get, Module } from '@nestjs/common';
import { createConnection } from 'mysql2/promise';
import { Public } from '../../src/platform/auth/auth.decorators';
import { newOpaqueToken } from '../../src/platform/auth/opaque-token';
import { CompanyService } from '../../src/platform/companies/company.service';
import { sampleCustomer } from '../support/customers';
import { describeEachEngine, TestDatabase } from '../support/engines';
import { hasMariaDb, MariaDbServer, startMariaDb } from '../support/mariadb-server';
import { RunningService, startService, Tenant } from '../support/service';

const SLOW_MS = 400;
const PATIENCE_MS = 5_000;

let reached: () => void = () => undefined;

@Public()
@Controller('api/v0/test')
class SlowController {
  constructor(private readonly companies: CompanyService) {}

  /** Answers late, and needs the database to do so. */
  @Get('slow')
  async slow(): Promise<object> {
    reached();
    await sleep(SLOW_MS);
    return { companies: await this.companies.count() };
  }
}

@Module({ controllers: [SlowController] })
class SlowModule {}

describeEachEngine('a healthy service', (engine) => {
  let service: RunningService;
  beforeEach(async () => {
    service = await startService(engine, { extensions: [SlowModule] });
  });

  it('is live and ready, for anyone who asks, and nobody may keep the answer', async () => {
    for (const path of ['/health/live', '/health/ready']) {
      const { body, headers } = await service.anonymous.get(path).expect(200);
      expect(body).toEqual({ status: 'ok' });
      expect(headers['cache-control']).toBe('no-store');
    }
    await service.stop();
  });

  it('finishes the request in flight when it stops, and takes no other', async () => {
    const inFlight = new Promise<void>((resolve) => (reached = resolve));
    const answer = service.anonymous.get('/api/v0/test/slow').then((response) => response);
    await inFlight;
    const stopped = service.stop();
    await sleep(50);
    await expect(service.anonymous.get('/health/live')).rejects.toThrow(/ECONNREFUSED|ECONNRESET/);
    expect(await answer).toMatchObject({ status: 200, body: { companies: 0 } });
    await stopped;
  });

  it('tells a client that keeps its connection to let go of it, and does not wait until it does', async () => {
    const agent = new Agent({ keepAlive: true });
    const inFlight = new Promise<void>((resolve) => (reached = resolve));
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      get(`${service.baseUrl}/api/v0/test/slow`, { agent }, (response) => resolve(response.resume())).on(
        'error',
        reject,
      );
    });
    await inFlight;
    const start = Date.now();
    await service.stop();
    expect(Date.now() - start).toBeLessThan(PATIENCE_MS);
    expect(await answer).toMatchObject({ statusCode: 200, headers: { connection: 'close' } });
    agent.destroy();
  });
});

const describeOutage = hasMariaDb() ? describe : describe.skip;

describeOutage('a service whose MariaDB goes away', () => {
  let server: MariaDbServer;
  let service: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    server = await startMariaDb();
    const connection = await createConnection({ uri: server.url });
    await connection.query('CREATE DATABASE outage CHARACTER SET utf8mb4');
    await connection.end();
    const dataDir = mkdtempSync(join(tmpdir(), 'rollbook-outage-'));
    const database: TestDatabase = {
      engine: 'mariadb',
      dataDir,
      environment: {
        NODE_ENV: 'test',
        DATA_DIR: dataDir,
        LOG_LEVEL: 'silent',
        DEMO_DATA: 'false',
        DATABASE_URL: `${server.url}outage`,
      },
      remove: () => rm(dataDir, { recursive: true, force: true }),
    };
    service = await startService('mariadb', { database });
    tenant = await service.createTenant();
  }, 90_000);
  afterAll(async () => {
    await service.stop();
    await service.database.remove();
    await server.stop();
  });

  /** The answer and the time it took. */
  async function timed<T>(request: PromiseLike<T>): Promise<T> {
    const start = Date.now();
    const answer = await request;
    expect(Date.now() - start).toBeLessThan(PATIENCE_MS);
    return answer;
  }

  const create = (uniqueRefNo: string) => tenant.api.post('/api/v0/customer').send(sampleCustomer({ uniqueRefNo }));
  const oauth = () =>
    service.anonymous
      .post('/oauth/token')
      .type('form')
      .send({ grant_type: 'client_credentials', client_id: 'client_x', client_secret: newOpaqueToken('rbs') });

  it('works while it is there', async () => {
    await create('BEFORE').expect(200);
    await service.anonymous.get('/health/ready').expect(200);
  });

  it('stays live but is not ready, and answers 503 in the words of the API within seconds', async () => {
    await server.kill();
    const ready = await timed(service.anonymous.get('/health/ready'));
    expect(ready.status).toBe(503);
    expect(ready.headers).toMatchObject({ 'retry-after': '2', 'x-error-type': 'SYSTEM_ERROR' });
    await service.anonymous.get('/health/live').expect(200);

    const answers = await Promise.all([
      timed(create('DURING-1')),
      timed(create('DURING-2')),
      timed(tenant.api.get('/api/v0/customer/KC00000000000000')),
      timed(service.as(`${tenant.token.slice(0, -8)}00000000`).get('/health/ready')),
      timed(oauth()),
    ]);
    for (const { status, headers, body, text } of answers) {
      expect(status).toBe(503);
      expect(headers['x-error-type']).toBe('SYSTEM_ERROR');
      expect(headers['retry-after']).toMatch(/^\d+$/);
      expect(body).toMatchObject({ response_code: 503, errorResponse: { errorType: 'SYSTEM_ERROR' } });
      expect(text).not.toMatch(/ECONN|127\.0\.0\.1|SELECT|mysql|maria/i);
    }
    expect(answers[4].body.error).toBe('server_error');
  });

  it('is ready again by itself once the server is back, with what was stored before', async () => {
    await server.restart();
    const end = Date.now() + 10_000;
    let status = 0;
    while (status !== 200 && Date.now() < end) {
      ({ status } = await service.anonymous.get('/health/ready'));
      if (status !== 200) await sleep(100);
    }
    expect(status).toBe(200);
    await create('AFTER').expect(200);
    const { body } = await tenant.api.post('/api/v0/customer/search').send({}).expect(200);
    const stored = body.payload.items.map((customer: { uniqueRefNo: string }) => customer.uniqueRefNo);
    expect(stored.sort()).toEqual(['AFTER', 'BEFORE']);
  }, 60_000);
});
