import { ApiExtension } from '@nestjs/swagger';
import { AppError } from '../errors/app-error';
import { InvalidRequest, PayloadTooLarge } from '../errors/http.errors';

/** Where a route's own errors wait for the words of its family; not in the finished document. */
export const ROUTE_ERRORS = 'x-rollbook-errors';

/**
 * Documents errors only this kind of route answers, each with the message it really has. Those of tokens, scopes, JSON
 * bodies and broken dependencies are added to every route they concern, and the body is that of the route's family.
 */
export function ApiErrors(...errors: readonly AppError[]): MethodDecorator {
  return ApiExtension(ROUTE_ERRORS, [...errors]);
}

/** A body over the limit of a route that takes bulk bodies, as it stands unless the service is set up otherwise. */
export const BULK_BODY_TOO_LARGE = new PayloadTooLarge(
  'The body may have at most 33554432 bytes; send less in one call.',
);

/** The error of one invalid field, as the validation pipe words it. */
export function invalidField(object: string, field: string, rejectedValue: unknown, message: string): InvalidRequest {
  return new InvalidRequest(`The request has invalid fields: ${field}. Each is explained in the list.`, {
    issues: [{ object, field, rejectedValue, message }],
  });
}

/** The error some code throws: what is documented is what the code says. */
export function refusalOf(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('an example of a refusal is accepted');
}
