import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { CredentialService } from '../../src/platform/auth/credential.service';
import { SignedLinks } from '../../src/platform/auth/signed-link';
import { DEFAULT_SCOPES } from '../../src/platform/auth/scopes';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';
import { AccessModule } from './auth.fixtures';

/** So long after a revocation no token of it may work any more. */
const REVOKED_AFTER_MS = 1_000;
const READ = '/api/v0/test/read';

describeEachEngine('access', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  let credentials: CredentialService;
  beforeAll(async () => {
    service = await startService(engine, { extensions: [AccessModule] });
    tenant = await service.createTenant();
    credentials = service.app.get(CredentialService);
  });
  afterAll(() => service.stop());

  const expectRefused = async (token: string) => {
    const { headers, body } = await service.as(token).get(READ).expect(401);
    expect(headers['www-authenticate']).toBe('Bearer realm="rollbook"');
    expect(body.errorResponse.errorType).toBe('UNAUTHORIZED');
    expect(body.response_message).toBe(
      'A valid bearer token is required; send the header "Authorization: Bearer <token>".',
    );
  };

  describe('to routes', () => {
    it('is denied where the route does not say how it may be reached', async () => {
      await service.anonymous.get('/api/v0/test/unmarked').expect(401);
      const { body } = await tenant.api.get('/api/v0/test/unmarked').expect(403);
      expect(body.errorResponse.errorType).toBe('INVALID_ACCESS');
    });

    it('needs no token where the route is public', () => service.anonymous.get('/api/v0/test/public').expect(200));

    it('needs the scope of the route, and names the one that is missing', async () => {
      const reader = await service.createTenant({ scopes: ['customers:read'] });
      await reader.api.get(READ).expect(200);
      const { body } = await reader.api.post('/api/v0/test/write').expect(403);
      expect(body.response_message).toContain('customers:write');
    });
  });

  describe('by API key', () => {
    it('tells who calls, for which company, with which scopes', async () => {
      const { body } = await tenant.api.get(READ).expect(200);
      expect(body).toEqual({
        subject: expect.stringMatching(/^key:key_[0-9a-f]{24}$/),
        companyId: tenant.company.companyId,
        scopes: [...DEFAULT_SCOPES],
      });
    });

    it('is refused for a key with a typing error, of unknown make, or cut short', async () => {
      const { token } = tenant;
      const swapped = token.slice(0, 10) + (token[10] === 'A' ? 'B' : 'A') + token.slice(11);
      for (const wrong of [swapped, token.slice(0, -1), `${token}0`, token.replace('rbk', 'rbs'), 'rbk_', 'x']) {
        await expectRefused(wrong);
      }
    });

    it('ends within a second of the revocation, also for a key just used', async () => {
      const { key, keyId } = await credentials.createKey(tenant.company, 'short-lived', ['customers:read']);
      await service.as(key).get(READ).expect(200);
      expect(await credentials.revoke(keyId)).toBe(true);
      expect(await credentials.revoke(keyId)).toBe(false);
      await sleep(REVOKED_AFTER_MS);
      await expectRefused(key);
    });

    it('leaves only hashes in the database', async () => {
      const client = await credentials.createClient(tenant.company, 'client', ['jobs:read']);
      const { key } = await credentials.createKey(tenant.company, 'hashed', ['customers:read']);
      const source = service.app.get(DataSource);
      const keys = await source.query('SELECT * FROM api_keys');
      const clients = await source.query('SELECT * FROM oauth_clients');
      const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
      const text = JSON.stringify([keys, clients]);
      expect(text).toContain(sha256(key));
      expect(text).toContain(sha256(client.clientSecret));
      for (const secret of [key, client.clientSecret]) expect(text).not.toContain(secret.slice(4, 40));
    });

    it('stamps when the key was last used', async () => {
      const { key, keyId } = await credentials.createKey(tenant.company, 'stamped', ['customers:read']);
      const stamp = async () => {
        const rows = await service.app.get(DataSource).query('SELECT * FROM api_keys WHERE key_id = ?', [keyId]);
        return rows[0].last_used_at;
      };
      expect(await stamp()).toBeNull();
      await service.as(key).get(READ).expect(200);
      for (let attempt = 0; attempt < 20 && (await stamp()) === null; attempt++) await sleep(50);
      expect(await stamp()).not.toBeNull();
    });
  });

  describe('by header', () => {
    const send = (headers: string[]): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const all = ['Host', new URL(service.baseUrl).host, ...headers];
        const request = httpRequest(service.baseUrl + READ, { headers: all }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        request.on('error', reject).end();
      });

    it('takes the scheme in any case', async () => {
      for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
        expect(await send(['Authorization', `${scheme} ${tenant.token}`])).toBe(200);
      }
    });

    it('refuses two Authorization headers, other schemes, extra words and endless tokens', async () => {
      const good = `Bearer ${tenant.token}`;
      expect(await send(['Authorization', good, 'Authorization', good])).toBe(401);
      expect(await send(['Authorization', good, 'authorization', 'Bearer x'])).toBe(401);
      for (const header of [
        `Basic ${tenant.token}`,
        tenant.token,
        `${good} x`,
        `${good},${good}`,
        `Bearer ${'x'.repeat(5_000)}`,
      ]) {
        expect(await send(['Authorization', header])).toBe(401);
      }
    });

    it('refuses a token in the query or in a form', async () => {
      await service.anonymous.get(`${READ}?access_token=${tenant.token}`).expect(401);
      await service.anonymous.post('/api/v0/test/write').type('form').send({ access_token: tenant.token }).expect(401);
    });
  });

  describe('by signed link', () => {
    const sign = (path: string) => service.app.get(SignedLinks).sign(path);
    const file = '/api/v0/test/files/failure.csv';

    it('opens the path it was made for, without a token', async () => {
      const { body } = await service.anonymous.get(sign(file)).expect(200);
      expect(body).toEqual({ name: 'failure.csv', subject: null });
    });

    it('is refused when tampered with, expired, or used for another path', async () => {
      const link = sign(file);
      const expires = Number(/expires=(\d+)/.exec(link)?.[1]);
      const signature = /signature=(.+)$/.exec(link)?.[1] ?? '';
      const wrong = [
        link.replace(String(expires), String(expires + 1)),
        link.replace('failure', 'success'),
        `${link}x`,
        `${file}?signature=${signature}`,
        `${file}?expires=${expires}&signature=`,
        `${link}&signature=${signature}`,
        link.replace(/signature=./, (text) => `signature=${text.endsWith('A') ? 'B' : 'A'}`),
      ];
      for (const url of wrong) {
        const { body } = await service.anonymous.get(url).expect(403);
        expect(body.errorResponse.errorType).toBe('INVALID_ACCESS');
      }
      jest.useFakeTimers({
        now: (expires + 1) * 1000,
        doNotFake: [
          'nextTick',
          'setImmediate',
          'setTimeout',
          'setInterval',
          'clearTimeout',
          'clearInterval',
          'queueMicrotask',
        ],
      });
      const late = await service.anonymous.get(link);
      jest.useRealTimers();
      expect(late.status).toBe(403);
    });

    it('opens no route that was not made for links, and a token with the scope works without one', async () => {
      await service.anonymous.get(sign(READ)).expect(401);
      await service.anonymous.get(file).expect(401);
      await tenant.api.get(file).expect(200);
      const reader = await service.createTenant({ scopes: ['customers:read'] });
      await reader.api.get(file).expect(403);
    });
  });
});
