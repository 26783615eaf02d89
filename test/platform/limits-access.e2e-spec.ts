import { randomBytes } from 'node:crypto';
import type { Request } from 'express';
import { CredentialService } from '../../src/platform/auth/credential.service';
import { CredentialRepository } from '../../src/platform/auth/credential.repository';
import { newOpaqueToken } from '../../src/platform/auth/opaque-token';
import { Allowance } from '../../src/platform/limits/allowance';
import { clientAddressOf } from '../../src/platform/limits/client-address';
import { Clock } from '../../src/platform/limits/clock';
import { LruMap } from '../../src/platform/limits/lru-map';
import { Api, RunningService, startService } from '../support/service';

const READ = '/api/v0/bulk/jobs';
const MINUTE_MS = 60_000;

/** The time of a service, which passes when the test says so. */
class StoppedClock {
  private at = 5_000;

  constructor({ app }: RunningService) {
    jest.spyOn(app.get(Clock), 'now').mockImplementation(() => this.at);
  }

  pass(ms: number): void {
    this.at += ms;
  }
}

let services: RunningService[] = [];
afterEach(async () => {
  for (const service of services) await service.stop();
  services = [];
});

async function start(environment: Record<string, string>): Promise<{ service: RunningService; clock: StoppedClock }> {
  const service = await startService('sqlite', { environment });
  services.push(service);
  return { service, clock: new StoppedClock(service) };
}

