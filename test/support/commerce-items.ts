import fc from 'fast-check';
import type { Test } from 'supertest';
import { DataSource } from 'typeorm';
import type { Api, RunningService, Tenant } from './service';

export const BY_SOURCE_ID = '/customers/bulk/sourceId';
export const BY_ID = '/customers/bulk/id';

/** A valid address; members given replace those of the sample, undefined takes one away. */
export function sampleAddress(changes: object = {}): Record<string, unknown> {
  return {
    type: 'delivery',
    street: 'Velperweg',
    country: 'NL',
    code: '11234',
    company: 'Trimergo',
    firstName: 'Miles',
    lastName: 'McCoy',
    gender: 'M',
    number: '34',
    numberExtension: 'A',
    postalCode: '6822 AA',
    city: 'Arnhem',
    region: 'Gelderland',
    icp: 'N',
    phone: '0032445888',
    mobile: '0038975648',
    email: 'miles@example.com',
    url: 'https://example.com',
    notes: 'Ring twice',
    isDefault: 'Y',
    ...changes,
  };
}

/** A valid item of the upsert by source id; members given replace those of the sample. */
export function sampleItem(changes: object = {}): Record<string, unknown> {
  return {
    source: 'REST-API',
    sourceId: 3002196,
    debtorId: '12345',
    firstName: 'Miles',
    middleName: null,
    lastName: 'McCoy',
    abbreviation: 'MM',
    title: 'Mr.',
    dateOfBirth: '28/08/1993',
    gender: 'M',
    ssn: '078-05-1120',
    phone: '0032445888',
    mobile: '0038975648',
    email: 'miles@example.com',
    language: 'en',
    primaryLanguage: 'NL',
    addresses: [sampleAddress()],
    ...changes,
  };
}

/** What a broken client may put anywhere. */
const junk = fc.oneof(
  fc.constantFrom(
    null,
    '',
    ' ',
    0,
    -1,
    1.5,
    1e21,
    true,
    false,
    [],
    {},
    [[]],
    [null],
    [{}],
    { id: 1 },
    '\u0000',
    '\ud800',
  ),
  fc.constantFrom(
    '2023-02-30',
    '31/04/2000',
    '2999-01-01',
    'EN',
    'xx',
    'nl',
    'Q',
    'Y',
    '********1120',
    'a@b',
    'x'.repeat(65),
  ),
  fc.constantFrom(
    { id: 1, source: 'x' },
    { source: 'x' },
    { source: 'x', sourceId: 'y' },
    { sourceId: true },
    { id: '1' },
  ),
  fc.string({ maxLength: 8 }),
  fc.integer(),
  fc.string({ minLength: 60, maxLength: 70, unit: 'grapheme' }),
);

const keys = [...Object.keys(sampleItem()), 'parent', 'company', 'id'];
const addressKeys = [...Object.keys(sampleAddress()), 'zip'];

function mutated(base: Record<string, unknown>, names: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  const mutation = fc.record({ key: fc.constantFrom(...names), value: junk, isDropped: fc.boolean() });
  return fc.array(mutation, { maxLength: 4 }).map((mutations) => {
    const item: Record<string, unknown> = { ...base };
    for (const { key, value, isDropped } of mutations) {
      if (isDropped) Reflect.deleteProperty(item, key);
      else item[key] = value;
    }
    return item;
  });
}

/** Items of which some are valid and others broken anywhere, down to their addresses. */
export const arbitraryItem: fc.Arbitrary<Record<string, unknown>> = fc
  .tuple(mutated(sampleItem(), keys), fc.array(mutated(sampleAddress(), addressKeys), { maxLength: 3 }), fc.boolean())
  .map(([item, addresses, withAddresses]) => (withAddresses ? { ...item, addresses } : item));

/** Creates a customer by a single request and gives it as answered. */
export async function createCommerceCustomer(api: Api, item: object): Promise<any> {
  const { status, body, text } = await api.post('/customers/').send(item);
  if (status !== 201) throw new Error(`${status}: ${text}`);
  return body.data;
}

