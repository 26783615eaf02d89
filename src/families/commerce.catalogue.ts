import { STATUS_NAMES } from './status-names';

/** One kind of error of the commerce API, as its bodies name it and its page explains it. */
export interface CommerceCode {
  /** The published number, or the HTTP status where the published list has none. */
  readonly code: number;
  readonly type: string;
  readonly status: number;
  /** What went wrong, for the person who reads the page. */
  readonly meaning: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** A code, and the codes of our errors and row issues that it stands for. */
export interface CatalogueEntry extends CommerceCode {
  readonly errorCodes: readonly string[];
}

/** The numbers of the published list (contract, section 3). */
const PUBLISHED: readonly CatalogueEntry[] = [
  {
    code: 10005,
    type: 'InvalidJSONPayload',
    status: 400,
    errorCodes: ['UNREADABLE_BODY'],
    meaning:
      'The request could not be read: its body is no valid JSON, is missing, or is not in the encoding it names.',
    remedy: 'Check the body with a JSON parser and send it in UTF-8 with the header Content-Type: application/json.',
  },
  {
    code: 10006,
    type: 'InvalidLookupKey',
    status: 400,
    errorCodes: ['INVALID_LOOKUP_KEY'],
    meaning: 'The URL looks a customer up by a key that this API does not know.',
    remedy: 'Use id or sourceId, as in /customers/id/25494 or /customers/sourceId/3002196.',
  },
  {
    code: 10007,
    type: 'SchemaValidationException',
    status: 400,
    errorCodes: ['SCHEMA_VIOLATION'],
    meaning: 'The body is valid JSON but not of the published shape. Nothing of the call was written.',
    remedy:
      'Each message begins with a place, such as #/customers/3/email, and says what is wrong there. Correct them all, then send the whole call again.',
  },
  {
    code: 10008,
    type: 'NotFound',
    status: 404,
    errorCodes: ['ROUTE_NOT_FOUND'],
    meaning: 'This API has no route of that path.',
    remedy: 'Compare the path with the documentation: spelling, slashes, and no part missing or left over.',
  },
  {
    code: 10015,
    type: 'PaginatedResponseException',
    status: 400,
    errorCodes: ['INVALID_PAGE'],
    meaning: 'The search asks for a page that cannot be given.',
    remedy: 'Send offset and page as whole numbers within the limits that the message names.',
  },
  {
    code: 10016,
    type: 'LookupKeyNotFound',
    status: 400,
    errorCodes: ['LOOKUP_KEY_MISSING'],
    meaning: 'A customer of the call lacks the key by which it is looked up. Nothing of the call was written.',
    remedy:
      'Give every customer the key the route is named after, such as sourceId on /customers/bulk/sourceId; the messages name those without one.',
  },
  {
    code: 10017,
    type: 'PayloadValidationError',
    status: 400,
    errorCodes: ['INVALID_REQUEST'],
    meaning: 'The request has the right shape, but a value in it breaks a rule.',
    remedy:
      'Each message names a field and its rule. Correct the value and send it again; of a bulk call, only the items answered with success: false.',
  },
  {
    code: 60004,
    type: 'CustomerExists',
    status: 400,
    errorCodes: ['CUSTOMER_EXISTS'],
    meaning: 'A customer with this source, sourceId and language exists already.',
    remedy:
      'Change it with PATCH, or use /customers/bulk/sourceId, which updates what exists and creates what does not.',
  },
  {
    code: 60005,
    type: 'CustomerMultipleFound',
    status: 400,
    errorCodes: ['CUSTOMER_MULTIPLE_FOUND'],
    meaning:
      'Several customers have this source and sourceId, in different languages, and the call does not say which.',
    remedy: 'Name the language, or address the customer by its numeric id.',
  },
  {
    code: 60006,
    type: 'CustomerNotFound',
    status: 404,
    errorCodes: ['CUSTOMER_NOT_FOUND', 'NOT_FOUND'],
    meaning:
      'There is no such customer in your company. Unknown and deleted customers and those of others look the same.',
    remedy: 'Check the id or sourceId, the source and the language, and that the token belongs to the right company.',
  },
  {
    code: 60007,
    type: 'ParentCustomerNotFound',
    status: 404,
    errorCodes: ['PARENT_CUSTOMER_NOT_FOUND'],
    meaning: 'The customer named as parent does not exist in your company.',
    remedy: 'Create the parent first, or correct parent: either { id } or { source, sourceId }.',
  },
];

/** Meaning and remedy of the HTTP statuses that stand for themselves. */
const STATUSES: Readonly<Record<number, readonly [meaning: string, remedy: string]>> = {
  400: [
    'The request could not be taken as it arrived; it may have broken off on the way. Nothing of it was applied.',
    'Send it again. If it fails again, the messages say what to change.',
  ],
  401: [
    'The request carries no valid token: it is missing, expired, revoked or not from this service.',
    'Send the header Authorization: Bearer <token> with an API key or a fresh access token from POST /oauth/token.',
  ],
  403: [
    'The token is valid but does not allow this.',
    'Use a token with the scope and the company that the message names, or ask the operator for one.',
  ],
  404: [
    'What the URL names does not exist for this token.',
    'Check the ids in the URL, and that the token belongs to the right company.',
  ],
  405: ['The route does not take this HTTP method.', 'Use one of the methods in the Allow header of the answer.'],
  406: [
    'The service cannot answer in any format that the Accept header of the request allows.',
    'Send Accept: application/json, or leave the header out.',
  ],
  408: ['The request took too long to arrive.', 'Send it again; on a slow connection, with fewer items per call.'],
  409: [
    'The request does not fit the present state: the record was just changed, or a call with the same key still runs.',
    'Read the record, or wait for the other call to end, then send the request again.',
  ],
  413: ['The body is larger than this route takes.', 'Split it into several calls.'],
  415: [
    'The Content-Type, charset or Content-Encoding of the request is not supported here.',
    'Send uncompressed JSON in UTF-8 with the header Content-Type: application/json.',
  ],
  422: [
    'The request was understood but cannot be carried out.',
    'The message says why. Change the request; if it was sent with an Idempotency-Key, choose a new key.',
  ],
  429: [
    'Too many requests arrived in a short time.',
    'Wait for as many seconds as the Retry-After header of the answer says, then send the request again.',
  ],
  500: [
    'The service failed. The cause is in its log and never in an answer.',
    'Read the customer to see whether the change arrived, then send it again. If it keeps failing, tell the operator the X-Request-Id of the answer.',
  ],
  503: [
    'The service cannot do that at the moment, for instance because its database does not answer.',
    'Wait for as many seconds as the Retry-After header of the answer says. If the message speaks of saving, read the customer before sending the change again.',
  ],
};

/** All codes: the published ones, then the HTTP statuses. */
export const COMMERCE_CATALOGUE: readonly CatalogueEntry[] = [
  ...PUBLISHED,
  ...Object.entries(STATUSES).map(([status, [meaning, remedy]]) => ({
    code: Number(status),
    type: STATUS_NAMES[Number(status)] ?? 'InternalError',
    status: Number(status),
    errorCodes: [],
    meaning,
    remedy,
  })),
];