/** Statuses of requests sent all at once, counted. */
async function statusesOf(count: number, send: (index: number) => PromiseLike<{ status: number }>): Promise<any> {
  const answers = await Promise.all(Array.from({ length: count }, (_, index) => send(index)));
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

const get = (api: Api) => () => api.get(READ);

describe('The rate of requests', () => {
  it('is the limit and no more in a burst of twice that, and fills evenly', async () => {
    const { service, clock } = await start({ RATE_PER_TOKEN: '60' });
    const { api } = await service.createTenant();
    expect(await statusesOf(120, get(api))).toEqual({ 200: 60, 429: 60 });
    clock.pass(MINUTE_MS / 2);
    expect(await statusesOf(60, get(api))).toEqual({ 200: 30, 429: 30 });
    clock.pass(10 * MINUTE_MS);
    expect(await statusesOf(120, get(api))).toEqual({ 200: 60, 429: 60 });
  });

  it.each([1, 7, 59, 60, 61, 1000])('of %i a minute says truly in Retry-After when the next may come', (perMinute) => {
    let now = 1e9 + 0.3;
    const allowance = new Allowance<string>({ now: () => now }, perMinute);
    let taken = 0;
    while (allowance.secondsUntilNext('a') === 0) {
      allowance.take('a');
      taken++;
    }
    expect(taken).toBe(perMinute);
    const seconds = allowance.secondsUntilNext('a');
    expect(seconds).toBe(Math.ceil(60 / perMinute));
    now += (seconds - 1) * 1000;
    if (seconds > 1) expect(allowance.secondsUntilNext('a')).toBe(1);
    now += 1000;
    expect(allowance.secondsUntilNext('a')).toBe(0);
  });

  it('is one of each token, whatever others of the company send', async () => {
    const { service } = await start({ RATE_PER_TOKEN: '5' });
    const { api, company } = await service.createTenant();
    const { key } = await service.app.get(CredentialService).createKey(company, 'other', ['jobs:read']);
    expect(await statusesOf(7, get(api))).toEqual({ 200: 5, 429: 2 });
    expect(await statusesOf(7, get(service.as(key)))).toEqual({ 200: 5, 429: 2 });
  });

  it('is one of an OAuth client, however many access tokens it has', async () => {
    const { service } = await start({ RATE_PER_TOKEN: '5' });
    const { company } = await service.createTenant();
    const client = await service.app.get(CredentialService).createClient(company, 'ERP', ['jobs:read']);
    const tokenOf = async (): Promise<string> => {
      const form = { grant_type: 'client_credentials', client_id: client.clientId, client_secret: client.clientSecret };
      return (await service.anonymous.post('/oauth/token').type('form').send(form).expect(200)).body.access_token;
    };
    const [one, other] = [await tokenOf(), await tokenOf()];
    expect(await statusesOf(8, (index) => service.as(index % 2 === 0 ? one : other).get(READ))).toEqual({
      200: 5,
      429: 3,
    });
  });

  it('of a company counts all its tokens together, and those of no other company', async () => {
    const { service } = await start({ RATE_PER_COMPANY: '6', RATE_PER_TOKEN: '4' });
    const { api, company } = await service.createTenant();
    const child = await service.createTenant({ parent: company });
    const { key } = await service.app.get(CredentialService).createKey(company, 'other', ['jobs:read']);
    expect(await statusesOf(5, get(api))).toEqual({ 200: 4, 429: 1 });
    expect(await statusesOf(5, get(service.as(key)))).toEqual({ 200: 2, 429: 3 });
    expect(await statusesOf(5, get(child.api))).toEqual({ 200: 4, 429: 1 });
    const { body } = await service.as(key).get(READ).expect(429);
    expect(body.response_message).toContain('This company has used up its 6 requests per minute');
  });

  it('counts a request that is refused for its scope, its query or its record as well', async () => {
    const { service } = await start({ RATE_PER_TOKEN: '4' });
    const { api } = await service.createTenant({ scopes: ['jobs:read'] });
    const statuses = [];
    for (const path of ['/api/v0/customer/x', `${READ}?extra=1`, `${READ}/x`, READ, READ]) {
      statuses.push((await api.get(path)).status);
    }
    expect(statuses).toEqual([403, 400, 400, 200, 429]);
  });

  it('is refused in the words of each API, before the body is read', async () => {
    const { service } = await start({ RATE_PER_TOKEN: '1' });
    const { api } = await service.createTenant();
    await api.get(READ).expect(200);
    const message = 'This token has used up its 1 requests per minute; wait as long as Retry-After says.';
    const answers = [
      ['post', '/api/v0/customer', { response_code: 429, response_message: message }],
      ['post', '/customers/bulk/id', { error: { code: 429, type: 'TooManyRequests', messages: [message] } }],
      ['put', '/api/v1/customer-data/bulk', { success: false, error: 'TooManyRequests', message }],
    ] as const;
    for (const [method, path, shape] of answers) {
      const { body, headers } = await api[method](path).type('json').send('{').expect(429);
      expect(body).toMatchObject(shape);
      expect(headers['x-error-type']).toBe('CLIENT_REQUEST_ERROR');
      expect(headers['retry-after']).toBe('60');
    }
  });

  it('is not limited where nothing is set', async () => {
    const { service } = await start({});
    const { api } = await service.createTenant();
    expect(await statusesOf(300, get(api))).toEqual({ 200: 300 });
  });
});

describe('Wrong tokens', () => {
  const wrong = () => newOpaqueToken('rbk');
  const LIMIT = { FAILED_LOGINS_PER_MINUTE: '20' };

  /** Counts what the database is asked about keys and clients. */
  const lookUpsOf = ({ app }: RunningService) => {
    const credentials = app.get(CredentialRepository);
    return [jest.spyOn(credentials, 'findLiveKey'), jest.spyOn(credentials, 'findClient')] as const;
  };

  it('are told so up to the limit, then to come back later, without a look at the database', async () => {
    const { service, clock } = await start(LIMIT);
    const [findLiveKey] = lookUpsOf(service);
    const statuses = [];
    for (let i = 0; i < 40; i++) statuses.push((await service.as(wrong()).get(READ)).status);
    expect(statuses).toEqual([...Array(20).fill(401), ...Array(20).fill(429)]);
    expect(findLiveKey).toHaveBeenCalledTimes(20);
    const { headers, body } = await service.as(wrong()).get(READ).expect(429);
    expect(headers['retry-after']).toBe('3');
    expect(body.errorResponse.errorType).toBe('CLIENT_REQUEST_ERROR');
    clock.pass(2_900);
    await service.as(wrong()).get(READ).expect(429);
    clock.pass(100);
    await service.as(wrong()).get(READ).expect(401);
    await service.as(wrong()).get(READ).expect(429);
  });

  it('of whatever make count, and none at all does not', async () => {
    const { service } = await start({ FAILED_LOGINS_PER_MINUTE: '5' });
    for (const token of ['x', 'rbk_x', 'a.b.c', 'not a token', `${wrong()}0`])
      await service.as(token).get(READ).expect(401);
    await service.anonymous.get(READ).set('Authorization', 'Basic eDp5').expect(429);
    for (let i = 0; i < 10; i++) await service.anonymous.get(READ).expect(401);
  });

  it('keep no right one out, whether it was seen before or not', async () => {
    const { service } = await start(LIMIT);
    const [findLiveKey] = lookUpsOf(service);
    const known = await service.createTenant();
    await known.api.get(READ).expect(200);
    for (let i = 0; i < 30; i++) await service.as('rbk_garbage').get(READ);
    await known.api.get(READ).expect(200);
    // Nothing of these came to the database, so that it has time for a new one.
    expect(findLiveKey).toHaveBeenCalledTimes(1);
    await (await service.createTenant()).api.get(READ).expect(200);

    const revoked = wrong();
    for (let i = 0; i < 30; i++) await service.as(revoked).get(READ).expect(429);
    await (await service.createTenant()).api.get(READ).expect(200);

    for (let i = 0; i < 30; i++) await service.as(wrong()).get(READ).expect(429);
    const asked = findLiveKey.mock.calls.length;
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 10_000);
    await known.api.get(READ).expect(200);
    jest.spyOn(Date, 'now').mockRestore();
    expect(findLiveKey).toHaveBeenCalledTimes(asked + 1);
  });

  it('are no way around the end of a right one', async () => {
    const { service } = await start(LIMIT);
    const credentials = service.app.get(CredentialService);
    const { company } = await service.createTenant();
    const { key, keyId } = await credentials.createKey(company, 'gone', ['jobs:read']);
    await service.as(key).get(READ).expect(200);
    await credentials.revoke(keyId);
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 1_000);
    await service.as(key).get(READ).expect(401);
    jest.spyOn(Date, 'now').mockRestore();
  });

  it('and wrong client secrets are one count; a client that knows its secret gets its token', async () => {
    const { service } = await start({ FAILED_LOGINS_PER_MINUTE: '6' });
    const [, findClient] = lookUpsOf(service);
    const { company } = await service.createTenant();
    const client = await service.app.get(CredentialService).createClient(company, 'ERP', ['jobs:read']);
    const ask = (secret: string) =>
      service.anonymous
        .post('/oauth/token')
        .type('form')
        .send({ grant_type: 'client_credentials', client_id: client.clientId, client_secret: secret });
    await ask(client.clientSecret).expect(200);
    for (let i = 0; i < 3; i++) await service.as('wrong').get(READ).expect(401);
    await ask('guessed').expect(401);
    for (let i = 0; i < 2; i++) await ask(newOpaqueToken('rbs')).expect(401);
    const { body, headers } = await ask(newOpaqueToken('rbs')).expect(429);
    expect(headers['retry-after']).toBe('10');
    expect(body).toMatchObject({ error: 'invalid_request', errorResponse: { errorType: 'CLIENT_REQUEST_ERROR' } });
    for (let i = 0; i < 5; i++) await ask(newOpaqueToken('rbs')).expect(429);
    const asked = findClient.mock.calls.length;
    expect(asked).toBeLessThanOrEqual(1 + 6);
    await ask(client.clientSecret).expect(200);
  });

  it('of one address do not count for another, as a trusted proxy tells it and nobody else', async () => {
    const from = (service: RunningService, address: string) =>
      service.as(wrong()).get(READ).set('X-Forwarded-For', address);
    const { service: direct } = await start({ FAILED_LOGINS_PER_MINUTE: '1' });
    await from(direct, '192.0.2.1').expect(401);
    await from(direct, '192.0.2.2').expect(429);
    const { service: behind } = await start({ FAILED_LOGINS_PER_MINUTE: '1', TRUST_PROXY: 'loopback' });
    await from(behind, '192.0.2.1').expect(401);
    await from(behind, '192.0.2.1').expect(429);
    await from(behind, '198.51.100.9, 192.0.2.2').expect(401);
    await from(behind, '203.0.113.7, 192.0.2.2').expect(429);
    await from(behind, '2001:db8:0:1::1').expect(401);
    await from(behind, '2001:db8:0:1:ffff::2').expect(429);
    await from(behind, '2001:db8:0:2::1').expect(401);
  });

  it('are not limited where the limit is 0', async () => {
    const { service } = await start({ FAILED_LOGINS_PER_MINUTE: '0' });
    expect(await statusesOf(100, () => service.as(wrong()).get(READ))).toEqual({ 401: 100 });
  });

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::1', '0:0:0:0::/64'],
    ['2001:DB8::', '2001:db8:0:0::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0db8:0001::5', '2001:db8:1:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['a text of a proxy', '127.0.0.9'],
  ])('from %s are counted under %s', (ip, counted) => {
    expect(clientAddressOf({ ip, socket: { remoteAddress: '127.0.0.9' } } as Request)).toBe(counted);
  });

  it('of ever new addresses take no more memory than those of many', () => {
    const map = new LruMap<string, number>(3);
    for (const key of ['a', 'b', 'c', 'a', 'd']) map.set(key, 1);
    expect(['a', 'b', 'c', 'd'].map((key) => map.get(key))).toEqual([1, undefined, 1, 1]);
    for (let i = 0; i < 1_000; i++) map.set(randomBytes(8).toString('hex'), i);
    expect(map.size).toBe(3);
  });
});
