import { AppError } from '../platform/errors/app-error';
import { ApiFamily, ErrorContext, RenderedError } from '../platform/errors/api-family';
import { OAuthError } from './oauth.openapi';
import { receivablesFamily } from './receivables.family';

/** `error` of RFC 6749 section 5.2 by our error code; any other failure is the caller's request. */
const OAUTH_ERRORS: Readonly<Record<string, string>> = {
  INVALID_CLIENT: 'invalid_client',
  INVALID_SCOPE: 'invalid_scope',
  UNSUPPORTED_GRANT_TYPE: 'unsupported_grant_type',
};

/** The token route: the receivables envelope plus the two members every OAuth 2 client looks for. */
export const oauthFamily: ApiFamily = {
  name: 'oauth',
  prefixes: ['/oauth'],
  errorModels: { other: OAuthError },
  render(error: AppError, context: ErrorContext): RenderedError {
    const { status, body } = receivablesFamily.render(error, context);
    const oauthError = OAUTH_ERRORS[error.code] ?? (status >= 500 ? 'server_error' : 'invalid_request');
    return { status, body: { error: oauthError, error_description: error.message, ...body } };
  },
};
