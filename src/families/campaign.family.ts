import { AppError } from '../platform/errors/app-error';
import { ApiFamily, RenderedError } from '../platform/errors/api-family';

/** Name of an HTTP status in the flat error body `{ success, error, message }`. */
const NAMES: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  408: 'RequestTimeout',
  409: 'Conflict',
  413: 'PayloadTooLarge',
  415: 'UnsupportedMediaType',
  422: 'UnprocessableEntity',
  429: 'TooManyRequests',
  503: 'ServiceUnavailable',
};

/** The campaign API (`/api/v1`): `success: false` with a list for 400, a sentence for 403 and a named error otherwise. */
export const campaignFamily: ApiFamily = {
  name: 'campaign',
  prefixes: ['/api/v1'],
  render({ status, message, issues }: AppError): RenderedError {
    if (status === 400) {
      const errors = issues.length > 0 ? issues.map((issue) => issue.message) : [message];
      return { status, body: { success: false, message: 'Validation failed', errors } };
    }
    if (status === 403) return { status, body: { success: false, message } };
    if (status === 500) {
      // Printed on the published page; the cause is in the log.
      return {
        status,
        body: { success: false, error: 'InternalServerError', message: 'An unexpected error occurred' },
      };
    }
    return { status, body: { success: false, error: NAMES[status] ?? 'Error', message } };
  },
};
