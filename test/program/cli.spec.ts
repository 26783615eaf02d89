import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { DEFAULT_SCOPES, SCOPES } from '../../src/platform/auth/scopes';
import { TokenVerifier } from '../../src/platform/auth/token-verifier';
import { parseEncryptionKeys } from '../../src/platform/config/encryption-keys.validator';
import { createDatabase, describeEachEngine, TestDatabase } from '../support/engines';
import { RunningService, startService } from '../support/service';

const START = join(__dirname, '..', '..', 'scripts', 'start.mjs');
const MINUTES = 60_000;
const MOST_OUTPUT = 16 * 1024 * 1024;
const READ = '/api/v0/customer/search';

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** What the command printed as its result. */
  readonly result: any;
}

/** The one JSON text a command prints; null for anything else. */
function parsed(out: string): unknown {
  try {
    return JSON.parse(out);
  } catch {
    return null;
  }
}

jest.setTimeout(MINUTES);

describe('the command line', () => {
  let database: TestDatabase;
  let service: RunningService;
  let companyId: string;

  /** Runs a command as an operator does; builds first when the build is older than the sources. */
  function cli(parameters: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    const env = { ...process.env, ...database.environment, LOG_LEVEL: 'info', ...environment };
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        [START, 'cli', ...parameters],
        { env, maxBuffer: MOST_OUTPUT },
        (error, out, stderr) => {
          // Said by the starter, not by the command, when a source changed meanwhile.
          const err = stderr.replace(/^Building …\n/, '');
          const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1;
          resolve({ code, out, err, result: code === 0 ? parsed(out) : null });
        },
      );
    });
  }

  async function run(...parameters: string[]): Promise<any> {
    const { code, err, result } = await cli(parameters);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return result;
  }

  beforeAll(async () => {
    database = await createDatabase('sqlite');
    const { code, out } = await cli(['--help']);
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('company') });
    service = await startService('sqlite', { database });
    ({ companyId } = await run('company', 'create', '--name', 'Xylo Traders'));
  }, 3 * MINUTES);
  afterAll(async () => {
    await service.stop();
    await database.remove();
  });

  it('creates companies, also below another', async () => {
    expect(companyId).toMatch(/^CEK[A-Z0-9]{7}$/);
    const child = await run('company', 'create', '--name', 'Xylo South', '--parent', companyId, '--language', 'NL');
    expect(child).toEqual({
      companyId: expect.stringMatching(/^CEK[A-Z0-9]{7}$/),
      name: 'Xylo South',
      parentCompanyId: companyId,
      defaultLanguage: 'nl',
    });
    const { key } = await run('key', 'create', '--company', companyId, '--name', 'parent');
    await service.as(key).post(READ).query({ parentCompanyId: child.companyId }).send({}).expect(200);
  });

  it('creates a key that works at once in the service on the same data, until it is revoked', async () => {
    const scopes = 'customers:read, jobs:read';
    const { keyId, key } = await run('key', 'create', '--company', companyId, '--name', 'ERP', '--scopes', scopes);
    expect(keyId).toMatch(/^key_[0-9a-f]{24}$/);
    await service.as(key).post(READ).send({}).expect(200);
    await service.as(key).post('/api/v0/customer').send({}).expect(403);
    expect(await run('revoke', keyId)).toEqual({ revoked: keyId });
    await sleep(1_000);
    await service.as(key).post(READ).send({}).expect(401);
    const again = await cli(['revoke', keyId]);
    expect(again).toMatchObject({ code: 1, out: '' });
    expect(again.err).toBe(`There is no live key or client ${keyId}; it may be revoked already.\n`);
  });

  it('creates a client that gets its tokens from the service, until it is revoked', async () => {
    const { clientId, clientSecret } = await run('client', 'create', '--company', companyId, '--name', 'CRM');
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    const askToken = () => service.anonymous.post('/oauth/token').type('form').send(form);
    const { body } = await askToken().expect(200);
    expect(body.scope.split(' ')).toEqual([...DEFAULT_SCOPES]);
    await service.as(body.access_token).post(READ).send({}).expect(200);
    await run('revoke', clientId);
    await sleep(1_000);
    await service.as(body.access_token).post(READ).send({}).expect(401);
    await askToken().expect(401);
  });

  it('gives customers:pii to a key or client for which it is named, and to no other', async () => {
    const make = (kind: string, ...more: string[]) =>
      run(kind, 'create', '--company', companyId, '--name', 'scopes', ...more);
    const askPii = async (parameters: readonly string[]) => {
      const { clientId, clientSecret } = await make('client', ...parameters);
      const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
      const { status } = await service.anonymous
        .post('/oauth/token')
        .type('form')
        .send({ ...form, scope: 'customers:pii' });
      return status;
    };
    expect(await askPii([])).toBe(400);
    expect(await askPii(['--scopes', 'customers:read customers:pii'])).toBe(200);
    const scopesOf = async (token: string) => [...((await service.app.get(TokenVerifier).verify(token))?.scopes ?? [])];
    expect(await scopesOf((await make('key')).key)).toEqual([...DEFAULT_SCOPES]);
    expect(await scopesOf((await make('key', '--scopes', 'customers:pii')).key)).toEqual(['customers:pii']);
  });

  it('makes keys of encrypted fields, each another one, whatever the configuration is', async () => {
    const entries: string[] = [];
    for (let count = 0; count < 2; count++) {
      const { code, err, result } = await cli(['keys', 'generate'], { ENCRYPTION_KEYS: 'nonsense' });
      expect({ code, err }).toEqual({ code: 0, err: '' });
      entries.push(result['ENCRYPTION_KEYS entry']);
    }
    const [one, other] = parseEncryptionKeys(entries.join());
    expect(one?.id).toMatch(/^k-\d{8}-[0-9a-f]{6}$/);
    expect(one?.key).toHaveLength(32);
    expect(other?.key).not.toEqual(one?.key);
  });

  it('checks and lists the audit trail, and says with its exit code when something is wrong', async () => {
    const created = await run('key', 'create', '--company', companyId, '--name', 'audited');
    expect(await run('audit', 'verify')).toMatchObject({ intact: true, faults: [] });
    // One JSON text per line.
    const { out } = await cli(['audit', 'list', '--action', 'key.created', '--company', companyId]);
    const entries = out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
    expect(entries.at(-1)).toMatchObject({
      subject: created.keyId,
      actor: 'operator',
      fieldNames: [...DEFAULT_SCOPES],
    });
    await service.app.get(DataSource).query("UPDATE audit_entries SET actor = 'nobody' WHERE sequence_no = 1");
    const changed = await cli(['audit', 'verify']);
    expect([changed.code, JSON.parse(changed.out)]).toEqual([
      2,
      expect.objectContaining({ intact: false, faults: [expect.objectContaining({ sequenceNo: 1 })] }),
    ]);
    await service.app.get(DataSource).query("UPDATE audit_entries SET actor = 'operator' WHERE sequence_no = 1");
  });

  describeEachEngine('on keys of encrypted fields,', (engine) => {
    const key = (byte: number) => Buffer.alloc(32, byte).toString('base64');
    let other: TestDatabase;
    beforeAll(async () => {
      other = await createDatabase(engine);
    });
    afterAll(() => other.remove());

    const onKeys = (parameters: readonly string[], environment: Record<string, string>) =>
      cli(['keys', ...parameters], { ...other.environment, ...environment });

    it('lists them, rotates them and those of the indexes, and says of a wrong one what to do', async () => {
      const secret = { APP_SECRET: 'Zk3vQ9pX7wLr2Tn8Yb5Hc1Jd6Mf4Gs0A' };
      const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
      const index = { id: 'blind-index', createdAt: time, retiredAt: null, current: true };
      const { result: first } = await onKeys(['list'], secret);
      expect(first).toEqual([{ id: 'app', createdAt: time, retiredAt: null, current: true }, index]);

      const keys = { ...secret, ENCRYPTION_KEYS: `k1:${key(1)}` };
      const { result: rotated } = await onKeys(['rotate'], keys);
      expect(rotated).toEqual({ resealed: expect.any(Object), retired: ['app'] });
      const list = await onKeys(['list'], keys);
      expect(list.result).toEqual([
        { id: 'app', createdAt: time, retiredAt: time, current: false },
        index,
        { id: 'k1', createdAt: time, retiredAt: null, current: true },
      ]);
      expect(list.out).not.toContain(key(1));

      const refused = await onKeys(['list'], { ENCRYPTION_KEYS: `k1:${key(2)}`, BLIND_INDEX_KEY: key(3) });
      expect(refused).toMatchObject({ code: 1, out: '' });
      expect(refused.err.split('\n')).toEqual([
        'The configuration has faults:',
        expect.stringMatching(/^ {2}- ENCRYPTION_KEYS: holds another key under the id k1 .*: npm run cli -- keys gen/),
        expect.stringMatching(/^ {2}- BLIND_INDEX_KEY: gives another key .*: npm run cli -- keys rotate --index$/),
        expect.stringMatching(/^ {2}- APP_SECRET: gives another key than the one the audit trail .* printed under it$/),
        '',
      ]);
      const replaced = { ...keys, BLIND_INDEX_KEY: key(3) };
      const { result: reindexed } = await onKeys(['rotate', '--index'], replaced);
      expect(reindexed).toEqual({ reindexed: expect.any(Object) });
      expect(await onKeys(['list'], replaced)).toMatchObject({ code: 0, result: list.result });
    });
  });

  it.each([
    [
      'an unknown scope',
      ['key', 'create', '--company', 'CEK0000000', '--name', 'x', '--scopes', 'customers:read,customers:reed,all'],
      `Unknown scopes: customers:reed, all. Known are: ${SCOPES.join(', ')}.\n`,
    ],
    [
      'an unknown company',
      ['key', 'create', '--company', 'CEK0000000', '--name', 'x'],
      'There is no company CEK0000000.\n',
    ],
    [
      'an unknown parent',
      ['company', 'create', '--name', 'x', '--parent', 'CEK0000000'],
      'There is no company CEK0000000.\n',
    ],
    ['a missing option', ['company', 'create'], "error: required option '--name <name>' not specified\n"],
  ])('answers %s with a sentence and code 1', async (_, parameters, sentence) => {
    expect(await cli(parameters)).toMatchObject({ code: 1, out: '', err: sentence });
  });

  it('refuses production without a secret, listing every fault, before it touches anything', async () => {
    const empty = await createDatabase('sqlite');
    const environment = { ...empty.environment, NODE_ENV: 'production', DEMO_DATA: 'true', PORT: '-1' };
    const { code, out, err } = await cli(['company', 'create', '--name', 'x'], environment);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err.split('\n')).toEqual([
      'The configuration has faults:',
      '  - PORT: must not be less than 0',
      '  - APP_SECRET: is required in production; make one with: openssl rand -base64 48',
      '  - DEMO_DATA: must not be true in production; leave it out',
      '',
    ]);
    expect(readdirSync(empty.dataDir)).toEqual([]);
    await empty.remove();
  });

  it('prints the OpenAPI document, with the routes of the service', async () => {
    const document = await run('openapi');
    expect(document.openapi).toMatch(/^3\./);
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/oauth/token', '/api/v0/customer/{customerId}']),
    );
  });

  it('migrates an empty database, which only its user may read', async () => {
    const empty = await createDatabase('sqlite');
    const { code, result } = await cli(['migrate'], empty.environment);
    expect({ code, result }).toEqual({ code: 0, result: { migrated: true } });
    expect(statSync(join(empty.dataDir, 'rollbook.sqlite')).mode & 0o077).toBe(0);
    await empty.remove();
  });
});
