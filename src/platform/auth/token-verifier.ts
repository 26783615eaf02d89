import { Injectable, Logger } from '@nestjs/common';
import { UnitOfWork } from '../database/unit-of-work';
import { LruMap } from '../limits/lru-map';
import { AccessTokens } from './access-token';
import { Caller } from './caller';
import { CredentialRepository, LiveCredential } from './credential.repository';
import { hashToken, isOpaqueToken } from './opaque-token';
import { isScope } from './scopes';

/** A revocation must bite within a second; so long may an answer of the database be used again. */
const CACHE_MS = 900;
const CACHE_ENTRIES = 10_000;
/** What was refused stays so: no token comes into being, or back to life, after it was tried. */
const REFUSED_MS = 60_000;
const STAMP_MS = 60_000;

interface CacheEntry {
  readonly until: number;
  readonly caller: Promise<Caller | null>;
}

/**
 * Turns a bearer token into its caller. Replace the provider to accept tokens of another issuer; subjects `key:…` and
 * `client:…` are those of this service's own credentials.
 */
export abstract class TokenVerifier {
  /**
   * Caller of a valid token; null for an unknown, expired, revoked or forged one.
   *
   * @param beforeLookUp called before whatever is slow is asked about a token that was never found valid; what it throws
   *   is thrown
   */
  abstract verify(token: string, beforeLookUp?: () => void): Promise<Caller | null>;
}

function toCaller(subject: string, { company, scopes }: LiveCredential, granted: string): Caller {
  const held = new Set(scopes.split(' '));
  const { id: ref, companyId, path } = company;
  return {
    subject,
    company: { ref, companyId, path },
    scopes: new Set(
      granted
        .split(' ')
        .filter((scope) => held.has(scope))
        .filter(isScope),
    ),
  };
}

/** Verifies the two kinds of token of the contract: access tokens of `POST /oauth/token`, and API keys. */
@Injectable()
export class StoredTokenVerifier extends TokenVerifier {
  private readonly logger = new Logger(StoredTokenVerifier.name);
  /** Also what is too old to be used: its token was valid once. */
  private readonly cache = new LruMap<string, CacheEntry>(CACHE_ENTRIES);
  private readonly refusedUntil = new LruMap<string, number>(CACHE_ENTRIES);
  private readonly stamped = new Map<string, number>();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly credentials: CredentialRepository,
    private readonly accessTokens: AccessTokens,
  ) {
    super();
  }

  async verify(token: string, beforeLookUp: () => void = () => undefined): Promise<Caller | null> {
    if (token.startsWith('rbk_')) {
      if (!isOpaqueToken(token, 'rbk')) return null;
      const keyHash = hashToken(token);
      return this.cached(keyHash, beforeLookUp, () => this.callerOfKey(keyHash));
    }
    // The signature and the expiry are checked each time; only the state of the client is remembered for a moment.
    const claims = await this.accessTokens.verify(token);
    if (claims === null) return null;
    const { clientId, scope } = claims;
    return this.cached(`${clientId} ${scope}`, beforeLookUp, () => this.callerOfClient(clientId, scope));
  }

  private async callerOfKey(keyHash: string): Promise<Caller | null> {
    const key = await this.unitOfWork.read((transaction) => this.credentials.findLiveKey(transaction, keyHash));
    if (key === null) return null;
    this.stamp(key.keyId);
    return toCaller(`key:${key.keyId}`, key, key.scopes);
  }

  private async callerOfClient(clientId: string, scope: string): Promise<Caller | null> {
    const client = await this.unitOfWork.read((transaction) => this.credentials.findLiveClient(transaction, clientId));
    return client === null ? null : toCaller(`client:${clientId}`, client, scope);
  }

  /** Remembers when a key was used, at most once a minute and off the request path. */
  private stamp(keyId: string): void {
    const now = Date.now();
    if (now - (this.stamped.get(keyId) ?? 0) < STAMP_MS) return;
    this.stamped.set(keyId, now);
    this.unitOfWork
      .run((transaction) => this.credentials.touchKey(transaction, keyId, new Date(now)))
      .catch((error: unknown) => this.logger.warn({ err: error, keyId }, 'last use of a key could not be stamped'));
  }

  private async cached(
    key: string,
    beforeLookUp: () => void,
    load: () => Promise<Caller | null>,
  ): Promise<Caller | null> {
    const now = Date.now();
    const known = this.cache.get(key);
    if (known !== undefined && known.until > now) return known.caller;
    if ((this.refusedUntil.get(key) ?? 0) > now) return null;
    if (known === undefined) beforeLookUp();
    const caller = load();
    this.cache.set(key, { until: now + CACHE_MS, caller });
    try {
      const found = await caller;
      if (found === null) {
        this.cache.delete(key);
        this.refusedUntil.set(key, now + REFUSED_MS);
      }
      return found;
    } catch (error) {
      // A failed look-up says nothing about the token and must not be remembered.
      this.cache.delete(key);
      throw error;
    }
  }
}
