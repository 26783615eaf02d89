import type { AddressResponse } from '../commerce/address.dto';
import type { CommerceCustomer } from '../commerce/commerce-customer.entity';
import type { CommerceCustomerResponse } from '../commerce/commerce-customer-response.dto';
import type { Customer } from '../customer.entity';
import type { CustomerResponse } from '../dto/customer.dto';
import type { HistoryItemResponse } from '../dto/customer-history.dto';

/** Everything the tables of customers say about one, in the words of both APIs, personal numbers in clear. */
export interface Person {
  readonly customer: CustomerResponse;
  readonly commerce: CommerceCustomerResponse;
  readonly addresses: readonly AddressResponse[];
  readonly deletedAt: string | null;
  /** While it is not null, nothing about the customer is to be erased. */
  readonly legalHoldSince: string | null;
  /** Oldest first. */
  readonly history: readonly HistoryItemResponse[];
}

/** Fields whose values belong to one person alone. */
const TELLING = /(^|\.)(uniqueRefNo|panOrGstin|contactNumber|accountNumber|debtorId|phone|mobile|email|ssn)$/;
/** Shorter texts stand in rows of others by chance. */
const SHORTEST = 6;

/** By what the rows of files and requests are told that are about a person, now or formerly. */
export interface Identifiers {
  /** Database ids, by which the calls and results of commerce name customers; elsewhere the number may be anything. */
  readonly databaseIds: readonly string[];
  /** Own numbers: `uniqueRefNo` of a file, `source` and `sourceId` of an item. */
  readonly refNos: readonly string[];
  readonly sourceIds: readonly { readonly source: string; readonly sourceId: string }[];
  /** Public ids, numbers and addresses that are long enough to be the person's wherever they stand, small letters. */
  readonly texts: readonly string[];
}

/** Collects the identifiers of a person from what is stored and from its history. */
export function identifiersOf(person: Person, { id, customerId }: Customer, commerce: CommerceCustomer): Identifiers {
  const changes = person.history.flatMap(({ changes: all }) => all);
  const former = (name: string) =>
    changes.filter(({ field }) => field === name).flatMap(({ from, to }) => [from, to].filter(isText));
  const told = [
    ...valuesOf({ ...person.customer, custom: undefined }),
    ...valuesOf({ ...person.commerce, parent: undefined }),
    ...person.addresses.flatMap((address) => valuesOf({ ...address })),
    ...changes.flatMap(({ field, from, to }) => [from, to].flatMap((value) => valuesOf(value, plain(field)))),
  ];
  const contacts = person.customer.customerKeyContacts.map(({ keyContactPersonId }) => keyContactPersonId);
  const texts = [customerId, ...contacts, ...told].filter((text) => text.length >= SHORTEST);
  const sources = new Set([commerce.source, ...former('source')].filter(isText));
  const sourceIds = new Set([commerce.sourceId, ...former('sourceId')].filter(isText));
  return {
    databaseIds: [String(id)],
    refNos: [...new Set([person.customer.uniqueRefNo, ...former('uniqueRefNo')].filter(isText))],
    sourceIds: [...sources].flatMap((source) => [...sourceIds].map((sourceId) => ({ source, sourceId }))),
    texts: [...new Set(texts.map((text) => text.toLowerCase()))],
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** `addresses[5].email` -> `addresses.email`. */
function plain(field: string): string {
  return field.replace(/\[[^\]]*\]/g, '');
}

/** The telling texts in a value, however deep. */
function valuesOf(value: unknown, name = ''): string[] {
  if (isText(value)) return TELLING.test(name) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((item) => valuesOf(item, name));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([member, inner]) => valuesOf(inner, member));
}
