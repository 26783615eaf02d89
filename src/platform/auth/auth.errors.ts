import { defineError } from '../errors/app-error';
import { Forbidden, Unauthorized } from '../errors/http.errors';
import type { Scope } from './scopes';

/** Unknown client, wrong secret or revoked client: the same words for all. */
export class InvalidClient extends defineError('INVALID_CLIENT', 'UNAUTHORIZED') {}

/** The token route takes `client_credentials` only. */
export class UnsupportedGrantType extends defineError('UNSUPPORTED_GRANT_TYPE', 'VALIDATION_ERROR') {}

/** A scope was asked for that the client does not hold. */
export class InvalidScope extends defineError('INVALID_SCOPE', 'VALIDATION_ERROR') {}

/** No token that opens anything: the same words for a missing, an expired, a revoked and a forged one. */
export function tokenRequired(): Unauthorized {
  return new Unauthorized('A valid bearer token is required; send the header "Authorization: Bearer <token>".');
}

/** A token that does not hold the scope of the route. */
export function scopeMissing(scope: Scope): Forbidden {
  return new Forbidden(`This token lacks the scope ${scope}; ask the operator for one that holds it.`);
}

/** A signed link that was altered or is too old. */
export function linkExpired(): Forbidden {
  return new Forbidden('This link is not valid or has expired; ask for the job again to get a new one.');
}
