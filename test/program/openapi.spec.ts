import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnitOfWork } from '../../src/platform/database/unit-of-work';
import { ERROR_TYPES } from '../../src/platform/errors/error-type';
import { StoredAnswers } from '../../src/platform/idempotency/stored-answers';
import { RunningService, startService } from '../support/service';
import { examplePath, METHODS, Operation, printDocument, ROOT } from './openapi-document';
import { everyNode, resolveRef, schemaFaults, valuesOf } from './schema-check';

/** Error body of the operations of a path. */
function errorModelOf(path: string, status: string): string {
  if (path.startsWith('/customers')) return 'CommerceError';
  if (path.startsWith('/api/v1')) {
    return { '400': 'CampaignValidationError', '403': 'CampaignRefusal' }[status] ?? 'CampaignError';
  }
  return path.startsWith('/oauth') ? 'OAuthError' : 'ReceivablesError';
}

/** Errors of operations that take no token of a company. */
const FEWER_ERRORS: Readonly<Record<string, readonly string[]>> = {
  '/oauth/token': ['400', '401', '429', '503'],
  '/metrics': ['401', '404', '429'],
};

/** True for an operation that needs a scope to change something. */
const isWrite = ({ security }: any): boolean => /:write"/.test(JSON.stringify(security));

describe('OpenAPI document', () => {
  let document: any;
  let operations: Operation[];
  let service: RunningService;

  beforeAll(async () => {
    ({ document, operations } = await printDocument());
    service = await startService('sqlite', { environment: { METRICS_TOKEN: randomBytes(32).toString('base64url') } });
  }, 180_000);

  afterAll(() => service.stop());

  it('has exactly the routes of the running service', () => {
    const layers = (service.app.getHttpAdapter().getInstance() as any).router.stack as any[];
    const routes = layers
      .filter(({ route }) => route !== undefined && !/^\/docs|^\/?\*|^\/\{/.test(route.path))
      .flatMap(({ route }) =>
        METHODS.filter((method) => route.methods[method] === true && Object.keys(route.methods).length < 9).map(
          (method) => `${method.toUpperCase()} ${route.path.replace(/:(\w+)/g, '{$1}')}`,
        ),
      );
    // Stands in the document once per importer of an extension; here there is none.
    const ofService = routes.filter((name) => !name.includes('/bulk/{area}.{name}'));
    expect(ofService).toHaveLength(routes.length - 2);
    expect(operations.map(({ name }) => name).sort()).toEqual([...new Set(ofService)].sort());
  });

  it('describes every operation: summary, known tag, unique readable id, parameters', () => {
    const tags = document.tags.map((tag: any) => tag.name);
    for (const { name, path, operation } of operations) {
      expect([name, operation.summary]).toEqual([name, expect.stringMatching(/^[A-Z].{5,150}\.$/)]);
      expect([name, tags]).toEqual([name, expect.arrayContaining(operation.tags)]);
      expect(operation.operationId).toMatch(/^[a-z][A-Za-z]{3,30}$/);
      const inPath = operation.parameters.filter((parameter: any) => parameter.in === 'path');
      expect(inPath.map((parameter: any) => parameter.name)).toEqual(
        [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter),
      );
      for (const parameter of operation.parameters) {
        const { schema, description } = parameter;
        expect([name, parameter.name, description]).toEqual([name, parameter.name, expect.stringMatching(/.{10,}/)]);
        const limited =
          schema.type === 'boolean' || ['pattern', 'enum', 'maxLength', 'maximum'].some((member) => member in schema);
        expect([name, parameter.name, limited]).toEqual([name, parameter.name, true]);
        // Swagger UI sends an example as if the reader had typed it; an optional one would narrow the call unasked.
        const isShown = 'example' in schema;
        expect([name, parameter.name, isShown]).toEqual([name, parameter.name, parameter.required]);
      }
    }
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('says of every property what it is', () => {
    for (const [name, schema] of Object.entries<any>(document.components.schemas)) {
      expect([name, Object.keys(schema.properties).length > 0]).toEqual([name, true]);
      for (const [property, shape] of Object.entries<any>(schema.properties)) {
        const isTyped = ['type', '$ref', 'anyOf', 'oneOf', 'allOf'].some((member) => member in shape);
        const isVague = shape.type === 'object' && !('properties' in shape || 'additionalProperties' in shape);
        const isLoose = shape.type === 'number' && property !== 'total_amount';
        expect([name, property, isTyped, isVague, isLoose]).toEqual([name, property, true, false, false]);
      }
    }
    expect(document.components.schemas.ErrorResponse.properties.errorType.enum.toSorted()).toEqual([...ERROR_TYPES]);
  });

  it('resolves every reference and shows an example of every answer, true to its schema', () => {
    everyNode(document, (node) => {
      if (typeof node.$ref === 'string') resolveRef(document, node.$ref);
    });
    for (const { name, operation } of operations) {
      const parts = [
        ...Object.entries<any>(operation.requestBody?.content ?? {}).map(([type, media]) => [`body ${type}`, media]),
        ...Object.entries<any>(operation.responses).flatMap(([status, { content }]) =>
          // Only 204 says nothing.
          Object.entries<any>(status === '204' ? {} : content).map(([type, media]) => [`${status} ${type}`, media]),
        ),
      ];
      for (const [where, media] of parts) {
        for (const value of valuesOf(media)) {
          expect([name, where, schemaFaults(document, media.schema, value)]).toEqual([name, where, []]);
        }
        const isFile = /multipart|spreadsheet/.test(where);
        const isShown = valuesOf(media).length > 0 || media.schema.$ref !== undefined || isFile;
        expect([name, where, isShown]).toEqual([name, where, true]);
      }
    }
    for (const [name, schema] of Object.entries<any>(document.components.schemas)) {
      for (const [property, shape] of Object.entries<any>(schema.properties)) {
        if (shape.example === undefined) continue;
        expect([name, property, schemaFaults(document, shape, shape.example)]).toEqual([name, property, []]);
      }
    }
  });

  it('finds faults of an example', () => {
    const media = document.paths['/api/v0/customer'].post.responses['200'].content['application/json'];
    const [value] = valuesOf(media) as any[];
    const broken = { ...value, payload: { ...value.payload, version: 1.5, status: 'GONE', legalName: null, more: 1 } };
    expect(schemaFaults(document, media.schema, broken)).toEqual([
      '$.payload.legalName is no string',
      '$.payload.status is none of ACTIVE, INACTIVE',
      '$.payload.version is no integer',
      '$.payload.more is not in the schema',
    ]);
  });

  it('documents the error body of the family and the headers of every error', () => {
    for (const { name, path, operation } of operations) {
      const errors = Object.entries<any>(operation.responses).filter(([status]) => Number(status) >= 400);
      // Without a token and without a database there is no 401, 403 or 503.
      const isOpen = /^\/(health|errors)/.test(path);
      const wanted = isOpen ? [] : (FEWER_ERRORS[path] ?? ['400', '401', '403', '429', '500', '503']);
      expect([name, errors.map(([status]) => status)]).toEqual([name, expect.arrayContaining(wanted)]);
      for (const [status, { content, headers }] of errors) {
        expect(content['application/json'].schema.$ref).toBe(`#/components/schemas/${errorModelOf(path, status)}`);
        for (const value of valuesOf(content['application/json']) as any[]) {
          // The campaign API does not repeat the status in the body.
          const told = value.response_code ?? value.error?.status ?? Number(status);
          expect([name, told]).toEqual([name, Number(status)]);
        }
        expect(Object.keys(headers)).toEqual(expect.arrayContaining(['X-Request-Id', 'X-Error-Type']));
        expect([name, 'WWW-Authenticate' in headers]).toEqual([name, status === '401']);
        const isLater = status === '429' || status === '503' || (status === '409' && isWrite(operation));
        expect([name, status, 'Retry-After' in headers]).toEqual([name, status, isLater]);
      }
    }
    const shapes = [
      'ReceivablesError',
      'OAuthError',
      'CommerceError',
      'CampaignValidationError',
      'CampaignRefusal',
      'CampaignError',
    ];
    expect(Object.keys(document.components.schemas)).toEqual(expect.arrayContaining(shapes));
  });

  it('documents each limit where it is met', () => {
    const limits = ['TOO_MANY_REQUESTS', 'TOO_MANY_FAILED_LOGINS', 'TOO_MANY_LARGE_BODIES', 'SERVICE_BUSY'];
    for (const { name, path, operation } of operations) {
      const codes = ['429', '503'].flatMap((status) =>
        Object.keys(operation.responses[status]?.content['application/json'].examples ?? {}),
      );
      const isUpload = operation.requestBody?.content['multipart/form-data'] !== undefined;
      const isBulk = isUpload || codes.includes('JOB_INTERRUPTED');
      const takesLarge = isUpload || JSON.stringify(operation.responses['413'] ?? '').includes(' 33554432 ');
      const schemes = operation.security.flatMap((requirement: any) => Object.keys(requirement));
      const withToken = schemes.includes('bearer');
      const withLogin = schemes.includes('basic') || schemes.includes('metrics');
      const wanted = [
        ...(withToken ? ['TOO_MANY_REQUESTS'] : []),
        ...(withToken || withLogin ? ['TOO_MANY_FAILED_LOGINS'] : []),
        ...(takesLarge ? ['TOO_MANY_LARGE_BODIES', 'SERVICE_BUSY'] : []),
      ];
      expect([name, codes.filter((code) => limits.includes(code)).sort()]).toEqual([name, wanted.sort()]);
      const makesJob = isBulk || /\/bulk\/jobs\/\{jobId\}\/(commit|undo|retry)$/.test(path);
      expect([name, codes.includes('TOO_MANY_JOBS')]).toEqual([name, makesJob]);
    }
  });

  it('documents Idempotency-Key on every operation that writes, and on no other', () => {
    const added = ['Idempotency-Key', 'Idempotency-Key-Expires', 'Idempotent-Replayed'];
    for (const { name, operation } of operations) {
      const key = operation.parameters.find((parameter: any) => parameter.name === 'Idempotency-Key');
      expect([name, key?.in, key?.schema.maxLength]).toEqual(
        isWrite(operation) ? [name, 'header', 255] : [name, undefined, undefined],
      );
      const answers = Object.entries<any>(operation.responses).filter(([status]) => status.startsWith('2'));
      for (const [status, { headers }] of answers) {
        const shown = Object.keys(headers).filter((header) => added.includes(header));
        expect([name, status, shown]).toEqual([name, status, isWrite(operation) ? added : []]);
      }
      const codes = ['409', '422'].flatMap((status) =>
        Object.keys(operation.responses[status]?.content['application/json'].examples ?? {}),
      );
      const own = codes.filter((code) => ['CALL_STILL_RUNNING', 'IDEMPOTENCY_KEY_REUSED'].includes(code));
      expect([name, own.length]).toEqual([name, isWrite(operation) ? 2 : 0]);
    }
    expect(operations.filter(({ operation }) => isWrite(operation)).length).toBeGreaterThan(20);
  });

  it('asks for a token exactly where the service does', async () => {
    for (const one of operations) {
      const { name, path, method, operation } = one;
      const { status, body, headers } = await service.anonymous[method](examplePath(one));
      const isPublic = operation.security.length === 0 || path.startsWith('/oauth');
      expect([name, status === 401]).toEqual([name, !isPublic]);
      if (status !== 401) continue;
      const [example] = valuesOf(operation.responses['401'].content['application/json']) as any[];
      const words = (answer: any) => answer.response_message ?? answer.error.messages ?? answer.message;
      expect(words(body)).toEqual(words(example));
      expect(headers['www-authenticate']).toBeDefined();
      expect(operation.security).toContainEqual(path === '/metrics' ? { metrics: [] } : { bearer: [] });
    }
  });

  it('shows the words the service really answers', async () => {
    const { api } = await service.createTenant();
    const narrow = await service.createTenant({ scopes: ['campaigns:read'] });
    const customer = '/api/v0/customer/KC7Q2M9RX4T1B8ZC';
    const job = '/api/v0/bulk/jobs/JOB7Q2M9RX4T1B8ZC7Q2M9RX4T1B8';
    const update = '/api/v0/customer/bulk/update';
    const answers: [string, string, any][] = [
      ['GET /api/v0/customer/{customerId}', 'CUSTOMER_NOT_FOUND', api.get(customer)],
      ['GET /api/v0/customer/{customerId}', 'INVALID_REQUEST', api.get('/api/v0/customer/KC123')],
      ['GET /api/v0/customer/{customerId}', 'FORBIDDEN', narrow.api.get(customer)],
      [
        'GET /api/v0/customer/{customerId}',
        'COMPANY_NOT_ACCESSIBLE',
        api.get(`${customer}?parentCompanyId=CEK0000000`),
      ],
      [
        'POST /api/v0/customer',
        'INVALID_REQUEST',
        api.post('/api/v0/customer').send({ legalName: 'Xy', pinCode: '01234' }),
      ],
      ['POST /api/v0/customer', 'UNREADABLE_BODY', api.post('/api/v0/customer').type('json').send('{')],
      ['POST /api/v0/customer', 'UNSUPPORTED_MEDIA_TYPE', api.post('/api/v0/customer').type('text').send('{}')],
      [
        'POST /api/v0/customer',
        'PAYLOAD_TOO_LARGE',
        api.post('/api/v0/customer').send({ address: 'x'.repeat(1024 * 1024) }),
      ],
      ['POST /api/v0/customer/search', 'INVALID_REQUEST', api.post('/api/v0/customer/search?limit=51').send({})],
      ['GET /api/v0/bulk/jobs/{jobId}', 'JOB_NOT_FOUND', api.get(job)],
      ['GET /api/v0/bulk/jobs/{jobId}', 'INVALID_REQUEST', api.get('/api/v0/bulk/jobs/JOB1')],
      ['GET /api/v0/bulk/jobs/{jobId}/results/{file}', 'INVALID_REQUEST', api.get(`${job}/results/rows.csv`)],
      [
        'GET /api/v0/bulk/jobs/{jobId}/results/{file}',
        'FORBIDDEN',
        api.get(`${job}/results/failure.csv?expires=1&signature=${'x'.repeat(43)}`),
      ],
      ['POST /api/v0/customer/bulk/update', 'UNREADABLE_BODY', api.post(update).field('note', 'no file')],
      ['POST /api/v0/customer/bulk/update', 'INVALID_REQUEST', api.post(`${update}?parentCompanyId=ACME`)],
      [
        'POST /api/v0/customer/bulk/update',
        'UNUSABLE_TABLE',
        api.post(update).attach('file', Buffer.from('customerId,state\n'), 'a.csv'),
      ],
      [
        'POST /api/v0/customer/bulk/update',
        'UNSUPPORTED_FILE_FORMAT',
        api.post(update).attach('file', Buffer.from('%PDF-1.7\n\0\0'), 'a.csv'),
      ],
      ['GET /api/v0/customer/bulk/template', 'INVALID_REQUEST', api.get('/api/v0/customer/bulk/template?format=pdf')],
      ['GET /errors/{code}', 'ERROR_NUMBER_UNKNOWN', api.get('/errors/1')],
      [
        'POST /oauth/token',
        'UNSUPPORTED_GRANT_TYPE',
        service.anonymous.post('/oauth/token').type('form').send({ grant_type: 'password' }),
      ],
      [
        'POST /oauth/token',
        'INVALID_CLIENT',
        service.anonymous.post('/oauth/token').type('form').send({ grant_type: 'client_credentials' }),
      ],
      [
        'POST /oauth/token',
        'PAYLOAD_TOO_LARGE',
        service.anonymous
          .post('/oauth/token')
          .type('form')
          .send({ scope: 'x'.repeat(200_000) }),
      ],
    ];
    for (const [name, code, request] of answers) {
      const { status, body } = await request;
      const { operation } = operations.find((one) => one.name === name)!;
      const { value } = operation.responses[String(status)].content['application/json'].examples[code];
      // Which request it was and when differs, and nothing else.
      const { requestId, timestamp } = body.errorResponse;
      const expected = { ...value, errorResponse: { ...value.errorResponse, requestId, timestamp } };
      expect([name, code, body]).toEqual([name, code, expected]);
    }
  });

  it('shows the words for keys that are none, and for those of another call', async () => {
    const { company, api } = await service.createTenant();
    const [unitOfWork, answers] = [service.app.get(UnitOfWork), service.app.get(StoredAnswers)];
    for (const one of operations.filter(({ operation }) => isWrite(operation))) {
      const { name, method, operation } = one;
      const path = examplePath(one);
      const send = (key: string) => {
        const request = api[method](path).set('Idempotency-Key', key);
        const { content } = operation.requestBody ?? { content: {} };
        if ('multipart/form-data' in content) return request.attach('file', Buffer.from('customerId\nKC1'), 'a.csv');
        return 'application/json' in content
          ? request.send(valuesOf(content['application/json'])[0] as object)
          : request;
      };
      const route = `${method.toUpperCase()} ${path.split('?')[0]}`;
      const call = { companyRef: company.id, route, idempotencyKey: 'other' };
      await unitOfWork.run((transaction) => answers.begin(transaction, call, 'another fingerprint', null));
      for (const [key, status, code] of [
        ['schl\u00fcssel', '400', 'IDEMPOTENCY_KEY_INVALID'],
        ['other', '422', 'IDEMPOTENCY_KEY_REUSED'],
      ] as const) {
        const answer = await send(key);
        const { value } = operation.responses[status].content['application/json'].examples[code];
        // Which request it was, when and where differs.
        const lasting = (body: object) =>
          JSON.parse(JSON.stringify(body), (member, inner: unknown) =>
            ['requestId', 'timestamp', 'moreInfo'].includes(member) ? '' : inner,
          ) as object;
        expect([name, code, answer.status, lasting(answer.body)]).toEqual([name, code, Number(status), lasting(value)]);
      }
    }
  });

  it('takes the examples of its requests as they are printed', async () => {
    const { api } = await service.createTenant();
    const examplesOf = (path: string, method: string) =>
      Object.values<any>(document.paths[path][method].requestBody.content['application/json'].examples);
    let id = '';
    for (const { value } of examplesOf('/api/v0/customer', 'post')) {
      const { body } = await api.post('/api/v0/customer').send(value).expect(200);
      id ||= body.payload.customerId;
    }
    for (const { value } of examplesOf('/api/v0/customer/{customerId}', 'patch')) {
      await api.patch(`/api/v0/customer/${id}`).send(value).expect(200);
    }
    for (const { value } of examplesOf('/api/v0/customer/search', 'post')) {
      await api.post('/api/v0/customer/search').send(value).expect(200);
    }
  });

  it('is served as a page and as JSON', async () => {
    const { text } = await service.anonymous.get('/docs').expect(200).expect('Content-Type', /html/);
    expect(text).toContain('<title>Rollbook API</title>');
    const { body } = await service.anonymous.get('/docs-json').expect(200);
    expect(Object.keys(body.paths).sort()).toEqual(Object.keys(document.paths).sort());
    expect(body.components.securitySchemes).toEqual(document.components.securitySchemes);
  });

  it('is clean for redocly lint', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rollbook-openapi-'));
    try {
      const file = join(folder, 'openapi.json');
      writeFileSync(file, JSON.stringify(document));
      const { status, stdout } = spawnSync(
        join(ROOT, 'node_modules', '.bin', 'redocly'),
        ['lint', file, '--format', 'json'],
        {
          cwd: ROOT,
          encoding: 'utf8',
          // Linting needs nothing from the internet; a test must not ask it either.
          env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
        },
      );
      expect(JSON.parse(stdout)).toMatchObject({ totals: { errors: 0, warnings: 0, ignored: 0 }, problems: [] });
      expect(status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);
});
