import { defineError } from '../errors/app-error';

/** Unknown client, wrong secret or revoked client: the same words for all. */
export class InvalidClient extends defineError('INVALID_CLIENT', 'UNAUTHORIZED') {}

/** The token route takes `client_credentials` only. */
export class UnsupportedGrantType extends defineError('UNSUPPORTED_GRANT_TYPE', 'VALIDATION_ERROR') {}

/** A scope was asked for that the client does not hold. */
export class InvalidScope extends defineError('INVALID_SCOPE', 'VALIDATION_ERROR') {}
