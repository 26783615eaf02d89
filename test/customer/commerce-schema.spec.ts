import 'reflect-metadata';
import fc from 'fast-check';
import {
  BulkSourceIdRequest,
  CommerceCustomerRequest,
  IdItem,
  SourceIdItem,
} from '../../src/customer/commerce/commerce-customer.dto';
import { bulkSchemaOf, schemaOf } from '../../src/customer/commerce/commerce.schema';
import type { AppError } from '../../src/platform/errors/app-error';
import { compileValidator } from '../../src/platform/validation/compiled-validator';
import { byClassValidator, toVerdict } from '../support/class-validator';
import { arbitraryItem, sampleAddress, sampleItem } from '../support/commerce-items';

const check = bulkSchemaOf(BulkSourceIdRequest, {
  list: 'customers',
  most: 10_000,
  Item: SourceIdItem,
  lookupKey: 'sourceId',
});

async function refusalOf(body: unknown): Promise<AppError> {
  return check(body).then(
    () => Promise.reject(new Error('the body was taken')),
    (error: unknown) => error as AppError,
  );
}

const messagesOf = async (body: unknown) => (await refusalOf(body)).issues.map(({ message }) => message);
const ofItem = (changes: object) => messagesOf({ customers: [sampleItem(changes)] });

describe('the compiled validator of the bulk call', () => {
  it.each([
    ['an item by source id', SourceIdItem] as const,
    ['an item by id', IdItem] as const,
    ['a customer', CommerceCustomerRequest] as const,
  ])('gives class-validator’s verdict on %s, valid and broken', (_, Dto) => {
    const validate = compileValidator(Dto);
    const seen = { valid: 0, broken: 0 };
    const same = fc.property(arbitraryItem, (item) => {
      const expected = byClassValidator(Dto, item);
      seen[expected.length === 0 ? 'valid' : 'broken'] += 1;
      expect(validate(item).map(toVerdict)).toEqual(expected);
    });
    fc.assert(same, { numRuns: 2_000 });
    expect(seen.broken).toBeGreaterThan(200);
    if (Dto !== IdItem) expect(seen.valid).toBeGreaterThan(200);
  });
});

