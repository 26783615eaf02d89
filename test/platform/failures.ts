import * as nest from '@nestjs/common';
import Database from 'better-sqlite3';
import { MulterError } from 'multer';
import { QueryFailedError } from 'typeorm';
import { CommitOutcomeUnknown } from '../../src/platform/database/database.errors';
import { AppError, FieldIssue } from '../../src/platform/errors/app-error';
import { DEFAULT_STATUS, ERROR_TYPES, ErrorType } from '../../src/platform/errors/error-type';

/** Stands in the message of every foreign error below; may never reach a caller. */
export const SECRET = 'sEcReT-4711';

export const ISSUE: FieldIssue = {
  object: 'customer',
  field: 'pinCode',
  rejectedValue: '0',
  message: 'pinCode is bad',
};

/** Something thrown, and what each family makes of it. */
export interface Failure {
  readonly name: string;
  readonly make: () => unknown;
  readonly errorType: ErrorType;
  readonly status: number;
  readonly message: string;
  readonly issues?: readonly FieldIssue[];
  readonly commerce: readonly [code: number, type: string];
  /** `error` of the flat body; unused for 400, 403. */
  readonly campaign: string;
}

const coded = (properties: object, message = `failed ${SECRET}`) => Object.assign(new Error(message), properties);
const failedQuery = (properties: object) =>
  new QueryFailedError(`SELECT '${SECRET}' FROM customers`, [SECRET], coded(properties, `driver says ${SECRET}`));

const UNREADABLE = 'The request body could not be read; check its format and encoding.';
const BAD_PATH = 'The path holds a malformed %-escape; escape its parts as UTF-8 (RFC 3986).';
const FORM = 'The multipart form is malformed; send multipart/form-data with one part named "file".';
const ABORTED = 'The request broke off before it was complete; nothing was applied.';
const DATABASE = 'The database does not answer at the moment; try again shortly.';
const DISK = 'The service cannot store data at the moment; try again shortly.';
const UNAVAILABLE = 'The service cannot do that at the moment; try again shortly.';
const UNKNOWN = 'An unexpected error occurred; it was logged under this request id.';

/** The classes by what a family needs to word them: errorType, status, commerce code and type, campaign name. */
const KINDS = {
  unreadable: ['CLIENT_REQUEST_ERROR', 400, 10005, 'InvalidJSONPayload', ''],
  badPath: ['CLIENT_REQUEST_ERROR', 400, 400, 'BadRequest', ''],
  noMethod: ['CLIENT_REQUEST_ERROR', 405, 405, 'MethodNotAllowed', 'MethodNotAllowed'],
  notAcceptable: ['CLIENT_REQUEST_ERROR', 406, 406, 'NotAcceptable', 'NotAcceptable'],
  slow: ['CLIENT_REQUEST_ERROR', 408, 408, 'RequestTimeout', 'RequestTimeout'],
  tooLarge: ['CLIENT_REQUEST_ERROR', 413, 413, 'PayloadTooLarge', 'PayloadTooLarge'],
  wrongType: ['CLIENT_REQUEST_ERROR', 415, 415, 'UnsupportedMediaType', 'UnsupportedMediaType'],
  tooMany: ['CLIENT_REQUEST_ERROR', 429, 429, 'TooManyRequests', 'TooManyRequests'],
  aborted: ['CLIENT_REQUEST_ABORT', 400, 400, 'BadRequest', ''],
  noToken: ['UNAUTHORIZED', 401, 401, 'Unauthorized', 'Unauthorized'],
  forbidden: ['INVALID_ACCESS', 403, 403, 'Forbidden', ''],
  noRoute: ['RECORD_NOT_FOUND', 404, 10008, 'NotFound', 'NotFound'],
  conflict: ['UNPROCESSABLE_REQUEST', 409, 409, 'Conflict', 'Conflict'],
  unprocessable: ['UNPROCESSABLE_REQUEST', 422, 422, 'UnprocessableEntity', 'UnprocessableEntity'],
  unavailable: ['SYSTEM_ERROR', 503, 503, 'ServiceUnavailable', 'ServiceUnavailable'],
  unknown: ['UNKNOWN_ERROR', 500, 500, 'InternalError', 'InternalServerError'],
} as const satisfies Record<string, readonly [ErrorType, number, number, string, string]>;

