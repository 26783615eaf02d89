import { Api, RunningService, startService } from '../support/service';
import { DocumentedRoutes, examplePath, Operation } from './openapi-document';
import { schemaFaults } from './schema-check';

const SOURCE_ID = '/customers/sourceId/3002196';
const ONE = '/customers/{lookupKey}/{lookupValue}';
const PARENT = { source: 'REST-API', sourceId: 4711 };

/** Members that differ from book to book and day to day. */
const VARIABLE = ['id', 'customerId', 'dateCreated', 'dateModified'];

/** An answer without what differs from book to book. */
function lasting(answer: object): unknown {
  const isById = JSON.stringify(answer).includes('"lookupKey":"id"');
  return JSON.parse(
    JSON.stringify(answer, (key, value) =>
      (VARIABLE.includes(key) || (isById && key === 'key')) && value !== null ? '*' : value,
    ),
  );
}

let routes: DocumentedRoutes;
let service: RunningService;

beforeAll(async () => {
  routes = await DocumentedRoutes.below('/customers');
  service = await startService('sqlite');
}, 180_000);

afterAll(() => service.stop());

/** A new company whose book holds what the requests create, and the id of the first of it. */
async function book(...customers: object[]): Promise<{ api: Api; id: number }> {
  const { api } = await service.createTenant();
  let id = 0;
  for (const customer of customers) {
    const { body } = await api.post('/customers').send(customer).expect(201);
    id ||= body.data.id;
  }
  return { api, id };
}

const example = () => routes.requestsOf('POST /customers')[0];

it('takes every request as it is printed, and answers as documented', async () => {
  let requests = 0;
  for (const one of routes.operations) {
    const isOnCustomer = one.path.includes('{lookupKey}');
    const bodies = one.operation.requestBody === undefined ? [undefined] : routes.requestsOf(one.name);
    for (const body of bodies) {
      const { api } = await book(...(isOnCustomer ? [example()] : []));
      routes.expectDocumented(one.name, await api[one.method](examplePath(one)).send(body));
      requests++;
    }
  }
  expect(routes.operations.length).toBe(9);
  expect(requests).toBeGreaterThan(routes.operations.length);
});

it('answers what its examples show', async () => {
  const { api, id } = await book();
  expect(id).toBe(0);
  const check = async (name: string, example: object, request: any) => {
    const response = await request;
    routes.expectDocumented(name, response);
    expect([name, lasting(response.body)]).toEqual([name, lasting(example)]);
    return response.body.data;
  };
  const addresses = `${SOURCE_ID}/addresses`;
  const [created] = routes.answersOf('POST /customers', 201);
  const { id: person } = await check('POST /customers', created, api.post('/customers/').send(example()));
  await check(`GET ${ONE}`, routes.answersOf(`GET ${ONE}`)[0], api.get(SOURCE_ID));

  const [listed, none] = routes.answersOf(`GET ${ONE}/addresses`);
  await check(`GET ${ONE}/addresses`, listed, api.get(addresses));
  const [addressBody] = routes.requestsOf(`POST ${ONE}/addresses`);
  const [newAddress] = routes.answersOf(`POST ${ONE}/addresses`, 201);
  const [oldAddress] = routes.answersOf(`POST ${ONE}/addresses`);
  await check(`POST ${ONE}/addresses`, oldAddress, api.post(addresses).send(addressBody));
  const [bulkAddresses] = routes.requestsOf(`POST ${ONE}/addresses/bulk`);
  const [metAddresses] = routes.answersOf(`POST ${ONE}/addresses/bulk`);
  await check(`POST ${ONE}/addresses/bulk`, metAddresses, api.post(`${addresses}/bulk`).send(bulkAddresses));
  await api.post('/customers').send(routes.requestsOf('POST /customers')[1]).expect(201);
  const other = '/customers/sourceId/3002197/addresses';
  await check(`GET ${ONE}/addresses`, none, api.get(other));
  await check(`POST ${ONE}/addresses`, newAddress, api.post(other).send(addressBody));

  const [search, nothing] = routes.answersOf('POST /customers/search');
  for (const sourceId of ['a', 'b']) {
    await api
      .post('/customers')
      .send({ ...example(), sourceId })
      .expect(201);
  }
  const paged = { debtorIds: ['12345'], offset: 1, page: 1 };
  const { data } = (await api.post('/customers/search').send(paged)).body;
  const versionless = { ...search, data: [{ ...search.data[0], version: data[0].version }] };
  await check('POST /customers/search', versionless, api.post('/customers/search').send(paged));
  await check('POST /customers/search', nothing, api.post('/customers/search').send({ debtorIds: ['none'] }));

  const sole = await book(example());
  const [change] = routes.requestsOf(`PATCH ${ONE}`);
  for (const answer of routes.answersOf(`PATCH ${ONE}`)) {
    await check(`PATCH ${ONE}`, answer, sole.api.patch(SOURCE_ID).send(change));
  }
  expect(person).toBeGreaterThan(0);
});