describe('the schema of the bulk call', () => {
  it('gives a valid body as it is', async () => {
    const customers = [sampleItem(), sampleItem({ sourceId: 'a', parent: { id: 1 } }), { source: 's', sourceId: 0 }];
    expect(await check({ customers })).toEqual(customers);
  });

  it.each([
    [{ company: 'x' }, '#/customers/0: extraneous key [company] is not permitted'],
    [{ source: undefined }, '#/customers/0: required key [source] not found'],
    [{ email: 5 }, '#/customers/0/email: expected type: String, found: Integer'],
    [{ email: 'nobody' }, '#/customers/0/email: value must be an e-mail address such as name@example.com'],
    [{ source: '' }, '#/customers/0/source: expected minLength: 1, actual: 0'],
    [{ source: null }, '#/customers/0/source: expected type: String, found: Null'],
    [{ source: 'x'.repeat(65) }, '#/customers/0/source: expected maxLength: 64, actual: 65'],
    [{ sourceId: true }, '#/customers/0/sourceId: expected type: String or Integer, found: Boolean'],
    [{ sourceId: 1.5 }, '#/customers/0/sourceId: expected type: String or Integer, found: Double'],
    [{ gender: 'X' }, '#/customers/0/gender: value must be one of the following values: M, F, U'],
    [{ gender: [] }, '#/customers/0/gender: expected type: String, found: JSONArray'],
    [{ parent: 7 }, '#/customers/0/parent: expected type: JSONObject, found: Integer'],
    [{ parent: [{ id: 1 }] }, '#/customers/0/parent: expected type: JSONObject, found: JSONArray'],
    [{ parent: {} }, '#/customers/0/parent: required key [id] not found'],
    [{ parent: { source: 'x' } }, '#/customers/0/parent: required key [sourceId] not found'],
    [{ parent: { id: 0 } }, '#/customers/0/parent/id: expected minimum: 1, found: 0'],
    [{ parent: { id: 1, code: 'x' } }, '#/customers/0/parent: extraneous key [code] is not permitted'],
    [{ addresses: {} }, '#/customers/0/addresses: expected type: JSONArray, found: JSONObject'],
    [{ addresses: null }, '#/customers/0/addresses: expected type: JSONArray, found: Null'],
    [{ addresses: [sampleAddress(), 'x'] }, '#/customers/0/addresses/1: expected type: JSONObject, found: String'],
    [{ addresses: [[sampleAddress()]] }, '#/customers/0/addresses/0: expected type: JSONObject, found: JSONArray'],
    [
      { addresses: [sampleAddress({ street: undefined })] },
      '#/customers/0/addresses/0: required key [street] not found',
    ],
    [{ addresses: [sampleAddress({ zip: '1' })] }, '#/customers/0/addresses/0: extraneous key [zip] is not permitted'],
    [
      { addresses: [sampleAddress({ country: 'Holland' })] },
      '#/customers/0/addresses/0/country: value must be a two-letter country code (ISO 3166-1) such as NL',
    ],
    [
      { addresses: Array.from({ length: 51 }, () => sampleAddress()) },
      '#/customers/0/addresses: expected maximum item count: 50, found: 51',
    ],
    [
      { dateOfBirth: '2023-02-30' },
      '#/customers/0/dateOfBirth: value must be a day in the past as YYYY-MM-DD or DD/MM/YYYY, such as 1993-08-28',
    ],
    [
      { language: 'english' },
      '#/customers/0/language: value must be a two-letter language code (ISO 639-1) such as en',
    ],
    [{ language: null }, '#/customers/0/language: expected type: String, found: Null'],
  ])('tells a broken item (%#) where it is broken', async (changes, message) => {
    expect(await ofItem(changes)).toEqual([message]);
  });

  it.each([
    [undefined, '#: expected type: JSONObject, found: Null'],
    [[], '#: expected type: JSONObject, found: JSONArray'],
    ['text', '#: expected type: JSONObject, found: String'],
    [{}, '#: required key [customers] not found'],
    [{ customers: {} }, '#/customers: expected type: JSONArray, found: JSONObject'],
    [{ customers: [] }, '#/customers: expected minimum item count: 1, found: 0'],
    [{ customers: ['x'] }, '#/customers/0: expected type: JSONObject, found: String'],
    [{ customers: [sampleItem()], dryRun: true }, '#: extraneous key [dryRun] is not permitted'],
  ])('tells a broken body (%#) where it is broken', async (body, message) => {
    expect(await messagesOf(body)).toEqual([message]);
  });

  it('never shows a value, the number of a person least of all', async () => {
    const message =
      'value must be 4 to 32 letters, digits, blanks, dots, slashes or hyphens; a masked number cannot be stored';
    expect(await ofItem({ ssn: '*******1120' })).toEqual([`#/customers/0/ssn: ${message}`]);
  });

  it('refuses 10,001 items by their count', async () => {
    const customers = Array.from({ length: 10_001 }, (_, index) => sampleItem({ sourceId: index }));
    expect(await messagesOf({ customers })).toEqual(['#/customers: expected maximum item count: 10000, found: 10001']);
  });

  it('lists the faults of all items in order, up to a hundred messages, the last of which counts the rest', async () => {
    const customers = Array.from({ length: 300 }, () => sampleItem({ company: 'x', email: 1 }));
    const messages = await messagesOf({ customers });
    expect(messages.slice(0, 3)).toEqual([
      '#/customers/0: extraneous key [company] is not permitted',
      '#/customers/0/email: expected type: String, found: Integer',
      '#/customers/1: extraneous key [company] is not permitted',
    ]);
    expect(messages).toHaveLength(100);
    expect(messages.at(-1)).toBe('and 501 more');
  });

  it('names a missing source id by its own code, and any other fault by that of the schema', async () => {
    const missing = await refusalOf({ customers: [sampleItem(), sampleItem({ sourceId: undefined, company: 'x' })] });
    expect(missing.code).toBe('LOOKUP_KEY_MISSING');
    expect(missing.issues.map(({ message }) => message)).toEqual([
      '#/customers/1: extraneous key [company] is not permitted',
      '#/customers/1: required key [sourceId] not found',
    ]);
    expect((await refusalOf({ customers: [sampleItem({ source: undefined })] })).code).toBe('SCHEMA_VIOLATION');
    // The source id of a parent is no lookup key.
    expect((await refusalOf({ customers: [sampleItem({ parent: { source: 'x' } })] })).code).toBe('SCHEMA_VIOLATION');
  });

  it('refuses keys that reach into prototypes by name', async () => {
    const body: unknown = JSON.parse('{"customers":[{"source":"s","sourceId":1,"__proto__":{"x":1},"constructor":1}]}');
    expect(await messagesOf(body)).toEqual([
      '#/customers/0: extraneous key [__proto__] is not permitted',
      '#/customers/0: extraneous key [constructor] is not permitted',
    ]);
  });

  it('lets others work while it checks ten thousand items', async () => {
    const customers = Array.from({ length: 10_000 }, (_, index) => sampleItem({ sourceId: index }));
    let turns = 0;
    const count = setInterval(() => turns++, 0);
    await check({ customers });
    clearInterval(count);
    expect(turns).toBeGreaterThan(2);
  });
});

describe('the schema of a single customer', () => {
  it('wants source and source id neither, and takes back nothing', () => {
    expect(schemaOf(CommerceCustomerRequest)({ lastName: 'McCoy' })).toEqual({ lastName: 'McCoy' });
  });

  it('says where a fault is from the body on', () => {
    expect(() => schemaOf(CommerceCustomerRequest)({ company: 'x' })).toThrow(
      expect.objectContaining({
        issues: [expect.objectContaining({ message: '#: extraneous key [company] is not permitted' })],
      }) as Error,
    );
  });
});
