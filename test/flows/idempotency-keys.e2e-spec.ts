import { connect } from 'node:net';
import { DataSource } from 'typeorm';
import { CredentialService } from '../../src/platform/auth/credential.service';
import { DEFAULT_SCOPES } from '../../src/platform/auth/scopes';
import { KeyRotation } from '../../src/platform/encryption/key-rotation';
import { IdempotencySweep } from '../../src/platform/idempotency/idempotency.sweep';
import { createDatabase, describeEachEngine } from '../support/engines';
import { countOf, isReplay, newKey, sameParts, setKeys } from '../support/idempotency';
import { Api, RunningService, startService, Tenant } from '../support/service';

const DAY_MS = 86_400_000;
const CUSTOMER = '/api/v0/customer';
const SSN = '078-05-1120';
const KEY_1 = `k1:${Buffer.alloc(32, 1).toString('base64')}`;
const KEY_2 = `k2:${Buffer.alloc(32, 2).toString('base64')}`;

/** Starts a service of that environment, visits it, and stops it. */
type InService = <T>(environment: Record<string, string>, visit: (service: RunningService) => Promise<T>) => Promise<T>;

/** As a database stores a time. */
const timeOf = (milliseconds: number) => new Date(milliseconds).toISOString().replace('T', ' ').replace('Z', '');

