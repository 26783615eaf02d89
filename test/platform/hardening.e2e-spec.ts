import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { request as sendRequest } from 'node:http';
import { join } from 'node:path';
import { openDatabase } from '../support/data-source';
import { RunningService, startService } from '../support/service';

const SRC = join(__dirname, '..', '..', 'src');
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path: path.replaceAll('\\', '/'), text: readFileSync(join(SRC, path), 'utf8') }));

/** Files of the sources in which a pattern is found. */
const filesWith = (pattern: RegExp) => sources.filter(({ text }) => pattern.test(text)).map(({ path }) => path);

/** Sends any method and gives status, headers and text of the answer. */
function send(baseUrl: string, method: string, path: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
    const call = sendRequest(`${baseUrl}${path}`, { method, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    call.once('error', reject);
    call.end();
  });
}

describe('a service in production', () => {
  let service: RunningService;
  beforeAll(async () => {
    const environment = { NODE_ENV: 'production', APP_SECRET: randomBytes(48).toString('base64') };
    service = await startService('sqlite', { environment });
  });
  afterAll(() => service.stop());

  it.each(['/docs', '/docs/', '/docs-json', '/docs-yaml', '/docs/swagger-ui-bundle.js', '/metrics'])(
    'does not show %s',
    async (path) => {
      const { status, headers, body } = await service.anonymous.get(path);
      expect([status, headers['x-error-type'], body.response_code]).toEqual([404, 'RECORD_NOT_FOUND', 404]);
    },
  );

  it('tells with every answer what browsers must not do, under a request id, and nothing of what it is made of', async () => {
    const answers = [
      await service.anonymous.get('/health/live').expect(200),
      await service.anonymous.get('/api/v0/customer/KC00000000000000').expect(401),
      await service.anonymous.get('/customers/id/1').expect(401),
      await service.anonymous.get('/nowhere').expect(404),
      await service.anonymous.post('/oauth/token').send('x').expect(400),
      await service.anonymous.delete('/health/live').expect(405),
    ];
    for (const { headers, text } of answers) {
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers).not.toHaveProperty('server');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['x-frame-options']).toBe('SAMEORIGIN');
      expect(headers['content-security-policy']).toMatch(/default-src 'self'/);
      expect(headers['strict-transport-security']).toMatch(/max-age=\d{7,}/);
      expect(headers['x-request-id']).toMatch(/^[A-Za-z0-9_.:-]{1,128}$/);
      expect(text).not.toMatch(/express|nestjs|node_modules|typeorm|\bat .*\.js:\d+/i);
    }
  });

  it.each(['TRACE', 'OPTIONS', 'PUT', 'PROPFIND', 'LINK'])(
    'does not take %s where it has no such route',
    async (method) => {
      const secret = 'rbk_canary';
      const { status, headers, text } = await send(service.baseUrl, method, '/health/live', {
        authorization: `Bearer ${secret}`,
      });
      expect([status, headers['allow'], headers['x-error-type']]).toEqual([405, 'GET', 'CLIENT_REQUEST_ERROR']);
      expect(text).not.toContain(secret);
    },
  );

  it('waits for nobody without end', () => {
    const server = service.app.getHttpServer();
    expect([server.headersTimeout, server.requestTimeout, server.keepAliveTimeout]).toEqual([15_000, 300_000, 65_000]);
  });
});

describe('connections to a server', () => {
  const onServer = (process.env['TEST_DATABASE_URL'] ?? '') === '' ? it.skip : it;
  onServer('take objects for values and one statement at a time, and send no file of theirs', async () => {
    const { dataSource, remove } = await openDatabase('mariadb');
    try {
      expect(dataSource.options).toMatchObject({ extra: { stringifyObjects: true } });
      await expect(dataSource.query('SELECT 1; SELECT 2')).rejects.toThrow(/syntax/);
      await dataSource.query('CREATE TABLE taken (line TEXT)');
      // A server of MariaDB allows it, unless told otherwise: it is the client that does not.
      await expect(dataSource.query("LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE taken")).rejects.toThrow();
      expect(await dataSource.query('SELECT * FROM taken')).toEqual([]);
      const [row] = await dataSource.query('SELECT ? AS text', [{ x: "' OR 1=1" }]);
      expect(row.text).toBe('[object Object]');
    } finally {
      await remove();
    }
  });
});

describe('the sources', () => {
  it('call nobody: they use no client of any protocol', () => {
    expect(
      filesWith(/\bfetch\(|\bhttps?\.(request|get)\(|\bnet\.(connect|createConnection)\(|\bnew WebSocket\(/),
    ).toEqual([]);
    const packages = /from '(node:(https|dns|dgram|tls|http2)|axios|undici|got|node-fetch|superagent|nodemailer|ws)'/;
    expect(filesWith(packages)).toEqual([]);
    const ofHttp = filesWith(/^import (?!type)[^;]*from 'node:http'/m);
    expect(ofHttp.filter((path) => !path.startsWith('platform/'))).toEqual([]);
  });

  it('receive forms in one place', () => {
    expect(filesWith(/from '(multer|busboy|formidable|@fastify\/busboy)'/).sort()).toEqual([
      'bulk/files/upload.receiver.ts',
      'platform/errors/to-app-error.ts',
    ]);
    expect(filesWith(/Files?Interceptor/)).toEqual([]);
  });

  it('run no text as code, and start no program', () => {
    expect(filesWith(/\beval\(|new Function\(|node:vm'|node:child_process'/)).toEqual([]);
  });

  it('join no text of others into SQL: what stands in a statement beside placeholders is a name of ours', () => {
    expect(filesWith(/multipleStatements|LOAD DATA/i)).toEqual([]);
  });
});
