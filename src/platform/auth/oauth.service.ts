import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../database/unit-of-work';
import { FailedLogins } from '../limits/failed-logins';
import { LruMap } from '../limits/lru-map';
import { AccessTokens } from './access-token';
import { InvalidClient, InvalidScope, UnsupportedGrantType } from './auth.errors';
import { OAuthClient } from './credential.entity';
import { CredentialRepository } from './credential.repository';
import { TokenRequest, TokenResponse } from './oauth.dto';
import { hashToken, isOpaqueToken, sameHash } from './opaque-token';
import { mustBeNamed } from './scopes';

const MOST_PROVEN = 10_000;

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
  /** Clients with the hash of a secret that was theirs when it was last looked at. */
  private readonly proven = new LruMap<string, true>(MOST_PROVEN);

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly credentials: CredentialRepository,
    private readonly accessTokens: AccessTokens,
    private readonly failedLogins: FailedLogins,
  ) {}

  /**
   * Gives an access token for a client's credentials. Without `scope` it holds all the client's scopes but those that
   * must be named, such as `customers:pii` (RFC 6749 section 3.3 leaves the default to the server).
   *
   * @param addressOf gives the address of the client, for the limit of wrong secrets
   * @throws UnsupportedGrantType, InvalidClient, InvalidScope or TooManyFailedLogins.
   */
  async grant(
    request: TokenRequest,
    authorization: string | undefined,
    addressOf: () => string,
  ): Promise<TokenResponse> {
    if (request.grant_type !== 'client_credentials') {
      throw new UnsupportedGrantType('grant_type must be client_credentials.');
    }
    const given = basicCredentials(authorization) ?? {
      id: request.client_id ?? '',
      secret: request.client_secret ?? '',
    };
    const client = await this.failedLogins.attempt(addressOf, (beforeLookUp) => this.authenticate(given, beforeLookUp));
    if (client === null) throw new InvalidClient('The client id or secret is not valid.');
    const scope = this.grantedScope(client.scopes, request.scope);
    return {
      access_token: await this.accessTokens.sign({ clientId: client.clientId, scope }),
      token_type: 'Bearer',
      expires_in: this.accessTokens.ttlSeconds,
      scope,
    };
  }

  /** The client whose id and secret these are; null when they are nobody's. */
  private async authenticate({ id, secret }: ClientCredentials, beforeLookUp: () => void): Promise<OAuthClient | null> {
    if (!isOpaqueToken(secret, 'rbs')) return null;
    const secretHash = hashToken(secret);
    const proof = `${secretHash} ${id}`;
    if (this.proven.get(proof) === undefined) beforeLookUp();
    const client = await this.unitOfWork.read((transaction) => this.credentials.findClient(transaction, id));
    const matches = sameHash(secretHash, client?.secretHash ?? hashToken(''));
    if (client === null || client.revokedAt !== null || !matches) {
      this.proven.delete(proof);
      return null;
    }
    this.proven.set(proof, true);
    return client;
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
