import { AppError } from '../platform/errors/app-error';
import { ApiFamily, ErrorContext, RenderedError } from '../platform/errors/api-family';

interface CommerceCode {
  readonly code: number;
  readonly type: string;
}

/** Published codes of the commerce API, by our error code. */
const BY_CODE: Readonly<Record<string, CommerceCode>> = {
  UNREADABLE_BODY: { code: 10005, type: 'InvalidJSONPayload' },
  ROUTE_NOT_FOUND: { code: 10008, type: 'NotFound' },
  INVALID_REQUEST: { code: 10017, type: 'PayloadValidationError' },
  CUSTOMER_NOT_FOUND: { code: 60006, type: 'CustomerNotFound' },
};

/** Anything without a published code: the HTTP status and its name. */
const BY_STATUS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  408: 'RequestTimeout',
  409: 'Conflict',
  413: 'PayloadTooLarge',
  415: 'UnsupportedMediaType',
  422: 'UnprocessableEntity',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
};

/** The commerce API (`/customers`): numbered errors, each with a page that explains it. */
export const commerceFamily: ApiFamily = {
  name: 'commerce',
  prefixes: ['/customers'],
  render(error: AppError, { baseUrl }: ErrorContext): RenderedError {
    const { status } = error;
    const { code, type } = BY_CODE[error.code] ?? { code: status, type: BY_STATUS[status] ?? 'InternalError' };
    const messages = error.issues.length > 0 ? error.issues.map((issue) => issue.message) : [error.message];
    return { status, body: { error: { code, messages, moreInfo: `${baseUrl}/errors/${code}`, status, type } } };
  },
};
