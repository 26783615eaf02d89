import { ReceivablesError } from './receivables.openapi';

/** Error body of the token route: that of the receivables API, and the two members of RFC 6749 section 5.2. */
export class OAuthError extends ReceivablesError {
  /** @example 'invalid_client' */
  error: 'invalid_client' | 'invalid_scope' | 'unsupported_grant_type' | 'invalid_request' | 'server_error';
  /** @example 'The client id or secret is not valid.' */
  error_description: string;
}
