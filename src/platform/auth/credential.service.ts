import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { AuditEvent } from '../audit/audit-event';
import { AuditTrail } from '../audit/audit-trail';
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
    private readonly trail: AuditTrail,
  ) {}

  /** New OAuth client of a company. */
  async createClient(
    company: Company,
    name: string,
    scopes: readonly Scope[],
  ): Promise<{ clientId: string; clientSecret: string }> {
    const clientId = `client_${randomBytes(12).toString('hex')}`;
    const clientSecret = newOpaqueToken('rbs');
    await this.unitOfWork.run(async (transaction) => {
      await this.credentials.insertClient(transaction, {
        clientId,
        secretHash: hashToken(clientSecret),
        companyRef: company.id,
        name,
        scopes: scopes.join(' '),
      });
      await this.trail.record(transaction, created('client.created', clientId, company, scopes));
    });
    return { clientId, clientSecret };
  }

  /** New API key of a company. */
  async createKey(company: Company, name: string, scopes: readonly Scope[]): Promise<{ keyId: string; key: string }> {
    const keyId = `key_${randomBytes(12).toString('hex')}`;
    const key = newOpaqueToken('rbk');
    await this.unitOfWork.run(async (transaction) => {
      await this.credentials.insertKey(transaction, {
        keyId,
        keyHash: hashToken(key),
        companyRef: company.id,
        name,
        scopes: scopes.join(' '),
      });
      await this.trail.record(transaction, created('key.created', keyId, company, scopes));
    });
    return { keyId, key };
  }

  /** Ends a key or client, and every access token made with it, within a second; false when nothing was live. */
  revoke(id: string): Promise<boolean> {
    return this.unitOfWork.run(async (transaction) => {
      const isRevoked = await this.credentials.revoke(transaction, id);
      if (isRevoked)
        await this.trail.record(transaction, { actor: 'operator', action: 'credential.revoked', subject: id });
      return isRevoked;
    });
  }
}

/** What the audit trail is told of a new credential: what it may do. */
function created(action: string, id: string, { id: companyRef }: Company, scopes: readonly Scope[]): AuditEvent {
  return { actor: 'operator', action, companyRef, subject: id, fieldNames: [...scopes] };
}
