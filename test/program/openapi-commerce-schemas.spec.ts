import { AddressRequest } from '../../src/customer/commerce/address.dto';
import { CommerceCustomerRequest, IdItem, SourceIdItem } from '../../src/customer/commerce/commerce-customer.dto';
import { CommerceSearchRequest, DateFilter, toCommerceSearch } from '../../src/customer/commerce/commerce-search.dto';
import { schemaOf } from '../../src/customer/commerce/commerce.schema';
import { printDocument } from './openapi-document';
import { schemaFaults } from './schema-check';

/** Classes of requests, and an object each of them takes. */
const REQUESTS: readonly [new () => object, object][] = [
  [CommerceCustomerRequest, {}],
  [SourceIdItem, { source: 'REST-API', sourceId: 3002196 }],
  [IdItem, { id: 25494 }],
  [AddressRequest, { type: 'invoice', street: 'Markt', country: 'NL' }],
  [CommerceSearchRequest, {}],
  [DateFilter, {}],
];

/** Values that need no rule beyond the schema to be refused. */
const WRONG_TYPES: readonly unknown[] = [null, true, 1.5, {}, [], [[]], '', 'x'.repeat(3000)];

const OTHERS: readonly unknown[] = [
  ...[0, 1, -1, 1001, 2 ** 40, 'x', 'Y', 'M', 'en', 'EN', 'nld', 'NL', 'invoice', 'a@b.example', '2020-12-12'],
  ...['2020-12-12T00:00:00', '2020-12-12T00:00:00.5+01:00', '12/12/2020', '1234', '*******1120', 'x'.repeat(64)],
  ...[{ id: 1 }, { source: 'x', sourceId: 1 }, { source: 'x', sourceId: 'x' }, { from: '2020-12-12' }, [1], ['x']],
];

let document: any;
beforeAll(async () => {
  ({ document } = await printDocument());
}, 180_000);

it.each(REQUESTS)('documents what %p takes, and nothing else', (Request, least) => {
  const check = schemaOf(Request);
  const isTaken = (body: unknown) => {
    try {
      const request = check(body);
      if (Request === CommerceSearchRequest) toCommerceSearch(request, String);
      return true;
    } catch {
      return false;
    }
  };
  const schema = { $ref: `#/components/schemas/${Request.name}` };
  const isDocumented = (body: unknown) => schemaFaults(document, schema, body).length === 0;
  const differing: unknown[] = [];
  const compare = (body: object, isExact: boolean) => {
    // A documented value may still break a rule that a schema cannot state, such as a day that is none.
    if (isTaken(body) ? !isDocumented(body) : isExact && isDocumented(body)) differing.push(body);
  };
  compare(least, true);
  expect(isTaken(least)).toBe(true);
  compare({ ...least, company_: 1 }, true);
  for (const member of Object.keys(document.components.schemas[Request.name].properties)) {
    compare(Object.fromEntries(Object.entries(least).filter(([key]) => key !== member)), true);
    for (const value of WRONG_TYPES) compare({ ...least, [member]: value }, true);
    for (const value of OTHERS) compare({ ...least, [member]: value }, false);
  }
  expect(differing).toEqual([]);
});
