import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { Company } from '../companies/company.entity';
import { Transaction } from '../database/transaction';
import { ApiKey, OAuthClient } from './credential.entity';

/** A credential that is not revoked, with the company it belongs to. */
export interface LiveCredential {
  readonly scopes: string;
  readonly company: Company;
}

/** Reads and writes of OAuth clients and API keys. */
@Injectable()
export class CredentialRepository {
  /** Client with that id, revoked or not. */
  findClient(transaction: Transaction, clientId: string): Promise<OAuthClient | null> {
    return transaction.findOneBy(OAuthClient, { clientId });
  }

  async findLiveClient(transaction: Transaction, clientId: string): Promise<LiveCredential | null> {
    return this.withCompany(transaction, await transaction.findOneBy(OAuthClient, { clientId, revokedAt: IsNull() }));
  }

  async findLiveKey(transaction: Transaction, keyHash: string): Promise<(LiveCredential & { keyId: string }) | null> {
    const key = await transaction.findOneBy(ApiKey, { keyHash, revokedAt: IsNull() });
    const live = await this.withCompany(transaction, key);
    return key && live ? { ...live, keyId: key.keyId } : null;
  }

  /** Scopes of the key or client of that id; null when it is revoked, or there is none. */
  async findScopes(transaction: Transaction, kind: 'key' | 'client', id: string): Promise<string | null> {
    const found =
      kind === 'key'
        ? await transaction.findOneBy(ApiKey, { keyId: id, revokedAt: IsNull() })
        : await transaction.findOneBy(OAuthClient, { clientId: id, revokedAt: IsNull() });
    return found?.scopes ?? null;
  }

  async insertClient(
    transaction: Transaction,
    client: Omit<OAuthClient, 'id' | 'createdAt' | 'revokedAt'>,
  ): Promise<void> {
    await transaction.insert(OAuthClient, { ...client, createdAt: new Date(), revokedAt: null });
  }

  async insertKey(
    transaction: Transaction,
    key: Omit<ApiKey, 'id' | 'createdAt' | 'revokedAt' | 'lastUsedAt'>,
  ): Promise<void> {
    await transaction.insert(ApiKey, { ...key, createdAt: new Date(), revokedAt: null, lastUsedAt: null });
  }

  async touchKey(transaction: Transaction, keyId: string, at: Date): Promise<void> {
    await transaction.update(ApiKey, { keyId }, { lastUsedAt: at });
  }

  /** Revokes the key or client of that id; false when there is none that is still live. */
  async revoke(transaction: Transaction, id: string): Promise<boolean> {
    const revoked = { revokedAt: new Date() };
    const keys = await transaction.update(ApiKey, { keyId: id, revokedAt: IsNull() }, revoked);
    const clients = await transaction.update(OAuthClient, { clientId: id, revokedAt: IsNull() }, revoked);
    return (keys.affected ?? 0) + (clients.affected ?? 0) > 0;
  }

  private async withCompany(
    transaction: Transaction,
    credential: { companyRef: number; scopes: string } | null,
  ): Promise<LiveCredential | null> {
    if (credential === null) return null;
    const company = await transaction.findOneBy(Company, { id: credential.companyRef });
    return company ? { scopes: credential.scopes, company } : null;
  }
}
