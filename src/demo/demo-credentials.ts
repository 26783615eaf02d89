import { Injectable } from '@nestjs/common';
import { CredentialService } from '../platform/auth/credential.service';
import { DEFAULT_SCOPES, SCOPES } from '../platform/auth/scopes';
import { Company } from '../platform/companies/company.entity';

/** What opens the demo company; random each time it is made. */
export interface DemoCredentials {
  readonly token: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Makes an API key without `customers:pii` for the demo company, and an OAuth client that may ask for every scope. */
@Injectable()
export class DemoCredentialService {
  constructor(private readonly credentials: CredentialService) {}

  async create(company: Company): Promise<DemoCredentials> {
    const { key: token } = await this.credentials.createKey(company, 'demo', DEFAULT_SCOPES);
    const { clientId, clientSecret } = await this.credentials.createClient(company, 'demo', SCOPES);
    return { token, clientId, clientSecret };
  }
}
