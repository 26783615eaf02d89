import { AppError } from '../platform/errors/app-error';
import { ApiFamily, ErrorContext, RenderedError } from '../platform/errors/api-family';
import { STATUS_NAMES } from './status-names';
import { CommerceError } from './commerce.openapi';

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

/** The commerce API (`/customers`): numbered errors, each with a page that explains it. */
export const commerceFamily: ApiFamily = {
  name: 'commerce',
  prefixes: ['/customers'],
  errorModels: { other: CommerceError },
  render(error: AppError, { baseUrl }: ErrorContext): RenderedError {
    const { status } = error;
    const { code, type } = BY_CODE[error.code] ?? { code: status, type: STATUS_NAMES[status] ?? 'InternalError' };
    const messages = error.issues.length > 0 ? error.issues.map((issue) => issue.message) : [error.message];
    return { status, body: { error: { code, messages, moreInfo: `${baseUrl}/errors/${code}`, status, type } } };
  },
};