describeEachEngine('An Idempotency-Key', (engine) => {
  let service: RunningService;
  let tenant: Tenant;
  beforeAll(async () => {
    service = await startService(engine);
  });
  beforeEach(async () => {
    tenant = await service.createTenant();
  });
  afterAll(() => service.stop());

  const create = (key: string, api = tenant.api) =>
    api.post(CUSTOMER).set('Idempotency-Key', key).send({ legalName: 'Keyed Limited' });

  /** Lets several services work on one database, one after the other. */
  async function onOneDatabase(work: (inService: InService) => Promise<void>): Promise<void> {
    const database = await createDatabase(engine);
    try {
      await work(async (environment, visit) => {
        const visited = await startService(engine, { database, environment });
        return visit(visited).finally(() => visited.stop());
      });
    } finally {
      await database.remove();
    }
  }

  /** Sends header lines byte by byte, as no client library lets one do, and gives the answer's text. */
  const raw = (...lines: readonly string[]) =>
    new Promise<string>((resolve, reject) => {
      const body = '{"legalName":"Raw Limited"}';
      const socket = connect(Number(new URL(service.baseUrl).port), '127.0.0.1');
      const head = [
        `POST ${CUSTOMER} HTTP/1.1`,
        'Host: rollbook',
        'Connection: close',
        `Authorization: Bearer ${tenant.token}`,
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
        ...lines,
      ];
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
      socket.write(Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`, 'utf8'));
    });

  it.each(['k', 'x'.repeat(255), '8e03978e-40d5-43dd-bc93-6894a57f9324', 'a b', '"quoted"', '~!#$%&()*+,/:;<=>?@[]'])(
    'can be %s',
    async (key) => {
      const first = await create(key).expect(200);
      const again = await create(key).expect(200);
      expect([isReplay(first), isReplay(again), again.headers['idempotency-key']]).toEqual([false, true, key]);
    },
  );

  it.each([
    ['is empty', 'Idempotency-Key:'],
    ['is blank', 'Idempotency-Key:   '],
    ['has 256 characters', `Idempotency-Key: ${'x'.repeat(256)}`],
    ['is not ASCII', 'Idempotency-Key: schlüssel'],
    ['is an emoji', 'Idempotency-Key: 🔑'],
    ['holds a tab', 'Idempotency-Key: a\tb'],
    ['holds DEL', 'Idempotency-Key: a\u007fb'],
    ['holds NUL', 'Idempotency-Key: a\u0000b'],
    ['holds ESC', 'Idempotency-Key: a\u001bb'],
    ['comes twice', 'Idempotency-Key: a', 'idempotency-key: b'],
    ['comes twice the same', 'Idempotency-Key: a', 'Idempotency-Key: a'],
  ])('that %s is refused', async (_, ...lines) => {
    const answer = await raw(...lines);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    // What is no header at all, Node refuses before it is read.
    const isHttp = !/[\u0000\u001b\u007f]/.test(lines.join());
    expect(answer).toMatch(
      isHttp ? /X-Error-Type: VALIDATION_ERROR/ : /X-Error-Type: (VALIDATION|CLIENT_REQUEST)_ERROR/,
    );
    if (isHttp) expect(answer).toContain('"field":"Idempotency-Key"');
    expect(await countOf(service, tenant, 'customers')).toBe(0);
  });

  it('is refused in the words of each API, and only of those who may write', async () => {
    const key = 'x'.repeat(256);
    const message = 'Idempotency-Key must be 1 to 255 printable ASCII characters, sent once';
    const post = (path: string) => tenant.api.post(path).set('Idempotency-Key', key).send({});
    expect((await post('/customers/').expect(400)).body.error).toMatchObject({ code: 400, messages: [message] });
    expect((await post('/api/v1/campaigns/create').expect(400)).body.errors).toEqual([message]);
    await service.anonymous.post(CUSTOMER).set('Idempotency-Key', key).send({}).expect(401);
    const reader = await service.createTenant({ scopes: ['customers:read'] });
    await reader.api.post(CUSTOMER).set('Idempotency-Key', key).send({}).expect(403);
  });

  it('says until when it is remembered, and is unknown from then on', async () => {
    const key = newKey();
    const started = Math.floor(Date.now() / 1000) * 1000;
    const first = await create(key).expect(200);
    const until = Date.parse(first.headers['idempotency-key-expires'] ?? '');
    expect(until).toBeGreaterThanOrEqual(started + 7 * DAY_MS);
    expect(until).toBeLessThanOrEqual(Date.now() + 7 * DAY_MS);
    await setKeys(service, tenant, `created_at = '${timeOf(Date.now() - 7 * DAY_MS + 60_000)}'`);
    expect(isReplay(await create(key))).toBe(true);
    await setKeys(service, tenant, `created_at = '${timeOf(Date.now() - 7 * DAY_MS - 1)}'`);
    const late = await create(key).expect(200);
    expect([isReplay(late), late.body.payload.customerId === first.body.payload.customerId]).toEqual([false, false]);
    expect(Date.parse(late.headers['idempotency-key-expires'] ?? '')).toBeGreaterThanOrEqual(started + 7 * DAY_MS);
    expect(await countOf(service, tenant, 'idempotency_keys')).toBe(1);
  });

  it('is swept away when its time is over, for bulk calls too, and not before', async () => {
    for (let index = 0; index < 3; index++) await create(newKey());
    await tenant.api
      .post('/customers/bulk/sourceId')
      .set('Idempotency-Key', newKey())
      .send({ customers: [{ source: 's', sourceId: 1, lastName: 'Davis' }] })
      .expect(200);
    await setKeys(service, tenant, `created_at = '${timeOf(Date.now() - 7 * DAY_MS - 1)}'`);
    const young = newKey();
    await create(young);
    await service.app.get(IdempotencySweep).sweep();
    expect(await countOf(service, tenant, 'idempotency_keys')).toBe(1);
    expect(isReplay(await create(young))).toBe(true);
    expect(await countOf(service, tenant, 'bulk_jobs')).toBe(1);
  });

  it('is still known after a restart, with the very same answer; another retention counts from then on', async () => {
    const key = newKey();
    const bulk = (api: Api) =>
      api
        .post('/customers/bulk/sourceId')
        .set('Idempotency-Key', key)
        .send({ customers: [{ source: 's', sourceId: 1, lastName: 'Davis' }] });
    const withoutExpiry = (answer: any) => sameParts(answer).slice(0, -1);
    await onOneDatabase(async (inService) => {
      const { token, answers } = await inService({}, async (first) => {
        const owner = await first.createTenant();
        const given = [await create(key, owner.api), await bulk(owner.api)];
        await setKeys(first, owner, `created_at = '${timeOf(Date.now() - 2 * DAY_MS)}'`);
        return { token: owner.token, answers: given };
      });
      await inService({}, async (second) => {
        const again = [await create(key, second.as(token)), await bulk(second.as(token))];
        expect(again.map(isReplay)).toEqual([true, true]);
        expect(again.map(withoutExpiry)).toEqual(answers.map(withoutExpiry));
      });
      await inService({ IDEMPOTENCY_DAYS: '1' }, async (third) => {
        expect(isReplay(await create(key, third.as(token)))).toBe(false);
      });
    });
  });

  it('keeps answers sealed, and what was sent no easier to guess; both are under the new key after a rotation', async () => {
    const key = newKey();
    const send = (api: Api) =>
      api
        .post('/customers/')
        .set('Idempotency-Key', key)
        .send({ source: 's', sourceId: 1, lastName: 'Davis', ssn: SSN });
    const stored = async ({ app }: RunningService) => {
      const [row] = await app.get(DataSource).query('SELECT * FROM idempotency_keys');
      return row as { fingerprint: string; body: string };
    };
    const envelopes = (keyId: string) => ({
      fingerprint: expect.stringMatching(`^v2\\.${keyId}\\.`),
      body: expect.stringMatching(`^v2\\.${keyId}\\.`),
    });
    await onOneDatabase(async (inService) => {
      const { token, text } = await inService({ ENCRYPTION_KEYS: KEY_1 }, async (first) => {
        const owner = await first.createTenant({ scopes: [...DEFAULT_SCOPES, 'customers:pii'] });
        const answer = await send(owner.api).expect(201);
        expect(answer.body.data.ssn).toBe(SSN);
        expect(await stored(first)).toMatchObject(envelopes('k1'));
        return { token: owner.token, text: answer.text };
      });
      await inService({ ENCRYPTION_KEYS: `${KEY_2},${KEY_1}` }, async (second) => {
        expect(isReplay(await send(second.as(token)))).toBe(true);
        const { resealed } = await second.app.get(KeyRotation).rotate();
        expect(resealed).toMatchObject({ 'idempotency_keys.body': 1, 'customers.ssn': 1 });
        expect((await second.app.get(KeyRotation).rotate()).resealed).toMatchObject({ 'idempotency_keys.body': 0 });
      });
      await inService({ ENCRYPTION_KEYS: KEY_2 }, async (third) => {
        expect(await stored(third)).toMatchObject(envelopes('k2'));
        const again = await send(third.as(token));
        expect([isReplay(again), again.text]).toEqual([true, text]);
      });
    });
  });

  it('never shows the answer of a token that sees more', async () => {
    const { company } = tenant;
    const credentials = service.app.get(CredentialService);
    const scopes = [...DEFAULT_SCOPES, 'customers:pii'] as const;
    const { key: token } = await credentials.createKey(company, 'sees more', scopes);
    await service.as(token).post('/customers/').send({ source: 's', sourceId: 1, lastName: 'Davis', ssn: SSN });
    const key = newKey();
    const change = (api = tenant.api) =>
      api.patch('/customers/sourceId/1').set('Idempotency-Key', key).send({ firstName: 'Miles' });
    expect((await change(service.as(token)).expect(200)).body.data.ssn).toBe(SSN);
    expect((await change().expect(422)).text).not.toContain(SSN);
    expect((await change(service.as(token))).body.data.ssn).toBe(SSN);
  });

  it('does not open where somebody copied it to', async () => {
    const [one, two] = [newKey(), newKey()];
    await create(one);
    await create(two);
    const [row] = await service.app
      .get(DataSource)
      .query('SELECT body FROM idempotency_keys WHERE idempotency_key = ?', [one]);
    await setKeys(service, tenant, `body = '${row.body}'`);
    await create(one).expect(200);
    await create(two).expect(500);
  });
});
