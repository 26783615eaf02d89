import { AppError, AppErrorClass } from '../../platform/errors/app-error';
import { InvalidRequest } from '../../platform/errors/http.errors';
import type { CodedIssue } from '../../platform/validation/coded-issue';
import { CustomerNotFound } from '../customer.errors';
import { CustomerExists, CustomerMultipleFound, ParentCustomerNotFound } from './commerce.errors';
import type { CustomerKey } from './commerce-item';

type Identity = { readonly source: string | null; readonly sourceId: string | null; readonly language: string | null };

/** A key as it reads in a message. */
function named(key: CustomerKey | Identity): string {
  if ('id' in key) return `id ${key.id}`;
  const { source, sourceId, language } = key;
  return [
    source === null ? null : `source ${source}`,
    `sourceId ${sourceId ?? ''}`,
    language === null ? null : `language ${language}`,
  ]
    .filter((part) => part !== null)
    .join(', ');
}

/** What would tell customers of one key apart. */
function missingOf(key: CustomerKey): string {
  return 'source' in key && key.source === null ? 'source and language' : 'language';
}

function issue(field: string, code: string, message: string): CodedIssue {
  return { field, code, message, rejectedValue: null };
}

/** What can be wrong with a customer of a request that has passed the schema. */
export const COMMERCE_ISSUES = {
  multipleFound: (key: CustomerKey) =>
    issue(
      'language',
      'CUSTOMER_MULTIPLE_FOUND',
      `several customers have ${named(key)}; add ${missingOf(key)} to say which one is meant`,
    ),
  notFound: (key: CustomerKey) =>
    issue('id' in key ? 'id' : 'sourceId', 'CUSTOMER_NOT_FOUND', `this company has no customer with ${named(key)}`),
  exists: (key: CustomerKey | Identity) =>
    issue('sourceId', 'CUSTOMER_EXISTS', `a customer with ${named(key)} exists already; update that one instead`),
  parentNotFound: (key: CustomerKey) =>
    issue(
      'parent',
      'PARENT_CUSTOMER_NOT_FOUND',
      `this company has no customer with ${named(key)} to be the parent; create it first, or earlier in the same call`,
    ),
  parentAmbiguous: (key: CustomerKey) =>
    issue('parent', 'CUSTOMER_MULTIPLE_FOUND', `several customers have ${named(key)}; name the parent by its id`),
  parentCycle: () =>
    issue('parent', 'PARENT_CYCLE', 'the parent is the customer itself or stands below it; choose another parent'),
  halfIdentity: () => issue('source', 'INCOMPLETE_IDENTITY', 'source and sourceId go together; give both'),
  nameless: () =>
    issue(
      'lastName',
      'NAMELESS',
      'a customer needs a name of at least two characters, or source with sourceId; give one of them',
    ),
};

const ERRORS: Readonly<Record<string, AppErrorClass>> = {
  CUSTOMER_MULTIPLE_FOUND: CustomerMultipleFound,
  CUSTOMER_NOT_FOUND: CustomerNotFound,
  CUSTOMER_EXISTS: CustomerExists,
  PARENT_CUSTOMER_NOT_FOUND: ParentCustomerNotFound,
};

/** The same fault as the exception of a single request. */
export function toRequestError({ field, code, message }: CodedIssue): AppError {
  const Kind = ERRORS[code] ?? InvalidRequest;
  return new Kind(message, { issues: [{ object: 'customer', field: field ?? '', rejectedValue: null, message }] });
}