it('answers bulk calls as their examples show, under the id of a job that can be read', async () => {
  const upsert = 'POST /customers/bulk/sourceId';
  const update = 'POST /customers/bulk/id';
  const { api, id } = await book(example());
  const send = async (name: string, body: object, example: object) => {
    const response = await api.post(name.slice('POST '.length)).send(body);
    routes.expectDocumented(name, response);
    expect([name, lasting(response.body)]).toEqual([name, lasting(example)]);
    return response;
  };
  const [allWritten, oneRefused] = routes.answersOf(upsert);
  const { body, headers } = await send(upsert, routes.requestsOf(upsert)[0], allWritten);
  expect(body.data[1].id).toBe(id);
  const person = { source: 'REST-API', sourceId: '3002195' };
  const [orphan] = routes.requestsOf(upsert)[0].customers.slice(1);
  const elsewhere = await book();
  const refused = await elsewhere.api.post('/customers/bulk/sourceId').send({ customers: [person, orphan] });
  routes.expectDocumented(upsert, refused);
  expect(lasting(refused.body)).toEqual(lasting(oneRefused));

  const [first, second] = body.data;
  const items = routes.requestsOf(update)[0].customers;
  const real = new Map([
    [items[0].id, second.id],
    [items[1].id, first.id],
  ]);
  const withIds = items.map((item: any) => ({
    ...item,
    id: real.get(item.id),
    ...(item.parent !== undefined && { parent: { id: real.get(item.parent.id) } }),
  }));
  const [allChanged, oneUnknown] = routes.answersOf(update);
  await send(update, { customers: withIds }, allChanged);
  await send(update, { customers: [withIds[0], { id: items[1].id }] }, oneUnknown);

  const job = await api.get(`/api/v0/bulk/jobs/${headers['x-job-id']}`).expect(200);
  const { schema } = routes.document.paths['/api/v0/bulk/jobs/{jobId}'].get.responses[200].content['application/json'];
  expect(schemaFaults(routes.document, schema, job.body)).toEqual([]);
  expect(job.body.payload).toMatchObject({ family: 'commerce', counters: { received: 2, created: 1, updated: 1 } });
});