function row(name: string, kind: keyof typeof KINDS, message: string, make: () => unknown): Failure {
  const [errorType, status, code, type, campaign] = KINDS[kind];
  return { name, make, errorType, status, message, commerce: [code, type], campaign };
}

const COMMERCE_TYPES: Record<number, string> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  422: 'UnprocessableEntity',
  500: 'InternalError',
};

/** One error of each of the nine classes, as the domain throws it. */
const DOMAIN: readonly Failure[] = ERROR_TYPES.map((errorType) => {
  const status = DEFAULT_STATUS[errorType];
  const type = COMMERCE_TYPES[status]!;
  return {
    name: `a domain error of class ${errorType}`,
    make: () => new AppError('TEST', errorType, status, `Words for ${errorType}.`),
    errorType,
    status,
    message: `Words for ${errorType}.`,
    commerce: [status, type] as const,
    campaign: status === 500 ? 'InternalServerError' : status === 422 ? 'UnprocessableEntity' : type,
  };
});

/** Every kind of thing that is thrown in this service or by what it stands on. */
export const FAILURES: readonly Failure[] = [
  ...DOMAIN,
  {
    ...row('a domain error with field issues', 'unreadable', 'Look at the list.', () => {
      return new AppError('TEST', 'VALIDATION_ERROR', 400, 'Look at the list.', { issues: [ISSUE] });
    }),
    errorType: 'VALIDATION_ERROR',
    issues: [ISSUE],
    commerce: [400, 'BadRequest'],
  },
  row(
    'a COMMIT cut off',
    'unavailable',
    'The database went away while saving; read the record before sending the change again.',
    () => new CommitOutcomeUnknown(coded({ fatal: true })),
  ),
  row('Nest bad request', 'unreadable', UNREADABLE, () => new nest.BadRequestException(SECRET)),
  row(
    'Nest unauthorized',
    'noToken',
    'A valid bearer token is required.',
    () => new nest.UnauthorizedException(SECRET),
  ),
  row('Nest forbidden', 'forbidden', 'This token does not allow that.', () => new nest.ForbiddenException(SECRET)),
  row(
    'Nest not found',
    'noRoute',
    'There is no such route; check its path against the documentation of this service.',
    () => new nest.NotFoundException(SECRET),
  ),
  row(
    'Nest method not allowed',
    'noMethod',
    'The route does not take this method.',
    () => new nest.MethodNotAllowedException(SECRET),
  ),
  row(
    'Nest not acceptable',
    'notAcceptable',
    'The answer cannot be given in a format the request accepts.',
    () => new nest.NotAcceptableException(SECRET),
  ),
  row(
    'Nest request timeout',
    'slow',
    'The request took too long to arrive; send it again.',
    () => new nest.RequestTimeoutException(SECRET),
  ),
  row(
    'Nest conflict',
    'conflict',
    'The request does not fit the present state of the record.',
    () => new nest.ConflictException(SECRET),
  ),
  row(
    'Nest payload too large',
    'tooLarge',
    'The request body is too large.',
    () => new nest.PayloadTooLargeException(SECRET),
  ),
  row(
    'Nest unsupported media type',
    'wrongType',
    'The Content-Type or charset of the request is not supported here.',
    () => new nest.UnsupportedMediaTypeException(SECRET),
  ),
  row(
    'Nest unprocessable entity',
    'unprocessable',
    'The request could not be processed.',
    () => new nest.UnprocessableEntityException(SECRET),
  ),
  row(
    'Nest too many requests',
    'tooMany',
    'Too many requests; wait before sending more.',
    () => new nest.HttpException(SECRET, 429),
  ),
  row('Nest service unavailable', 'unavailable', UNAVAILABLE, () => new nest.ServiceUnavailableException(SECRET)),
  row('Nest gateway timeout', 'unavailable', UNAVAILABLE, () => new nest.GatewayTimeoutException(SECRET)),
  row('Nest internal error', 'unknown', UNKNOWN, () => new nest.InternalServerErrorException(SECRET)),
  row('Nest teapot', 'unreadable', UNREADABLE, () => new nest.ImATeapotException(SECRET)),
  row('body parser: malformed JSON', 'unreadable', UNREADABLE, () =>
    coded({ type: 'entity.parse.failed', status: 400, body: SECRET }),
  ),
  row('body parser: too large', 'tooLarge', 'The request body is too large.', () =>
    coded({ type: 'entity.too.large', status: 413 }),
  ),
  row('body parser: charset', 'wrongType', 'The Content-Type or charset of the request is not supported here.', () =>
    coded({ type: 'charset.unsupported', status: 415 }),
  ),
  row('body parser: aborted', 'aborted', ABORTED, () =>
    coded({ type: 'request.aborted', code: 'ECONNABORTED', status: 400 }),
  ),
  row(
    'Nest: malformed path',
    'badPath',
    BAD_PATH,
    () => new nest.BadRequestException(`Failed to decode param '${SECRET}'`),
  ),
  row('router: malformed path', 'badPath', BAD_PATH, () => Object.assign(new URIError(SECRET), { status: 400 })),
  row(
    'multer: file too large',
    'tooLarge',
    'The file is too large; split it into several files.',
    () => new MulterError('LIMIT_FILE_SIZE', SECRET),
  ),
  row(
    'multer: unexpected file',
    'unreadable',
    'The form holds a file this route does not take; send the table as exactly one part named "file".',
    () => new MulterError('LIMIT_UNEXPECTED_FILE', SECRET),
  ),
  row('multer: too many parts', 'unreadable', FORM, () => new MulterError('LIMIT_PART_COUNT', SECRET)),
  row('multipart: truncated', 'unreadable', FORM, () => new Error('Unexpected end of form')),
  row('multipart: no boundary', 'unreadable', FORM, () => new Error(`Multipart: Boundary not found ${SECRET}`)),
  row('multipart: part header', 'unreadable', FORM, () => new Error('Malformed part header')),
  row('multipart: cut file', 'unreadable', FORM, () => new Error('Unexpected end of file')),
  row('client hung up', 'aborted', ABORTED, () => coded({ code: 'ECONNRESET' })),
  row('upload broke off', 'aborted', ABORTED, () => new Error('Request aborted')),
  row('database: deadlock', 'unavailable', DATABASE, () =>
    failedQuery({ errno: 1213, code: 'ER_LOCK_DEADLOCK', sqlState: '40001' }),
  ),
  row('database: refused', 'unavailable', DATABASE, () => coded({ code: 'ECONNREFUSED', fatal: true })),
  row('database: link lost', 'unavailable', DATABASE, () =>
    failedQuery({ code: 'PROTOCOL_CONNECTION_LOST', fatal: true }),
  ),
  row('database: busy file', 'unavailable', DATABASE, () => failedQuery({ code: 'SQLITE_BUSY' })),
  row('database: full disk', 'unavailable', DATABASE, () => new Database.SqliteError(SECRET, 'SQLITE_FULL')),
  row('database: unique violation', 'unknown', UNKNOWN, () =>
    failedQuery({ errno: 1062, code: 'ER_DUP_ENTRY', sqlState: '23000' }),
  ),
  row('database: wrong SQL', 'unknown', UNKNOWN, () => new Database.SqliteError(SECRET, 'SQLITE_ERROR')),
  row('disk full', 'unavailable', DISK, () => coded({ code: 'ENOSPC', errno: -28, path: `/${SECRET}` })),
  row('disk read-only', 'unavailable', DISK, () => coded({ code: 'EROFS' })),
  row('a missing file of ours', 'unknown', UNKNOWN, () => coded({ code: 'ENOENT', path: `/${SECRET}` })),
  row('a plain Error', 'unknown', UNKNOWN, () => new Error(SECRET)),
  row('a TypeError', 'unknown', UNKNOWN, () => new TypeError(SECRET)),
  row('an object with a status of ours', 'unknown', UNKNOWN, () => ({ status: 502, message: SECRET })),
  row('a thrown string', 'unknown', UNKNOWN, () => SECRET),
  row('a thrown number', 'unknown', UNKNOWN, () => 42),
  row('thrown null', 'unknown', UNKNOWN, () => null),
  row('thrown undefined', 'unknown', UNKNOWN, () => undefined),
];
