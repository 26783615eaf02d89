import { Controller, Get, Module, Post } from '@nestjs/common';
import { QueryFailedError } from 'typeorm';
import { Public } from '../../src/platform/auth/auth.decorators';
import { sampleCustomer, uploadText } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { follow } from '../support/jobs';
import { RunningService, startService, Tenant } from '../support/service';

const DRIVER_WORDS = "Duplicate entry 'jane.doe@example.com' for key";

@Public()
@Controller('api/v0/test')
class FailingController {
  @Get('driver/:id')
  driver(): never {
    const driverError = Object.assign(new Error(DRIVER_WORDS), { errno: 1062, code: 'ER_DUP_ENTRY' });
    throw new QueryFailedError(
      "INSERT INTO customers VALUES ('jane.doe@example.com')",
      ['jane.doe@example.com'],
      driverError,
    );
  }

  @Post('plain')
  plain(): never {
    throw new Error(DRIVER_WORDS, { cause: new TypeError(DRIVER_WORDS) });
  }
}

@Module({ controllers: [FailingController] })
class FailingModule {}

describeEachEngine('the log', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  let written = '';
  let spy: jest.SpyInstance;
  beforeAll(async () => {
    // pino writes to file descriptor 1 by itself unless process.stdout.write is replaced before it starts.
    spy = jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      written += String(chunk);
      return true;
    });
    service = await startService(engine, { environment: { LOG_LEVEL: 'info' }, extensions: [FailingModule] });
    tenant = await service.createTenant();
  });
  afterAll(async () => {
    await service.stop();
    spy.mockRestore();
  });
  beforeEach(() => {
    written = '';
  });

  /** The lines of one request, parsed; fails unless each line is one JSON object. */
  const lines = () =>
    written
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, any>);
  const REQUEST_ID = 'log-test-1';
  const expectSilence = (...words: unknown[]) => {
    for (const word of [tenant.token, tenant.token.slice(4, 30), ...words]) expect(written).not.toContain(String(word));
  };

  it('has one JSON line for a request: what was asked, by whom, and how it ended', async () => {
    const customer = sampleCustomer();
    const { body } = await tenant.api
      .post(`/api/v0/customer?parentCompanyId=${tenant.company.companyId}&`)
      .set('X-Request-Id', REQUEST_ID)
      .send(customer)
      .expect(200);
    const own = lines().filter(({ requestId }) => requestId === REQUEST_ID);
    expect(own).toEqual([
      {
        level: 30,
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        requestId: REQUEST_ID,
        method: 'POST',
        route: '/api/v0/customer',
        status: 200,
        caller: expect.stringMatching(/^key:key_/),
        company: tenant.company.companyId,
        ms: expect.any(Number),
        msg: 'request',
      },
    ]);
    const { legalName, contactNumber, panOrGstin, accountNumber, uniqueRefNo, address } = customer;
    expectSilence(legalName, contactNumber, panOrGstin, accountNumber, uniqueRefNo, address, body.payload.customerId);
  });

  it('has the route as it is declared, never the id or the query', async () => {
    await tenant.api.get('/api/v0/customer/KC12345678901234?parentCompanyId=CEK7654321').expect(403);
    await tenant.api.get('/api/v0/no-such-route/jane.doe').expect(404);
    await service.anonymous.get('/api/v0/customer/%zz').expect(400);
    const requests = lines().filter(({ msg }) => msg === 'request');
    expect(requests.map(({ route, status }) => [route, status])).toEqual([
      ['/api/v0/customer/:customerId', 403],
      ['unmatched', 404],
      ['unmatched', 400],
    ]);
    expectSilence('KC12345678901234', 'CEK7654321', 'jane.doe', '%zz');
  });

  it('tells of a refused create by class and code only', async () => {
    const bad = sampleCustomer({ pinCode: '0-jane', contactNumber: '999-jane', legalName: 'J' });
    await tenant.api.post('/api/v0/customer').set('X-Request-Id', REQUEST_ID).send(bad).expect(400);
    const [refused, request] = lines().filter(({ requestId }) => requestId === REQUEST_ID);
    expect(refused).toMatchObject({
      code: 'INVALID_REQUEST',
      errorType: 'VALIDATION_ERROR',
      status: 400,
      msg: 'request refused',
    });
    expect(request).toMatchObject({ status: 400, msg: 'request' });
    expectSilence('0-jane', '999-jane', bad['panOrGstin'], bad['address']);
  });

  it('tells of a body that cannot be read under its request id, without the body', async () => {
    await tenant.api
      .post('/api/v0/customer')
      .set('X-Request-Id', REQUEST_ID)
      .set('Content-Type', 'application/json')
      .send('{"legalName": "Jane Doe')
      .expect(400);
    expect(lines().map(({ requestId, msg, status }) => [requestId, msg, status])).toEqual([
      [REQUEST_ID, 'request refused', 400],
      [REQUEST_ID, 'request', 400],
    ]);
    expectSilence('Jane', 'legalName');
  });

  it('has no error where an undo finds a number that somebody else has by now', async () => {
    const create = () =>
      uploadText(tenant.api, '/api/v0/customer/bulk', 'legalName,uniqueRefNo\nJane Doe,REF-AGAIN', 'a.csv');
    const { headers } = await create().expect(200);
    const undo = await follow(tenant.api, headers['x-job-id'] ?? '', 'undo');
    await create().expect(200);
    const redo = await follow(tenant.api, undo.jobId, 'undo');
    expect(redo.counters).toMatchObject({ received: 1, failed: 1 });
    expect(lines().filter(({ msg }) => msg === 'a row could not be stored')).toMatchObject([{ level: 30, row: 1 }]);
    expect(lines().filter(({ level }) => level >= 50)).toEqual([]);
    expectSilence('Jane', 'REF-AGAIN');
  });

  it('holds nothing of an uploaded file, its name included', async () => {
    const text = [
      'uniqueRefNo,legalName,contactNumber,pinCode',
      'REF-SECRET-1,Jane Doe Traders,+919812345678,560001',
      'REF-SECRET-2,J,not-a-phone-4711,pin-4711',
    ].join('\n');
    const { body } = await uploadText(tenant.api, '/api/v0/customer/bulk', text, 'jane-doe.csv').expect(200);
    expect(body.payload).toMatchObject({ total_count: 2, failure_count: 1 });
    lines();
    expectSilence('REF-SECRET', 'Jane', 'jane', '9812345678', '4711', 'signature=');
  });

  it('holds no client secret, access token or signature', async () => {
    const secret = 'rbs_not-a-real-secret-but-long-enough';
    await service.anonymous
      .post('/oauth/token')
      .type('form')
      .send({ grant_type: 'client_credentials', client_id: 'client_x', client_secret: secret })
      .expect(401);
    await service.as('eyJ.not.real').get('/api/v0/customer/search').expect(401);
    await service.anonymous
      .get('/api/v0/bulk/jobs/JOB00000000000000000000000000/results/failure.csv?expires=1&signature=abcdefg')
      .expect(403);
    lines();
    expectSilence(secret, 'client_x', 'eyJ', 'abcdefg');
  });

  it.each([
    ['a driver', 'get', '/api/v0/test/driver/jane.doe', 'QueryFailedError'],
    ['our own code', 'post', '/api/v0/test/plain', 'Error'],
  ] as const)('tells where an error of %s happened, never what it said', async (_, method, path, type) => {
    await service.anonymous[method](path).set('X-Request-Id', REQUEST_ID).expect(500);
    const [failed] = lines().filter(({ requestId, msg }) => requestId === REQUEST_ID && msg === 'request failed');
    expect(failed).toMatchObject({ level: 50, code: 'UNKNOWN_ERROR', status: 500, err: { type } });
    expect(failed?.['err'].frames[0]).toMatch(/^at .*logs\.e2e-spec\.ts/);
    expect(failed?.['err'].cause).toMatchObject(
      type === 'Error' ? { type: 'TypeError' } : { code: 'ER_DUP_ENTRY', errno: 1062 },
    );
    expectSilence('jane', 'Duplicate entry', 'INSERT INTO', DRIVER_WORDS);
  });
});
