import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CredentialRepository } from '../../src/platform/auth/credential.repository';
import { CredentialService } from '../../src/platform/auth/credential.service';
import { newOpaqueToken, sameHash } from '../../src/platform/auth/opaque-token';
import { DEFAULT_SCOPES } from '../../src/platform/auth/scopes';
import { AppKeys } from '../../src/platform/config/app-keys';
import { Clock } from '../../src/platform/limits/clock';
import { FailedLogins } from '../../src/platform/limits/failed-logins';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';
import { forge } from './auth.fixtures';

const READ = '/api/v0/bulk/jobs';
const REVOKED_AFTER_MS = 1_000;
/** Of a longer run more: `WRONG_TOKENS=10000 npx jest test/platform/token-attacks`. */
const WRONG_TOKENS = Number(process.env['WRONG_TOKENS'] ?? 1_500);
const CONNECTIONS = 10;

const encode = (value: object | string) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const parts = (token: string) => token.split('.') as [string, string, string];

/** Statuses of requests written one behind the other on one connection. */
function pipelined(service: RunningService, tokens: readonly string[]): Promise<Record<string, number>> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: Number(new URL(service.baseUrl).port), host: '127.0.0.1' });
    const counts: Record<string, number> = {};
    let rest = '';
    socket.on('error', reject).on('close', () => resolve(counts));
    socket.on('data', (chunk: Buffer) => {
      rest += chunk.toString('latin1');
      for (const [, status = ''] of rest.matchAll(/HTTP\/1\.1 (\d{3}) /g)) counts[status] = (counts[status] ?? 0) + 1;
      rest = rest.slice(-12).replace(/HTTP\/1\.1 \d{3} /, '');
    });
    tokens.forEach((token, index) => {
      const last = index === tokens.length - 1 ? 'Connection: close\r\n' : '';
      socket.write(`GET ${READ} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n${last}\r\n`);
    });
  });
}

