import 'reflect-metadata';
import { AppConfig } from '../../src/platform/config/app-config';
import { AppKeys } from '../../src/platform/config/app-keys';
import { parseEncryptionKeys } from '../../src/platform/config/encryption-keys.validator';
import { ConfigError, environmentName, loadConfig } from '../../src/platform/config/load-config';
import { newKeyEntry } from '../../src/platform/encryption/new-key';

const STRONG = 'Zk3vQ9pX7wLr2Tn8Yb5Hc1Jd6Mf4Gs0A';
const [KEY, OTHER_KEY] = [
  'pX7wLr2Tn8Yb5Hc1Jd6Mf4Gs0AZk3vQ9pX7wLr2Tn8Y=',
  'Jd6Mf4Gs0AZk3vQ9pX7wLr2Tn8Yb5Hc1Jd6Mf4Gs0AY=',
];
const ENTRY_WORDS =
  'must be <id>:<key>, the id 1 to 20 characters of a-z, 0-9 and -, the key 32 random bytes in base64; make one with: npm run cli -- keys generate';

function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    loadConfig(environment);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).faults;
  }
}

describe('the configuration', () => {
  it('needs nothing: a service for one machine comes from an empty environment', () => {
    expect({ ...loadConfig({}) }).toEqual({
      nodeEnv: 'development',
      port: 3000,
      host: '127.0.0.1',
      dataDir: './data',
      migrateOnStart: true,
      databasePoolSize: 10,
      databaseTimeoutSeconds: 30,
      tokenTtlSeconds: 1800,
      linkTtlSeconds: 86_400,
      maxUploadBytes: 268_435_456,
      maxJsonBytes: 33_554_432,
      maxRows: 1_048_576,
      readTimeoutSeconds: 300,
      readMemoryMb: 128,
      concurrentJobs: 4,
      ratePerToken: 0,
      ratePerCompany: 0,
      failedLoginsPerMinute: 60,
      largeBodies: 8,
      receiveTimeoutSeconds: 300,
      jobsPerCompany: 100,
      storedMbPerCompany: 0,
      jobWaitSeconds: 120,
      listedRows: 100,
      idempotencyDays: 7,
      resultDays: 30,
      logLevel: 'info',
      demoData: true,
    });
    expect(loadConfig({}).isProduction).toBe(false);
  });

  it.each(['?tenant=1', '#top', '/path?tenant=1'])('refuses an address for links that ends in %s', (end) => {
    expect(faultsOf({ PUBLIC_URL: `https://api.example.com${end}` })).toEqual([
      expect.stringMatching(/^PUBLIC_URL: .*without anything behind it$/),
    ]);
  });

  it('refuses an address for links with a user or password in it, without saying which', () => {
    const [fault] = faultsOf({ PUBLIC_URL: 'https://somebody:hidden@api.example.com' });
    expect(fault).toMatch(/^PUBLIC_URL: /);
    expect(fault).not.toContain('hidden');
  });

  it('takes an empty variable for one that is not there', () => {
    const names = Object.keys(new AppConfig())
      .concat('databaseUrl', 'databaseCa', 'publicUrl', 'appSecret', 'encryptionKeys', 'blindIndexKey')
      .concat('metricsToken', 'auditKey', 'trustProxy')
      .map(environmentName);
    const empty = Object.fromEntries(names.map((name) => [name, '']));
    expect(loadConfig(empty)).toEqual(loadConfig({}));
  });

  it('reads every setting, in its type', () => {
    const config = loadConfig({
      NODE_ENV: 'test',
      PORT: '0',
      HOST: '0.0.0.0',
      DATA_DIR: '/var/lib/rollbook',
      DATABASE_URL: 'mariadb://user:p%40ss@db:3307/rollbook',
      DATABASE_CA: 'system',
      MIGRATE_ON_START: 'false',
      DATABASE_POOL_SIZE: '50',
      METRICS_TOKEN: STRONG,
      DATABASE_TIMEOUT_SECONDS: '5',
      PUBLIC_URL: 'https://rollbook.example.com',
      APP_SECRET: STRONG,
      ENCRYPTION_KEYS: `k-2:${KEY},k-1:${OTHER_KEY}`,
      BLIND_INDEX_KEY: KEY,
      AUDIT_KEY: KEY,
      TOKEN_TTL_SECONDS: '60',
      LINK_TTL_SECONDS: '3600',
      MAX_UPLOAD_BYTES: '1048576',
      MAX_JSON_BYTES: '2097152',
      MAX_ROWS: '1',
      READ_TIMEOUT_SECONDS: '1',
      READ_MEMORY_MB: '32',
      CONCURRENT_JOBS: '1',
      RATE_PER_TOKEN: '6000',
      RATE_PER_COMPANY: '12000',
      FAILED_LOGINS_PER_MINUTE: '0',
      TRUST_PROXY: 'loopback, 10.0.0.0/8, fd00::1',
      LARGE_BODIES: '0',
      RECEIVE_TIMEOUT_SECONDS: '15',
      JOBS_PER_COMPANY: '1',
      STORED_MB_PER_COMPANY: '1000000000',
      JOB_WAIT_SECONDS: '0',
      LISTED_ROWS: '0',
      IDEMPOTENCY_DAYS: '365',
      RESULT_DAYS: '3650',
      LOG_LEVEL: 'silent',
      DEMO_DATA: 'false',
    });
    expect({ ...config }).toEqual({
      nodeEnv: 'test',
      port: 0,
      host: '0.0.0.0',
      dataDir: '/var/lib/rollbook',
      databaseUrl: 'mariadb://user:p%40ss@db:3307/rollbook',
      databaseCa: 'system',
      migrateOnStart: false,
      databasePoolSize: 50,
      metricsToken: STRONG,
      databaseTimeoutSeconds: 5,
      publicUrl: 'https://rollbook.example.com',
      appSecret: STRONG,
      encryptionKeys: `k-2:${KEY},k-1:${OTHER_KEY}`,
      blindIndexKey: KEY,
      auditKey: KEY,
      tokenTtlSeconds: 60,
      linkTtlSeconds: 3600,
      maxUploadBytes: 1_048_576,
      maxJsonBytes: 2_097_152,
      maxRows: 1,
      readTimeoutSeconds: 1,
      readMemoryMb: 32,
      concurrentJobs: 1,
      ratePerToken: 6_000,
      ratePerCompany: 12_000,
      failedLoginsPerMinute: 0,
      trustProxy: 'loopback, 10.0.0.0/8, fd00::1',
      largeBodies: 0,
      receiveTimeoutSeconds: 15,
      jobsPerCompany: 1,
      storedMbPerCompany: 1_000_000_000,
      jobWaitSeconds: 0,
      listedRows: 0,
      idempotencyDays: 365,
      resultDays: 3650,
      logLevel: 'silent',
      demoData: false,
    });
  });

  it('is refused with all its faults at once, each with what to do', () => {
    const faults = faultsOf({
      NODE_ENV: 'prod',
      PORT: '70000',
      DATABASE_URL: 'postgres://db/rollbook',
      DATABASE_POOL_SIZE: '1',
      DATABASE_TIMEOUT_SECONDS: '0',
      PUBLIC_URL: 'rollbook',
      APP_SECRET: 'short',
      ENCRYPTION_KEYS: KEY,
      BLIND_INDEX_KEY: STRONG,
      TOKEN_TTL_SECONDS: '59',
      LINK_TTL_SECONDS: '2592001',
      MAX_UPLOAD_BYTES: '1',
      MAX_JSON_BYTES: '1048575',
      MAX_ROWS: '0',
      RATE_PER_TOKEN: '-1',
      RATE_PER_COMPANY: 'many',
      FAILED_LOGINS_PER_MINUTE: '1.5',
      TRUST_PROXY: 'true',
      LARGE_BODIES: '10001',
      RECEIVE_TIMEOUT_SECONDS: '14',
      JOBS_PER_COMPANY: '-1',
      STORED_MB_PER_COMPANY: '-1',
      LISTED_ROWS: '10001',
      IDEMPOTENCY_DAYS: '0',
      RESULT_DAYS: '3651',
      LOG_LEVEL: 'loud',
      DEMO_DATA: 'yes',
    });
    expect([...faults].sort()).toEqual([
      'APP_SECRET: must be a random text of at least 32 characters, not an example; make one with: openssl rand -base64 48',
      'BLIND_INDEX_KEY: must be 32 random bytes in base64; make them with: openssl rand -base64 32',
      'DATABASE_POOL_SIZE: must not be less than 2',
      'DATABASE_TIMEOUT_SECONDS: must not be less than 1',
      'DATABASE_URL: must look like mysql://user:password@host:3306/database or mariadb://…, without anything behind it; for TLS set DATABASE_CA',
      'DEMO_DATA: must be a boolean value',
      `ENCRYPTION_KEYS: entry 1 ${ENTRY_WORDS}`,
      'FAILED_LOGINS_PER_MINUTE: must be an integer number',
      'IDEMPOTENCY_DAYS: must not be less than 1',
      'JOBS_PER_COMPANY: must not be less than 0',
      'LARGE_BODIES: must not be greater than 10000',
      'LINK_TTL_SECONDS: must not be greater than 2592000',
      'LISTED_ROWS: must not be greater than 10000',
      'LOG_LEVEL: must be one of the following values: fatal, error, warn, info, debug, trace, silent',
      'MAX_JSON_BYTES: must not be less than 1048576',
      'MAX_ROWS: must not be less than 1',
      'MAX_UPLOAD_BYTES: must not be less than 1024',
      'NODE_ENV: must be one of the following values: development, test, production',
      'PORT: must not be greater than 65535',
      'PUBLIC_URL: must look like https://api.example.com or https://example.com/path, without anything behind it',
      'RATE_PER_COMPANY: must be an integer number',
      'RATE_PER_COMPANY: must not be greater than 10000000',
      'RATE_PER_COMPANY: must not be less than 0',
      'RATE_PER_TOKEN: must not be less than 0',
      'RECEIVE_TIMEOUT_SECONDS: must not be less than 15',
      'RESULT_DAYS: must not be greater than 3650',
      'STORED_MB_PER_COMPANY: must not be less than 0',
      'TOKEN_TTL_SECONDS: must not be less than 60',
      'TRUST_PROXY: must be the number of proxies in front (1 to 32), or their addresses and networks, such as 10.0.0.0/8 or loopback, with commas between',
    ]);
  });

  it('says its faults in one message, one line each, without the values', () => {
    const secret = 'my-own-password';
    const error = new ConfigError(faultsOf({ PORT: 'x', APP_SECRET: secret, DATABASE_URL: `http://u:${secret}@h/d` }));
    expect(error.message).toMatch(/^The configuration has faults:\n {2}- /);
    expect(error.message.split('\n')).toHaveLength(error.faults.length + 1);
    expect(error.message).not.toContain(secret);
  });

  it.each(['1', '32', 'loopback', '127.0.0.1', '10.0.0.0/8,fd00::/8', '::1/128', 'uniquelocal, linklocal'])(
    'takes %s for the proxies it trusts',
    (proxies) => expect(faultsOf({ TRUST_PROXY: proxies })).toEqual([]),
  );

  it.each([
    'true',
    '*',
    '0',
    '33',
    '-1',
    '10.0.0.0/33',
    '::1/129',
    '10.0.0.0/8/8',
    '10.0.0',
    'proxy.example',
    'a,',
    ',',
  ])('does not take %s for proxies: nobody is trusted by mistake', (proxies) =>
    expect(faultsOf({ TRUST_PROXY: proxies })).toEqual([expect.stringMatching(/^TRUST_PROXY: must be /)]),
  );

  it.each(['abc', '1.5', '-1', '0x', 'NaN', 'Infinity', '3000;'])(
    'takes no port for a number it is not: %s',
    (port) => {
      expect(faultsOf({ PORT: port }).every((fault) => fault.startsWith('PORT: '))).toBe(true);
      expect(faultsOf({ PORT: port })).not.toEqual([]);
    },
  );
});

