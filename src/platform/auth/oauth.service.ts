import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../database/unit-of-work';
import { AccessTokens } from './access-token';
import { InvalidClient, InvalidScope, UnsupportedGrantType } from './auth.errors';
import { CredentialRepository } from './credential.repository';
import { TokenRequest, TokenResponse } from './oauth.dto';
import { hashToken, sameHash } from './opaque-token';
import { mustBeNamed } from './scopes';

interface ClientCredentials {
  readonly id: string;
  readonly secret: string;
}

function decodeForm(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

/** Client id and secret of HTTP Basic, form-decoded as RFC 6749 section 2.3.1 asks; null when there are none. */
function basicCredentials(authorization: string | undefined): ClientCredentials | null {
  const encoded = /^basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return null;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 0) return null;
  try {
    return { id: decodeForm(decoded.slice(0, colon)), secret: decodeForm(decoded.slice(colon + 1)) };
  } catch {
    return null;
  }
}

function defaultScope(held: string): string {
  const scopes = held.split(' ').filter((scope) => !mustBeNamed(scope));
  if (scopes.length === 0) throw new InvalidScope('The client holds only scopes that must be asked for: name them.');
  return scopes.join(' ');
}

/** The client-credentials grant. */
@Injectable()
export class OAuthService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly credentials: CredentialRepository,
    private readonly accessTokens: AccessTokens,
  ) {}

  /**
   * Gives an access token for a client's credentials. Without `scope` it holds all the client's scopes but those that
   * must be named, such as `customers:pii` (RFC 6749 section 3.3 leaves the default to the server).
   *
   * @throws UnsupportedGrantType, InvalidClient or InvalidScope.
   */
  async grant(request: TokenRequest, authorization: string | undefined): Promise<TokenResponse> {
    if (request.grant_type !== 'client_credentials') {
      throw new UnsupportedGrantType('grant_type must be client_credentials.');
    }
    const given = basicCredentials(authorization) ?? {
      id: request.client_id ?? '',
      secret: request.client_secret ?? '',
    };
    const client = await this.unitOfWork.read((transaction) => this.credentials.findClient(transaction, given.id));
    const matches = sameHash(hashToken(given.secret), client?.secretHash ?? hashToken(''));
    if (client === null || client.revokedAt !== null || !matches) {
      throw new InvalidClient('The client id or secret is not valid.');
    }
    const scope = this.grantedScope(client.scopes, request.scope);
    return {
      access_token: await this.accessTokens.sign({ clientId: client.clientId, scope }),
      token_type: 'Bearer',
      expires_in: this.accessTokens.ttlSeconds,
      scope,
    };
  }

  private grantedScope(held: string, wanted: string | undefined): string {
    if (wanted === undefined || wanted.trim() === '') return defaultScope(held);
    const words = wanted.trim().split(/ +/);
    const missing = words.filter((word) => !held.split(' ').includes(word));
    if (missing.length > 0)
      throw new InvalidScope('The client does not hold every scope it asks for; leave scope out.');
    return [...new Set(words)].join(' ');
  }
}
