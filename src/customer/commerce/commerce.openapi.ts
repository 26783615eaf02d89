import type { Type } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import type { AppError } from '../../platform/errors/app-error';
import { InvalidRequest } from '../../platform/errors/http.errors';
import { ApiErrors, invalidField, refusalOf } from '../../platform/openapi/api-errors';
import { namedExamples } from '../../platform/openapi/json-answer';
import { type AddressAnswer, AddressRequest, type AddressResponse } from './address.dto';
import type { CommerceCustomerResponse } from './commerce-customer-response.dto';
import { CommerceCustomerRequest } from './commerce-customer.dto';
import type { CustomerKey } from './commerce-item';
import { CommerceSearchRequest, toCommerceSearch } from './commerce-search.dto';
import { SchemaViolation } from './commerce.errors';
import { COMMERCE_ISSUES, toRequestError } from './commerce.issues';
import { schemaOf } from './commerce.schema';
import { toCustomerKey } from './lookup.dto';

/** Documents the body of a request, with examples by what they show. */
export function ApiCommerceBody(type: Type, bodies: Readonly<Record<string, object>>): MethodDecorator {
  return ApiBody({ type, examples: namedExamples(bodies) });
}

/** An address with all its members. */
const ADDRESS: AddressRequest = {
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
};

const LEAST_ADDRESS: AddressRequest = { type: 'invoice', street: 'Markt', country: 'NL' };

/** A new customer that any empty book takes as it is. */
export const CUSTOMER = {
  source: 'REST-API',
  sourceId: 3002196,
  language: 'en',
  debtorId: '12345',
  firstName: 'Miles',
  lastName: 'McCoy',
  abbreviation: 'MM',
  title: 'Mr.',
  dateOfBirth: '1993-08-28',
  gender: 'M',
  ssn: '078-05-1120',
  phone: '0032445888',
  mobile: '0038975648',
  email: 'miles@example.com',
  primaryLanguage: 'nl',
  addresses: [ADDRESS],
} satisfies CommerceCustomerRequest;

export const CREATE_BODIES: Readonly<Record<string, CommerceCustomerRequest>> = {
  'A person with an address': CUSTOMER,
  'As little as it takes': { source: 'REST-API', sourceId: '3002197' },
};

export const UPDATE_BODIES: Readonly<Record<string, CommerceCustomerRequest>> = {
  'Changes the e-mail address and clears the title': { email: 'miles.mccoy@example.com', title: null },
  'Adds an address': { addresses: [LEAST_ADDRESS] },
};

export const SEARCH_BODIES: Readonly<Record<string, CommerceSearchRequest>> = {
  'The customers of a debtor': { debtorIds: ['12345'] },
  'Those changed in a time, the first hundred': {
    dateModified: { from: '2020-12-12T00:00:00', to: '2036-12-12' },
    offset: 100,
    page: 1,
  },
  'All customers': {},
};

export const ADDRESS_BODIES: Readonly<Record<string, AddressRequest>> = {
  'All members': ADDRESS,
  'As little as it takes': LEAST_ADDRESS,
};

export const ADDRESSES_BODIES = { 'One with a code and one without': { addresses: [ADDRESS, LEAST_ADDRESS] } };

/** The customer of `CUSTOMER` as it is answered. */
export const CUSTOMER_ANSWER: CommerceCustomerResponse = {
  id: 25494,
  customerId: 'KC7Q2M9RX4T1B8ZC',
  source: 'REST-API',
  sourceId: '3002196',
  language: 'en',
  name: 'Miles McCoy',
  status: 'ACTIVE',
  debtorId: '12345',
  firstName: 'Miles',
  middleName: null,
  lastName: 'McCoy',
  abbreviation: 'MM',
  title: 'Mr.',
  dateOfBirth: '1993-08-28',
  gender: 'M',
  ssn: '*******1120',
  phone: '0032445888',
  mobile: '0038975648',
  email: 'miles@example.com',
  primaryLanguage: 'nl',
  parent: null,
  dateCreated: '2026-01-05T09:30:00.000Z',
  dateModified: '2026-01-05T09:30:00.000Z',
  version: 1,
};

/** The same customer after the first of `UPDATE_BODIES`. */
export const UPDATED_ANSWER: CommerceCustomerResponse = {
  ...CUSTOMER_ANSWER,
  email: 'miles.mccoy@example.com',
  title: null,
  dateModified: '2026-01-06T11:00:00.000Z',
  version: 2,
};

