/**
 * The closed list of error classes of the receivables API (published enum `errorType`). Every failure of every
 * family is exactly one of them; `X-Error-Type` carries it.
 */
export const ERROR_TYPES = [
  'CLIENT_REQUEST_ABORT',
  'CLIENT_REQUEST_ERROR',
  'INVALID_ACCESS',
  'RECORD_NOT_FOUND',
  'SYSTEM_ERROR',
  'UNAUTHORIZED',
  'UNKNOWN_ERROR',
  'UNPROCESSABLE_REQUEST',
  'VALIDATION_ERROR',
] as const;

export type ErrorType = (typeof ERROR_TYPES)[number];

/** HTTP status of an error class where its definition names no other. */
export const DEFAULT_STATUS: Readonly<Record<ErrorType, number>> = {
  CLIENT_REQUEST_ABORT: 400,
  CLIENT_REQUEST_ERROR: 400,
  INVALID_ACCESS: 403,
  RECORD_NOT_FOUND: 404,
  SYSTEM_ERROR: 500,
  UNAUTHORIZED: 401,
  UNKNOWN_ERROR: 500,
  UNPROCESSABLE_REQUEST: 422,
  VALIDATION_ERROR: 400,
};