describe('keys of encrypted fields', () => {
  const faultOf = (text: string) => faultsOf({ ENCRYPTION_KEYS: text }).join();

  it('are read in their order', () => {
    const bytes = (key: string) => Buffer.from(key, 'base64');
    expect(parseEncryptionKeys(`k-2:${KEY},${'k'.repeat(20)}:${OTHER_KEY}`)).toEqual([
      { id: 'k-2', key: bytes(KEY) },
      { id: 'k'.repeat(20), key: bytes(OTHER_KEY) },
    ]);
    expect(parseEncryptionKeys(newKeyEntry())).toEqual([
      { id: expect.stringMatching(/^k-\d{8}-[0-9a-f]{6}$/), key: expect.objectContaining({ length: 32 }) },
    ]);
    expect(faultOf(`${newKeyEntry()},${newKeyEntry()}`)).toBe('');
  });

  it.each([
    ['no id', `:${KEY}`],
    ['an id with capitals', `K1:${KEY}`],
    ['an id of 21 characters', `${'k'.repeat(21)}:${KEY}`],
    ['a key of 31 bytes', `k2:${Buffer.alloc(31, 7).toString('base64')}`],
    ['a key of 33 bytes', `k2:${Buffer.alloc(33, 7).toString('base64')}`],
    ['a key in hex', `k2:${Buffer.alloc(32, 7).toString('hex')}`],
    ['a key without its =', `k2:${KEY.slice(0, -1)}`],
    ['a key with a spare bit', `k2:${KEY.replace('Y=', 'Z=')}`],
    ['a blank before it', ` k2:${KEY}`],
    ['key and id exchanged', `${KEY}:k2`],
    ['nothing in it', ''],
  ])('are refused when one has %s, by its place', (_, entry) => {
    expect(faultOf(`k1:${OTHER_KEY},${entry}`)).toBe(`ENCRYPTION_KEYS: entry 2 ${ENTRY_WORDS}`);
  });

  it('are refused when two have one id, or one has an id of the service', () => {
    expect(faultOf(`k1:${KEY},k2:${KEY},k1:${OTHER_KEY}`)).toBe(
      'ENCRYPTION_KEYS: entries 1 and 3 must not have the same id; make a key with one of its own: npm run cli -- keys generate',
    );
    for (const id of ['app', 'blind-index']) {
      expect(faultOf(`k1:${KEY},${id}:${OTHER_KEY}`)).toBe(
        'ENCRYPTION_KEYS: entry 2 must have another id: app and blind-index are taken by the service',
      );
    }
  });

  it.each(['', 'k1:', 'k1:k1:', 'K1:', 'app:', ','])('never stand in a message, with "%s" before them', (prefix) => {
    const faults = faultsOf({ ENCRYPTION_KEYS: `${prefix}${KEY},${KEY}`, BLIND_INDEX_KEY: `${prefix}x${KEY}` });
    expect(faults).toHaveLength(2);
    expect(faults.join()).not.toContain(KEY.slice(0, 8));
  });
});