/** The address of `CUSTOMER` as it is answered. */
export const ADDRESS_ANSWER: AddressResponse = {
  ...(ADDRESS as Required<AddressRequest>),
  id: 106097,
  middleName: null,
  isDefault: 'Y',
};

export const ADDRESS_ANSWERS: readonly AddressAnswer[] = [
  { action: 'update', id: 106097, key: '11234', lookupKey: 'code', success: true },
  { action: 'create', id: 106098, key: null, lookupKey: 'code', success: true },
];

/** Schemas of the members that tell which page of a search an answer is. */
export const PAGE_MEMBERS = {
  page: { type: 'integer', format: 'int32', description: 'Number of this page.' },
  offset: { type: 'integer', format: 'int32', description: 'Customers on a page.' },
  pages: { type: 'integer', format: 'int32', description: 'How many pages there are.' },
};

const KEY: CustomerKey = { source: null, sourceId: '3002196', language: null };
const PARENT: CustomerKey = { source: 'REST-API', sourceId: '4711', language: null };

const LOOKUP_ERRORS: readonly AppError[] = [
  refusalOf(() => toCustomerKey({ lookupKey: 'email', lookupValue: 'miles@example.com' }, {})),
  refusalOf(() => toCustomerKey({ lookupKey: 'id', lookupValue: 'A-4711' }, {})),
  invalidField(
    'LookupQuery',
    'language',
    'dutch',
    'language must be a two-letter language code (ISO 639-1) such as en',
  ),
  toRequestError(COMMERCE_ISSUES.multipleFound(KEY)),
  toRequestError(COMMERCE_ISSUES.notFound(KEY)),
];

/** A body that breaks the schema of a customer. */
const BROKEN_CUSTOMER = refusalOf(() => schemaOf(CommerceCustomerRequest)({ company: 'Trimergo', email: 5 }));

/** A body that breaks the schema of its route, in the printed grammar. */
export function schemaViolation(...messages: readonly string[]): SchemaViolation {
  const issues = messages.map((message) => ({ object: 'body', field: '', rejectedValue: null, message }));
  return new SchemaViolation(BROKEN_CUSTOMER.message, { issues });
}

/** Documents the errors of a route on one customer. */
export function ApiLookupErrors(...more: readonly AppError[]): MethodDecorator {
  return ApiErrors(...LOOKUP_ERRORS, ...more);
}

export const CREATE_ERRORS: readonly AppError[] = [
  BROKEN_CUSTOMER,
  toRequestError(COMMERCE_ISSUES.halfIdentity()),
  toRequestError(COMMERCE_ISSUES.nameless()),
  toRequestError(COMMERCE_ISSUES.exists({ source: 'REST-API', sourceId: '3002196', language: 'en' })),
  toRequestError(COMMERCE_ISSUES.parentAmbiguous(PARENT)),
  toRequestError(COMMERCE_ISSUES.parentNotFound(PARENT)),
];

export const UPDATE_ERRORS: readonly AppError[] = [
  BROKEN_CUSTOMER,
  toRequestError(COMMERCE_ISSUES.halfIdentity()),
  toRequestError(COMMERCE_ISSUES.parentCycle()),
  toRequestError(COMMERCE_ISSUES.exists({ source: 'REST-API', sourceId: '3002197', language: 'en' })),
  toRequestError(COMMERCE_ISSUES.parentAmbiguous(PARENT)),
  toRequestError(COMMERCE_ISSUES.parentNotFound(PARENT)),
];

export const SEARCH_ERRORS: readonly AppError[] = [
  refusalOf(() => schemaOf(CommerceSearchRequest)({ debtorIds: '12345', dateCreated: { from: '12/12/2020' } })),
  refusalOf(() => toCommerceSearch({ offset: 1001 }, String)),
];

export const ADDRESS_ERRORS: readonly AppError[] = [
  refusalOf(() => schemaOf(AddressRequest)({ type: 'invoice', country: 'NL', zip: '6822 AA' })),
  tooManyAddresses(),
];

export const ADDRESSES_ERRORS: readonly AppError[] = [
  schemaViolation(
    '#/addresses/0: required key [street] not found',
    '#/addresses/0/icp: expected type: String, found: Boolean',
  ),
  tooManyAddresses(),
];

function tooManyAddresses(): InvalidRequest {
  const message =
    'a customer can hold at most 200 addresses and this one has 200; give addresses a code to change them instead of adding more';
  return new InvalidRequest(message, {
    issues: [{ object: 'customer', field: 'addresses', rejectedValue: null, message }],
  });
}
