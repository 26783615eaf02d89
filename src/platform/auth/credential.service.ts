import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Company } from '../companies/company.entity';
import { UnitOfWork } from '../database/unit-of-work';
import { CredentialRepository } from './credential.repository';
import { hashToken, newOpaqueToken } from './opaque-token';
import { Scope } from './scopes';

/** Makes and revokes credentials. A secret is returned once, at its making, and never again. */
@Injectable()
export class CredentialService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly credentials: CredentialRepository,
  ) {}

  /** New OAuth client of a company. */
  async createClient(
    company: Company,
    name: string,
    scopes: readonly Scope[],
  ): Promise<{ clientId: string; clientSecret: string }> {
    const clientId = `client_${randomBytes(12).toString('hex')}`;
    const clientSecret = newOpaqueToken('rbs');
    await this.unitOfWork.run((transaction) =>
      this.credentials.insertClient(transaction, {
        clientId,
        secretHash: hashToken(clientSecret),
        companyRef: company.id,
        name,
        scopes: scopes.join(' '),
      }),
    );
    return { clientId, clientSecret };
  }

  /** New API key of a company. */
  async createKey(company: Company, name: string, scopes: readonly Scope[]): Promise<{ keyId: string; key: string }> {
    const keyId = `key_${randomBytes(12).toString('hex')}`;
    const key = newOpaqueToken('rbk');
    await this.unitOfWork.run((transaction) =>
      this.credentials.insertKey(transaction, {
        keyId,
        keyHash: hashToken(key),
        companyRef: company.id,
        name,
        scopes: scopes.join(' '),
      }),
    );
    return { keyId, key };
  }

  /** Ends a key or client, and every access token made with it, within a second; false when nothing was live. */
  revoke(id: string): Promise<boolean> {
    return this.unitOfWork.run((transaction) => this.credentials.revoke(transaction, id));
  }
}