/** Sends items in bulk and gives the entry of each in the answer. */
export async function bulkItems(api: Api, customers: readonly object[], by: 'sourceId' | 'id' = 'sourceId') {
  const { status, body, text } = await api.post(`/customers/bulk/${by}`).send({ customers });
  if (status !== 200) throw new Error(`${status}: ${text}`);
  expect(body.data).toHaveLength(customers.length);
  return body.data as any[];
}

/** Type and HTTP status of the error codes (contract, section 3), and of the statuses that stand for themselves. */
const ERRORS: Readonly<Record<number, readonly [type: string, status: number]>> = {
  10005: ['InvalidJSONPayload', 400],
  10006: ['InvalidLookupKey', 400],
  10007: ['SchemaValidationException', 400],
  10015: ['PaginatedResponseException', 400],
  10017: ['PayloadValidationError', 400],
  60004: ['CustomerExists', 400],
  60005: ['CustomerMultipleFound', 400],
  60006: ['CustomerNotFound', 404],
  60007: ['ParentCustomerNotFound', 404],
  401: ['Unauthorized', 401],
  403: ['Forbidden', 403],
  500: ['InternalError', 500],
};

/** Messages of an answer that must be the error of that code in the shape of this API, headers included. */
export async function refusalOf(code: number, request: Test): Promise<string[]> {
  const answer = await request;
  const [type, status] = ERRORS[code] ?? [];
  const error = { code, messages: expect.any(Array), moreInfo: expect.any(String), status, type };
  expect({ status: answer.status, body: answer.body }).toEqual({ status, body: { error } });
  const { messages, moreInfo } = answer.body.error;
  expect(moreInfo).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:\\d+/errors/${code}$`));
  expect(messages.length).toBeGreaterThan(0);
  expect(answer.headers['x-request-id']).toMatch(/^[A-Za-z0-9_.:-]{1,128}$/);
  expect(answer.headers['x-error-type']).toMatch(/^[A-Z]+(_[A-Z]+)+$|^UNAUTHORIZED$/);
  return messages;
}

/** A bulk call that is taken: its answer, with the id of its job and the raw text. */
async function taken(api: Api, path: string, customers: readonly object[]): Promise<any> {
  const { status, body, headers, text } = await api.post(path).send({ customers });
  if (status !== 200) throw new Error(`${status}: ${text}`);
  expect(body.total).toBe(customers.length);
  expect(body.data).toHaveLength(customers.length);
  return { ...body, jobId: headers['x-job-id'], raw: text };
}

/** Creates or changes customers by source id. */
export const upsert = (api: Api, ...customers: readonly object[]) => taken(api, BY_SOURCE_ID, customers);

/** Changes customers by id. */
export const updateById = (api: Api, ...customers: readonly object[]) => taken(api, BY_ID, customers);

/** What became of each item: its action, or the code it failed with. */
export function verdictsOf({ data }: any): unknown[] {
  return data.map(({ success, action, error }: any) => (success === true ? action : error.code));
}

/** Ids in the order of the answer. */
export function idsOf({ data }: any): number[] {
  return data.map(({ id }: any) => id);
}

/** A customer as a reader of the commerce API sees it. */
export async function readCustomer(api: Api, id: number): Promise<any> {
  const { body } = await api.get(`/customers/id/${id}`).expect(200);
  return body.data;
}

/** The company's rows of a table as the database holds them, oldest first. */
export function rowsOf({ app }: RunningService, { company }: Tenant, table: string): Promise<any[]> {
  const order = table === 'customer_changes' ? 'page_id, entry_id, row_no' : 'id';
  return app.get(DataSource).query(`SELECT * FROM ${table} WHERE company_ref = ? ORDER BY ${order}`, [company.id]);
}

/** All that is stored about the company's customers; equal before and after a call that changes nothing. */
export async function bookOf(service: RunningService, tenant: Tenant): Promise<Record<string, any[]>> {
  const book: Record<string, any[]> = {};
  for (const table of ['customers', 'customer_addresses', 'customer_history', 'customer_history_pages']) {
    book[table] = await rowsOf(service, tenant, table);
  }
  return book;
}
