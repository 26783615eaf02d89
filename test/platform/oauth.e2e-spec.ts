import { setTimeout as sleep } from 'node:timers/promises';
import { DemoCredentialService } from '../../src/demo/demo-credentials';
import { CredentialService } from '../../src/platform/auth/credential.service';
import { DEFAULT_SCOPES, SCOPES } from '../../src/platform/auth/scopes';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService, Tenant } from '../support/service';
import { AccessModule, forge } from './auth.fixtures';

/** So long after a revocation no token of it may work any more. */
const REVOKED_AFTER_MS = 1_000;
const READ = '/api/v0/test/read';

describeEachEngine('access by OAuth', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  let credentials: CredentialService;
  beforeAll(async () => {
    service = await startService(engine, { extensions: [AccessModule] });
    tenant = await service.createTenant();
    credentials = service.app.get(CredentialService);
  });
  afterAll(() => service.stop());

  const createClient = () => credentials.createClient(tenant.company, 'client', ['customers:read', 'jobs:read']);
  const askToken = (form: object) =>
    service.anonymous
      .post('/oauth/token')
      .type('form')
      .send({ grant_type: 'client_credentials', ...form });
  const tokenOf = async ({ clientId, clientSecret }: Awaited<ReturnType<typeof createClient>>) => {
    const { body } = await askToken({ client_id: clientId, client_secret: clientSecret }).expect(200);
    return body.access_token as string;
  };

  it('gives an access token for form credentials and for HTTP Basic', async () => {
    const { clientId, clientSecret } = await createClient();
    const form = await askToken({ client_id: clientId, client_secret: clientSecret }).expect(200);
    expect(form.headers['cache-control']).toBe('no-store');
    expect(form.body).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: 'Bearer',
      expires_in: 1800,
      scope: 'customers:read jobs:read',
    });
    const basic = await askToken({}).auth(encodeURIComponent(clientId), encodeURIComponent(clientSecret)).expect(200);
    for (const { body } of [form, basic]) {
      const { body: who } = await service.as(body.access_token).get(READ).expect(200);
      expect(who).toMatchObject({ subject: `client:${clientId}`, scopes: ['customers:read', 'jobs:read'] });
    }
  });

  it('narrows the token to the scopes asked for, and refuses one the client does not hold', async () => {
    const { clientId, clientSecret } = await createClient();
    const form = { client_id: clientId, client_secret: clientSecret };
    const { body } = await askToken({ ...form, scope: 'jobs:read' }).expect(200);
    expect(body.scope).toBe('jobs:read');
    await service.as(body.access_token).get(READ).expect(403);
    const refused = await askToken({ ...form, scope: 'jobs:read customers:write' }).expect(400);
    expect(refused.body.error).toBe('invalid_scope');
  });

  it('gives customers:pii to a client that holds it, and only when it asks for it by name', async () => {
    const { clientId, clientSecret } = await credentials.createClient(tenant.company, 'all', SCOPES);
    const scopesFor = async (scope?: string) => {
      const { body } = await askToken({ client_id: clientId, client_secret: clientSecret, scope }).expect(200);
      const { body: who } = await service.as(body.access_token).get(READ).expect(200);
      expect(body.scope.split(' ')).toEqual(who.scopes);
      return who.scopes;
    };
    expect(DEFAULT_SCOPES).not.toContain('customers:pii');
    expect(await scopesFor()).toEqual([...DEFAULT_SCOPES]);
    expect(await scopesFor('')).toEqual([...DEFAULT_SCOPES]);
    expect(await scopesFor('customers:read customers:pii')).toEqual(['customers:read', 'customers:pii']);
    expect(await scopesFor(SCOPES.join(' '))).toEqual([...SCOPES]);
  });

  it('keeps customers:pii from the key of the demo, and lets its client ask for it', async () => {
    const demo = await service.app.get(DemoCredentialService, { strict: false }).create(tenant.company);
    const { body: who } = await service.as(demo.token).get(READ).expect(200);
    expect(who.scopes).toEqual([...DEFAULT_SCOPES]);
    await askToken({ client_id: demo.clientId, client_secret: demo.clientSecret, scope: 'customers:pii' }).expect(200);
  });

  it('gives no token without a scope to a client whose only one must be named', async () => {
    const { clientId, clientSecret } = await credentials.createClient(tenant.company, 'pii', ['customers:pii']);
    const form = { client_id: clientId, client_secret: clientSecret };
    const { body } = await askToken(form).expect(400);
    expect(body).toMatchObject({
      error: 'invalid_scope',
      error_description: 'The client holds only scopes that must be asked for: name them.',
    });
    await askToken({ ...form, scope: 'customers:pii' }).expect(200);
  });

  it('refuses customers:pii to a client that does not hold it', async () => {
    const { clientId, clientSecret } = await credentials.createClient(tenant.company, 'default', DEFAULT_SCOPES);
    const form = { client_id: clientId, client_secret: clientSecret, scope: 'customers:read customers:pii' };
    const { body } = await askToken(form).expect(400);
    expect(body.error).toBe('invalid_scope');
  });

  it('refuses a wrong secret, an unknown client and a revoked one in the same words', async () => {
    const [live, revoked] = [await createClient(), await createClient()];
    await credentials.revoke(revoked.clientId);
    const answers = [
      await askToken({ client_id: live.clientId, client_secret: revoked.clientSecret }),
      await askToken({ client_id: 'client_nobody', client_secret: live.clientSecret }),
      await askToken({ client_id: revoked.clientId, client_secret: revoked.clientSecret }),
      await askToken({ client_id: live.clientId, client_secret: '' }),
      await askToken({}),
      await askToken({}).auth(live.clientId, 'wrong'),
      await askToken({}).auth(live.clientId, '%zz'),
    ];
    for (const { status, body, headers } of answers) {
      expect(status).toBe(401);
      expect(headers['x-error-type']).toBe('UNAUTHORIZED');
      expect(headers['www-authenticate']).toBe('Basic realm="rollbook"');
      expect(body).toMatchObject({
        error: 'invalid_client',
        error_description: 'The client id or secret is not valid.',
        errorResponse: { errorType: 'UNAUTHORIZED' },
      });
    }
  });

  it('refuses another grant, and a form that is no such form, as RFC 6749 names it', async () => {
    const other = await askToken({ grant_type: 'password' }).expect(400);
    expect(other.body.error).toBe('unsupported_grant_type');
    const empty = await service.anonymous.post('/oauth/token').expect(400);
    expect(empty.body).toMatchObject({ error: 'invalid_request', errorResponse: { errorType: 'VALIDATION_ERROR' } });
    const masked = await askToken({ client_secret: 's'.repeat(201) }).expect(400);
    expect(masked.text).not.toContain('sss');
  });

  it('ends the access tokens of a revoked client within a second', async () => {
    const client = await createClient();
    const token = await tokenOf(client);
    await service.as(token).get(READ).expect(200);
    await credentials.revoke(client.clientId);
    await sleep(REVOKED_AFTER_MS);
    await service.as(token).get(READ).expect(401);
  });

  it('takes a token of its own make, and none that is forged, expired or meant for something else', async () => {
    const client = await createClient();
    const make = (changes?: Parameters<typeof forge>[2]) => forge(service, client.clientId, changes);
    await service.as(make()).get(READ).expect(200);
    const past = Math.floor(Date.now() / 1000) - 1;
    const [header, payload, signature] = make().split('.') as [string, string, string];
    const more = Buffer.from(payload, 'base64url').toString().replace('customers:read', 'customers:write');
    const wrong: Record<string, string> = {
      'alg none': make({ header: { alg: 'none' } }).replace(/[^.]*$/, ''),
      'alg none, signed': make({ header: { alg: 'none' } }),
      HS512: make({ header: { alg: 'HS512' }, hash: 'sha512' }),
      'another key': make({ key: Buffer.alloc(32, 1) }),
      expired: make({ payload: { exp: past } }),
      'without expiry': make({ payload: { exp: undefined } }),
      'not yet valid': make({ payload: { nbf: past + 600 } }),
      'another audience': make({ payload: { aud: 'other' } }),
      'another issuer': make({ payload: { iss: 'other' } }),
      'another type': make({ header: { typ: 'JWT' } }),
      'no type': make({ header: { typ: undefined } }),
      'no subject': make({ payload: { sub: undefined } }),
      'unknown subject': forge(service, 'client_nobody'),
      'tampered payload': `${header}.${Buffer.from(more).toString('base64url')}.${signature}`,
      'tampered signature': `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
    };
    for (const [what, token] of Object.entries(wrong)) {
      const { status } = await service.as(token).get(READ);
      expect({ what, status }).toEqual({ what, status: 401 });
    }
  });

  it('does not let a token hold more than its client does', async () => {
    const { clientId } = await createClient();
    const greedy = forge(service, clientId, { payload: { scope: 'customers:read customers:write admin' } });
    const { body } = await service.as(greedy).get(READ).expect(200);
    expect(body.scopes).toEqual(['customers:read']);
  });
});
