import type { OpenAPIObject } from '@nestjs/swagger';
import { isScope, isWriteScope } from '../auth/scopes';
import type { AppError } from '../errors/app-error';
import { ROUTE_ERRORS } from '../openapi/api-errors';
import { operationsOf } from '../openapi/error-responses';
import { headerRefs } from '../openapi/response-headers';
import { callStillRunning, invalidKey, keyReused } from './idempotency.errors';

const PARAMETER = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'A name of your own for this call, 1 to 255 printable ASCII characters, such as a UUID. The same call sent again under it takes effect once and gets the first answer again; another body, file or query under it is refused.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[ -~]{1,255}$' },
} as const;

/**
 * Gives every operation that writes the header `Idempotency-Key`, what it adds to its answers, and its refusals; those
 * still wait for the words of their family.
 */
export function documentIdempotency(document: OpenAPIObject): void {
  for (const { operation } of operationsOf(document)) {
    const scopes = (operation.security ?? []).flatMap((requirement) => Object.values(requirement).flat());
    if (!scopes.some((scope) => isScope(scope) && isWriteScope(scope))) continue;
    operation.parameters = [...(operation.parameters ?? []), PARAMETER];
    const members = operation as unknown as Record<string, unknown>;
    const own = (members[ROUTE_ERRORS] ?? []) as readonly AppError[];
    members[ROUTE_ERRORS] = [...own, invalidKey('schlüssel'), callStillRunning(), keyReused()];
    for (const [status, response] of Object.entries(operation.responses)) {
      if (response === undefined || '$ref' in response || !status.startsWith('2')) continue;
      const added = headerRefs('Idempotency-Key', 'Idempotency-Key-Expires', 'Idempotent-Replayed');
      response.headers = { ...response.headers, ...added };
    }
  }
}
