import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../database/unit-of-work';
import { LruMap } from '../limits/lru-map';
import { CredentialRepository } from './credential.repository';
import type { Scope } from './scopes';

/** As long as a token that was found valid is taken without another look. */
const KNOWN_MS = 900;
const MOST_KNOWN = 10_000;
const SUBJECT = /^(key|client):(.*)$/;

/**
 * Whether the credential behind work that takes long still stands. An access token that ran out meanwhile does not
 * matter: the work was begun under it, and its client is what may be revoked.
 */
@Injectable()
export class StandingAccess {
  private readonly known = new LruMap<string, { readonly until: number; readonly scopes: string | null }>(MOST_KNOWN);

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly credentials: CredentialRepository,
  ) {}

  /**
   * True while the key or client of a subject (`Caller.subject`) is not revoked and holds the scope; null: whatever it
   * holds. Subjects of another issuer cannot be asked about and stand. Up to a second behind.
   */
  async stands(subject: string, scope: Scope | null): Promise<boolean> {
    const [, kind, id] = SUBJECT.exec(subject) ?? [];
    if (kind === undefined || id === undefined) return true;
    const scopes = await this.scopesOf(subject, kind as 'key' | 'client', id);
    return scopes !== null && (scope === null || scopes.split(' ').includes(scope));
  }

  private async scopesOf(subject: string, kind: 'key' | 'client', id: string): Promise<string | null> {
    const known = this.known.get(subject);
    if (known !== undefined && known.until > performance.now()) return known.scopes;
    const scopes = await this.unitOfWork.read((transaction) => this.credentials.findScopes(transaction, kind, id));
    this.known.set(subject, { until: performance.now() + KNOWN_MS, scopes });
    return scopes;
  }
}
