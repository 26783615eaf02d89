import { HttpException } from '@nestjs/common';
import { MulterError } from 'multer';
import { isDatabaseUnavailable } from '../database/driver-error';
import { AppError, AppErrorClass } from './app-error';
import {
  Conflict,
  DependencyUnavailable,
  Forbidden,
  MethodNotAllowed,
  NotAcceptable,
  PayloadTooLarge,
  RequestAborted,
  RequestTimeout,
  RouteNotFound,
  TooManyRequests,
  Unauthorized,
  UnknownError,
  Unprocessable,
  UnreadableBody,
  UnreadablePath,
  UnsupportedMediaType,
} from './http.errors';
import { isStorageFault } from './storage-fault';

const RETRY_SECONDS = 5;

const UNAVAILABLE = 'The service cannot do that at the moment; try again shortly.';

interface Words {
  readonly kind: AppErrorClass;
  readonly message: string;
}

/** Fixed words per HTTP status: a foreign message may hold driver text, so it is never passed on. */
const BY_STATUS: Readonly<Record<number, Words>> = {
  400: { kind: UnreadableBody, message: 'The request body could not be read; check its format and encoding.' },
  401: { kind: Unauthorized, message: 'A valid bearer token is required.' },
  403: { kind: Forbidden, message: 'This token does not allow that.' },
  404: {
    kind: RouteNotFound,
    message: 'There is no such route; check its path against the documentation of this service.',
  },
  405: { kind: MethodNotAllowed, message: 'The route does not take this method.' },
  406: { kind: NotAcceptable, message: 'The answer cannot be given in a format the request accepts.' },
  408: { kind: RequestTimeout, message: 'The request took too long to arrive; send it again.' },
  413: { kind: PayloadTooLarge, message: 'The request body is too large.' },
  415: { kind: UnsupportedMediaType, message: 'The Content-Type or charset of the request is not supported here.' },
  409: { kind: Conflict, message: 'The request does not fit the present state of the record.' },
  422: { kind: Unprocessable, message: 'The request could not be processed.' },
  429: { kind: TooManyRequests, message: 'Too many requests; wait before sending more.' },
  502: { kind: DependencyUnavailable, message: UNAVAILABLE },
  503: { kind: DependencyUnavailable, message: UNAVAILABLE },
  504: { kind: DependencyUnavailable, message: UNAVAILABLE },
};

/** multer's codes: what to tell the person who built the request. */
const MULTER: Readonly<Record<string, Words>> = {
  LIMIT_FILE_SIZE: { kind: PayloadTooLarge, message: 'The file is too large; split it into several files.' },
  LIMIT_UNEXPECTED_FILE: {
    kind: UnreadableBody,
    message: 'The form holds a file this route does not take; send the table as exactly one part named "file".',
  },
};

/** Words of busboy, which multer passes on as they are. */
const MALFORMED_FORM = /^(?:Multipart: |Malformed (?:part header|content type)$|Unexpected end of (?:form|file)$)/;

/** Words of the router at a malformed %-escape; Nest wraps them as those of a bad request. */
const MALFORMED_PATH = /^Failed to decode param /;

function hasOf(error: object, key: string): unknown {
  return (error as Record<string, unknown>)[key];
}

function fromStatus(status: number, cause: unknown): AppError | null {
  const words = BY_STATUS[status];
  if (words === undefined) return null;
  const retryAfterSeconds = words.kind === DependencyUnavailable ? RETRY_SECONDS : undefined;
  return new words.kind(words.message, { cause, retryAfterSeconds });
}

/** Signs that the other side hung up in the middle of a request. */
const ABORT_SIGNS = new Set(['ECONNABORTED', 'ECONNRESET', 'request.aborted', 'Request aborted', 'Request closed']);

/** What a malformed %-escape in a path is answered with. */
export function unreadablePath(cause?: unknown): AppError {
  return new UnreadablePath('The path holds a malformed %-escape; escape its parts as UTF-8 (RFC 3986).', { cause });
}

/**
 * The one place that recognises errors of others (Nest, body parser, multer, router, database driver, file system) and
 * says which of the nine classes they are. Everything unknown becomes `UNKNOWN_ERROR` with fixed words.
 */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const unknown = new UnknownError('An unexpected error occurred; it was logged under this request id.', {
    cause: thrown,
  });
  if (typeof thrown !== 'object' || thrown === null) return unknown;

  const message = thrown instanceof Error ? thrown.message : '';
  if (thrown instanceof URIError || MALFORMED_PATH.test(message)) return unreadablePath(thrown);
  const named = hasOf(thrown, 'code') ?? hasOf(thrown, 'type');
  const code = typeof named === 'string' ? named : '';
  if (isDatabaseUnavailable(thrown)) {
    return new DependencyUnavailable('The database does not answer at the moment; try again shortly.', {
      cause: thrown,
      retryAfterSeconds: RETRY_SECONDS,
    });
  }
  if (isStorageFault(thrown)) {
    return new DependencyUnavailable('The service cannot store data at the moment; try again shortly.', {
      cause: thrown,
      retryAfterSeconds: RETRY_SECONDS,
    });
  }
  if (ABORT_SIGNS.has(code) || ABORT_SIGNS.has(message)) {
    return new RequestAborted('The request broke off before it was complete; nothing was applied.', { cause: thrown });
  }
  if (thrown instanceof MulterError || MALFORMED_FORM.test(message)) {
    const words = MULTER[code] ?? {
      kind: UnreadableBody,
      message: 'The multipart form is malformed; send multipart/form-data with one part named "file".',
    };
    return new words.kind(words.message, { cause: thrown });
  }
  if (thrown instanceof HttpException) {
    const status = thrown.getStatus();
    return fromStatus(status, thrown) ?? (status < 500 ? (fromStatus(400, thrown) ?? unknown) : unknown);
  }
  // body-parser and Node's parser mark their own faults with a status below 500.
  const status = hasOf(thrown, 'status') ?? hasOf(thrown, 'statusCode');
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return fromStatus(status, thrown) ?? fromStatus(400, thrown) ?? unknown;
  }
  return unknown;
}