describe('in production', () => {
  const production = (changes: Record<string, string> = {}) => faultsOf({ NODE_ENV: 'production', ...changes });

  it('the service starts with a strong secret, without demo data', () => {
    const config = loadConfig({ NODE_ENV: 'production', APP_SECRET: STRONG });
    expect(config).toMatchObject({ isProduction: true, demoData: false });
  });

  it('a missing secret is refused, with the command that makes one', () => {
    expect(production()).toEqual(['APP_SECRET: is required in production; make one with: openssl rand -base64 48']);
  });

  it.each([
    ['short', 'Zk3vQ9pX7wLr2Tn8Yb5Hc1Jd6Mf4Gs0'],
    ['of one letter', 'a'.repeat(64)],
    ['of nine different letters', 'abcdefghi'.repeat(8).replace('abcdefgh', 'aacdefgh')],
    ['copied from an example', `change-me-${STRONG}`],
    ['copied from an example', `${STRONG}-CHANGEME`],
    ['copied from an example', `my_secret_${STRONG}`],
    ['a password', `Password1-${STRONG}`],
    ['counted up', `12345678${STRONG}`],
  ])('a secret is refused that is %s', (_, appSecret) => {
    expect(production({ APP_SECRET: appSecret })).toEqual([expect.stringMatching(/^APP_SECRET: .*openssl rand/)]);
  });

  it('demo data is refused, together with every other fault', () => {
    expect(production({ DEMO_DATA: 'true', PORT: '-1' })).toEqual([
      'PORT: must not be less than 0',
      'APP_SECRET: is required in production; make one with: openssl rand -base64 48',
      'DEMO_DATA: must not be true in production; leave it out',
    ]);
  });
});

describe('the keys', () => {
  it('follow from the secret, one per purpose', () => {
    const [one, again, other] = [new AppKeys(STRONG), new AppKeys(STRONG), new AppKeys(`${STRONG}x`)];
    expect(one).toEqual(again);
    expect(one.accessToken).toHaveLength(32);
    const all = Object.values(one as object).map((key: Buffer) => key.toString('hex'));
    expect(all).toHaveLength(5);
    expect(new Set(all).size).toBe(5);
    expect(one.accessToken.equals(other.accessToken)).toBe(false);
  });
});