describe('a token', () => {
  let service: RunningService;
  let tenant: Tenant;
  let clientId: string;
  beforeAll(async () => {
    service = await startService('sqlite', { environment: { FAILED_LOGINS_PER_MINUTE: '0' } });
    tenant = await service.createTenant();
    ({ clientId } = await service.app.get(CredentialService).createClient(tenant.company, 'ERP', DEFAULT_SCOPES));
  });
  afterAll(() => service.stop());

  const good = (changes: Parameters<typeof forge>[2] = {}) =>
    forge(service, clientId, { ...changes, payload: { scope: 'jobs:read', ...changes.payload } });
  const statusOf = async (token: string) => (await service.as(token).get(READ)).status;

  it('of another make than ours is refused, whatever its head says of keys and algorithms', async () => {
    expect(await statusOf(good())).toBe(200);
    const [, payload] = parts(good());
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
    const own = service.app.get(AppKeys).accessToken;
    const signed = (header: object, sign: (text: string) => string) => {
      const text = `${encode({ typ: 'at+jwt', ...header })}.${payload}`;
      return `${text}.${sign(text)}`;
    };
    const hmac =
      (key: string | Buffer, hash = 'sha256') =>
      (text: string) =>
        createHmac(hash, key).update(text).digest('base64url');
    const rsa = (text: string) => createSign('sha256').update(text).sign(privateKey, 'base64url');
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'mine' };
    const attacks: Record<string, string> = {
      'RS256 under a key of its own': signed({ alg: 'RS256' }, rsa),
      'RS256 with its key in the head': signed({ alg: 'RS256', jwk }, rsa),
      'a key at an address': signed({ alg: 'RS256', jku: 'http://127.0.0.1:1/keys.json', kid: 'mine' }, rsa),
      'a certificate at an address': signed({ alg: 'RS256', x5u: 'http://127.0.0.1:1/c.pem' }, rsa),
      'HS256 under a public key': signed({ alg: 'HS256' }, hmac(pem)),
      'HS256 under its own symmetric key in the head': signed(
        { alg: 'HS256', jwk: { kty: 'oct', k: encode('own') } },
        hmac('own'),
      ),
      'RS256 said, HS256 done under our key': signed({ alg: 'RS256' }, hmac(own)),
      'HS384 under our key': signed({ alg: 'HS384' }, hmac(own, 'sha384')),
      'kid that is a path': signed({ alg: 'HS256', kid: '../../../../dev/null' }, hmac('')),
      'kid that is SQL': signed({ alg: 'HS256', kid: "x' UNION SELECT 'own" }, hmac('own')),
      'an empty key': signed({ alg: 'HS256' }, hmac('')),
      None: signed({ alg: 'None' }, () => ''),
      nOnE: signed({ alg: 'nOnE' }, () => ''),
      'no algorithm': signed({}, hmac(own)),
      'an algorithm that is a list': signed({ alg: ['HS256'] }, hmac(own)),
      'a head that is no object': `${encode('"HS256"')}.${payload}.${hmac(own)(`${encode('"HS256"')}.${payload}`)}`,
      'an encrypted one': [encode({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' }), '', 'iv', 'text', 'tag'].join('.'),
      'one in another': signed({ alg: 'HS256', cty: 'JWT' }, hmac('x')),
      'no signature': parts(good()).slice(0, 2).join('.'),
      'a signature of another token': `${parts(good()).slice(0, 2).join('.')}.${parts(good({ payload: { iat: 1 } }))[2]}`,
      'more behind it': `${good()}.x`,
      'another alphabet of base64': `${parts(good()).slice(0, 2).join('.')}.${parts(good())[2]}==`,
    };
    const found: Record<string, number> = {};
    for (const [what, token] of Object.entries(attacks)) found[what] = await statusOf(token);
    expect(found).toEqual(Object.fromEntries(Object.keys(attacks).map((what) => [what, 401])));
  });

  it('is good from its nbf until before its exp, without grace, and both must be numbers', async () => {
    const now = Math.floor(Date.now() / 1000);
    const statuses = async (claims: object[]) => Promise.all(claims.map((payload) => statusOf(good({ payload }))));
    expect(await statuses([{ exp: now + 30 }, { exp: now + 30, nbf: now - 1 }, { exp: now + 30, nbf: now }])).toEqual([
      200, 200, 200,
    ]);
    const refused = [
      { exp: now },
      { exp: now - 1 },
      { exp: 0 },
      { exp: -1 },
      { exp: String(now + 30) },
      { exp: null },
      { exp: { valueOf: now + 30 } },
      { nbf: now + 30 },
      { nbf: String(now) },
      { aud: ['other'] },
      { aud: 'rollbook-api ' },
      { aud: undefined },
      { iss: ['other'] },
      { iss: undefined },
      { sub: '' },
      { sub: ['client_1'] },
      { sub: `${clientId}' OR '1'='1` },
      { scope: ['jobs:read'] },
      { scope: undefined },
    ];
    expect(await statuses(refused)).toEqual(refused.map(() => 401));
  });

  it.each([5_000, 15_000, 17_000, 1_000_000])(
    'of %i characters is refused, and the next request answered',
    async (length) => {
      const answer = await new Promise<string>((resolve) => {
        const socket = connect({ port: Number(new URL(service.baseUrl).port), host: '127.0.0.1' });
        let text = '';
        socket.on('data', (chunk: Buffer) => (text += chunk.toString())).on('error', () => undefined);
        socket.on('close', () => resolve(text));
        socket.write(
          `GET ${READ} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${'x'.repeat(length)}\r\n\r\n`,
        );
      });
      expect(answer.slice(0, 12)).toBe(length > 16_000 ? 'HTTP/1.1 400' : 'HTTP/1.1 401');
      expect(answer).not.toContain('xxxxx');
      await tenant.api.get(READ).expect(200);
    },
  );

  it('is compared in one step whatever its length, and never breaks the comparison', () => {
    const hash = 'a'.repeat(64);
    const others = ['', 'a', hash.slice(1), `${hash}a`, 'b'.repeat(64), 'é'.repeat(32), '\0'];
    expect([hash, ...others].map((other) => sameHash(hash, other))).toEqual([true, ...others.map(() => false)]);
  });
});

describe(`${WRONG_TOKENS} wrong tokens`, () => {
  it('are answered 429 beyond the limit, in the end without a look at the database, and keep nobody else out', async () => {
    const service = await startService('sqlite');
    const [one, other] = [await service.createTenant(), await service.createTenant()];
    await one.api.get(READ).expect(200);
    jest.spyOn(service.app.get(Clock), 'now').mockReturnValue(5_000);
    const looks = jest.spyOn(service.app.get(CredentialRepository), 'findLiveKey');
    const warn = jest.spyOn(Reflect.get(service.app.get(FailedLogins), 'logger') as Logger, 'warn');
    const attack = Promise.all(
      Array.from({ length: CONNECTIONS }, () =>
        pipelined(
          service,
          Array.from({ length: WRONG_TOKENS / CONNECTIONS }, () => newOpaqueToken('rbk')),
        ),
      ),
    );
    const statuses: number[] = [];
    for (let i = 0; i < 25; i++) statuses.push((await one.api.get(READ)).status);
    const counts = (await attack).reduce<Record<string, number>>((sum, each) => {
      for (const [status, count] of Object.entries(each)) sum[status] = (sum[status] ?? 0) + count;
      return sum;
    }, {});
    expect(counts).toEqual({ 401: 60, 429: WRONG_TOKENS - 60 });
    expect(statuses).toEqual(Array(25).fill(200));
    // Those that came in at the same moment were looked up together; from now on none is.
    const known = looks.mock.calls.length;
    for (let i = 0; i < 10; i++) await service.as(newOpaqueToken('rbk')).get(READ).expect(429);
    expect(looks).toHaveBeenCalledTimes(known);
    expect(warn).toHaveBeenCalledTimes(1);
    jest.spyOn(service.app.get(Clock), 'now').mockReturnValue(5_000 + 60_000);
    await other.api.get(READ).expect(200);
    jest.restoreAllMocks();
    await service.stop();
  }, 300_000);
});

describeEachEngine('credentials in two processes on one database', (engine) => {
  let first: RunningService;
  let second: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    const environment = { APP_SECRET: 'kX9vQ2mT7wB4nR8sL1pZ6cD3fG5hJ0yA' };
    first = await startService(engine, { environment });
    second = await startService(engine, { database: first.database, environment });
    tenant = await first.createTenant();
  });
  afterAll(async () => {
    await second.stop();
    await first.stop();
  });

  const statusesOf = async (token: string) =>
    Promise.all([first, second].map(async (service) => (await service.as(token).get(READ)).status));

  it('end in both within a second of their revocation, keys and access tokens', async () => {
    const credentials = first.app.get(CredentialService);
    const { key, keyId } = await credentials.createKey(tenant.company, 'short', ['jobs:read']);
    const { clientId } = await credentials.createClient(tenant.company, 'short', ['jobs:read']);
    const access = forge(first, clientId, { payload: { scope: 'jobs:read' } });
    for (const token of [key, access]) expect(await statusesOf(token)).toEqual([200, 200]);
    await first.app.get(CredentialService).revoke(keyId);
    await second.app.get(CredentialService).revoke(clientId);
    await sleep(REVOKED_AFTER_MS);
    for (const token of [key, access]) expect(await statusesOf(token)).toEqual([401, 401]);
  });

  it('may overlap while one takes the place of another', async () => {
    const credentials = first.app.get(CredentialService);
    const old = await credentials.createKey(tenant.company, 'ERP', ['jobs:read']);
    const next = await credentials.createKey(tenant.company, 'ERP', ['jobs:read']);
    for (const { key } of [old, next]) expect(await statusesOf(key)).toEqual([200, 200]);
    await credentials.revoke(old.keyId);
    await sleep(REVOKED_AFTER_MS);
    expect(await statusesOf(old.key)).toEqual([401, 401]);
    expect(await statusesOf(next.key)).toEqual([200, 200]);
  });

  it('stand nowhere in the database in a form that opens anything', async () => {
    const credentials = first.app.get(CredentialService);
    const { key } = await credentials.createKey(tenant.company, 'secret', ['jobs:read']);
    const { clientId, clientSecret } = await credentials.createClient(tenant.company, 'secret', ['jobs:read']);
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    const { body } = await first.anonymous.post('/oauth/token').type('form').send(form).expect(200);
    await first.as(key).get(READ).set('Idempotency-Key', 'x').expect(200);
    const source = first.app.get(DataSource);
    const tables = source.entityMetadatas.map(({ tableName }) => tableName);
    const rows = await Promise.all([...new Set(tables)].map((table) => source.query(`SELECT * FROM ${table}`)));
    const folder = first.database.dataDir;
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const dump = [
      JSON.stringify(rows),
      ...files.map((file) => readFileSync(join(file.parentPath, file.name), 'latin1')),
    ].join('\n');
    expect(dump).toContain(clientId);
    for (const secret of [key, clientSecret, body.access_token]) expect(dump).not.toContain(secret.slice(5, 45));
  });
});
