import { AppError } from '../platform/errors/app-error';
import { ApiFamily, ErrorContext, RenderedError } from '../platform/errors/api-family';
import { isSecretField, MASKED } from '../platform/validation/secret-field';
import { ReceivablesError } from './receivables.openapi';

/** The value as it may be shown: members that are secrets are masked at any depth. */
function shownValue(field: string, value: unknown): unknown {
  if (isSecretField(field)) return MASKED;
  if (typeof value !== 'object' || value === null) return value ?? null;
  return JSON.parse(JSON.stringify(value, (key, member: unknown) => (isSecretField(key) ? MASKED : member))) as unknown;
}

/** UTC time as this API writes it: `yyyy-MM-dd HH:mm:ss`. */
export function receivablesTimestamp(at: Date): string {
  return at.toISOString().slice(0, 19).replace('T', ' ');
}

/** The success envelope of the receivables API around a payload. */
export function receivablesSuccess<T>(payload: T): { payload: T; response_code: 0; response_message: 'Success' } {
  return { payload, response_code: 0, response_message: 'Success' };
}

/** The receivables API (`/api/v0`): every answer is an envelope, errors carry one of nine `errorType`s. */
export const receivablesFamily: ApiFamily = {
  name: 'receivables',
  prefixes: ['/api/v0'],
  errorModels: { other: ReceivablesError },
  success: receivablesSuccess,
  render(error: AppError, context: ErrorContext): RenderedError {
    const apiSubErrors = error.issues.map(({ object, field, rejectedValue, message }) => ({
      object,
      field,
      rejectedValue: shownValue(field, rejectedValue),
      message,
    }));
    return {
      status: error.status,
      body: {
        errorResponse: {
          apiSubErrors,
          errorMessage: error.message,
          errorType: error.errorType,
          requestId: context.requestId,
          timestamp: receivablesTimestamp(context.at),
        },
        response_code: error.status,
        response_message: error.message,
      },
    };
  },
};