it('shows the words of every refusal the service really answers', async () => {
  const { api: empty } = await book();
  const plain = await book(example(), routes.requestsOf('POST /customers')[1], { lastName: 'Nobody' });
  const { data: found } = (await plain.api.post('/customers/search').send({})).body;
  const nobody = found.find(({ sourceId }: any) => sourceId === null).id;
  const french = { ...example(), language: 'fr' };
  const { api: twins } = await book(example(), french, { ...PARENT, language: 'en' }, { ...PARENT, language: 'de' });
  const { api: narrow } = await service.createTenant({ scopes: ['campaigns:read'] });
  const full = await book({ ...example(), addresses: undefined });
  for (let call = 0; call < 4; call++) {
    const addresses = Array.from({ length: 50 }, (_, i) => ({
      type: 'invoice',
      street: `${call}/${i}`,
      country: 'NL',
    }));
    await full.api.post(`${SOURCE_ID}/addresses/bulk`).send({ addresses }).expect(200);
  }

  /** Requests by the example they provoke. */
  const provocations = (one: Operation): Record<string, any> => {
    const { name, method, path } = one;
    const [body] = routes.requestsOf(name);
    const at = (url: string, api = empty) => api[method](path.replace('/customers/{lookupKey}/{lookupValue}', url));
    const own = (api: Api, body: object) => at(SOURCE_ID, api).send(body);
    const french = '?language=fr';
    const onBody = body !== undefined && {
      UNREADABLE_BODY: at(SOURCE_ID).type('json').send('{'),
      UNSUPPORTED_MEDIA_TYPE: at(SOURCE_ID).type('text').send('{}'),
      PAYLOAD_TOO_LARGE: at(SOURCE_ID).send({ notes: 'x'.repeat((/\/bulk\/\w+d$/.test(path) ? 32 : 1) * 1024 * 1024) }),
    };
    const onCustomer = path.includes('{lookupKey}') && {
      INVALID_LOOKUP_KEY: at('/customers/email/miles@example.com').send(body),
      INVALID_REQUEST: at('/customers/id/A-4711').send(body),
      INVALID_REQUEST_2: at(SOURCE_ID).query({ language: 'dutch' }).send(body),
      CUSTOMER_MULTIPLE_FOUND: at(SOURCE_ID, twins).send(body),
      CUSTOMER_NOT_FOUND: at(SOURCE_ID).send(body),
    };
    const wrongCustomer = { company: 'Trimergo', email: 5 };
    const item = { source: 'REST-API', sourceId: 1, id: 1 };
    const ownOnes: Record<string, Record<string, any>> = {
      'POST /customers': {
        SCHEMA_VIOLATION: own(empty, wrongCustomer),
        INVALID_REQUEST: own(empty, { source: 'REST-API', lastName: 'McCoy' }),
        INVALID_REQUEST_2: own(empty, {}),
        CUSTOMER_EXISTS: own(plain.api, body),
        CUSTOMER_MULTIPLE_FOUND: own(twins, { source: 'x', sourceId: 'x', language: 'fr', parent: PARENT }),
        PARENT_CUSTOMER_NOT_FOUND: own(empty, { source: 'x', sourceId: 'x', parent: PARENT }),
      },
      'POST /customers/search': {
        SCHEMA_VIOLATION: own(empty, { debtorIds: '12345', dateCreated: { from: '12/12/2020' } }),
        INVALID_PAGE: own(empty, { offset: 1001 }),
        FORBIDDEN: own(empty, { ssns: ['078-05-1120'] }),
        FORBIDDEN_2: own(narrow, {}),
      },
      [`PATCH ${ONE}`]: {
        SCHEMA_VIOLATION: own(plain.api, wrongCustomer),
        INVALID_REQUEST_3: at(`/customers/id/${nobody}`, plain.api).send({ source: 'REST-API' }),
        INVALID_REQUEST_4: own(plain.api, { parent: { source: 'REST-API', sourceId: 3002196 } }),
        CUSTOMER_EXISTS: own(plain.api, { sourceId: '3002197' }),
        CUSTOMER_MULTIPLE_FOUND_2: at(`${SOURCE_ID}${french}`, twins).send({ parent: PARENT }),
        PARENT_CUSTOMER_NOT_FOUND: own(plain.api, { parent: PARENT }),
      },
      [`POST ${ONE}/addresses`]: {
        SCHEMA_VIOLATION: own(plain.api, { type: 'invoice', country: 'NL', zip: '6822 AA' }),
        INVALID_REQUEST_3: own(full.api, { type: 'invoice', country: 'NL', street: 'One more' }),
      },
      [`POST ${ONE}/addresses/bulk`]: {
        SCHEMA_VIOLATION: own(plain.api, { addresses: [{ type: 'invoice', country: 'NL', icp: true }] }),
        INVALID_REQUEST_3: own(full.api, { addresses: [{ type: 'invoice', country: 'NL', street: 'One more' }] }),
      },
      'POST /customers/bulk/sourceId': {
        SCHEMA_VIOLATION: own(empty, {
          customers: [
            { ...item, id: undefined, company: 'x' },
            ...Array(2).fill({ source: 'x', sourceId: 1 }),
            { sourceId: 1, email: 5 },
          ],
        }),
        LOOKUP_KEY_MISSING: own(empty, { customers: [{ source: 'REST-API' }] }),
      },
      'POST /customers/bulk/id': {
        SCHEMA_VIOLATION: own(empty, { customers: [{ ...item, company: 'x' }, item, item, { id: '25494' }] }),
        LOOKUP_KEY_MISSING: own(empty, { customers: [{ lastName: 'McCoy' }] }),
      },
    };
    return { FORBIDDEN: own(narrow, body ?? {}), ...onBody, ...onCustomer, ...ownOnes[name] };
  };

  for (const one of routes.operations) {
    const documented = routes.errorsOf(one.name);
    const provoked = provocations(one);
    expect([one.name, Object.keys(provoked).sort()]).toEqual([one.name, documented.map(({ code }) => code).sort()]);
    for (const { status, code, value } of documented) {
      const response = await provoked[code];
      const moreInfo = value.error.moreInfo.replace('https://rollbook.example', service.baseUrl);
      const expected = { error: { ...value.error, moreInfo } };
      expect([one.name, code, response.status, response.body]).toEqual([one.name, code, status, expected]);
    }
  }
}, 60_000);
