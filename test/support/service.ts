import { mkdirSync } from 'node:fs';
import type { NestExpressApplication } from '@nestjs/platform-express';
import supertest from 'supertest';
import { createApp } from '../../src/app';
import { CredentialService } from '../../src/platform/auth/credential.service';
import { DEFAULT_SCOPES, Scope } from '../../src/platform/auth/scopes';
import type { Company } from '../../src/platform/companies/company.entity';
import { CompanyService } from '../../src/platform/companies/company.service';
import { loadConfig } from '../../src/platform/config/load-config';
import type { Extension } from '../../src/platform/extensions/rollbook-extension';
import { createDatabase, Engine, TestDatabase } from './engines';

/** A company and a client of the API that acts for it. */
export interface Tenant {
  readonly company: Company;
  readonly token: string;
  readonly api: Api;
}

/** supertest with the tenant's token on every request. */
export type Api = ReturnType<typeof supertest.agent>;

/** The whole service on a database of its own, listening on a free port. */
export interface RunningService {
  readonly app: NestExpressApplication;
  readonly database: TestDatabase;
  readonly baseUrl: string;
  /** Requests without a token. */
  readonly anonymous: Api;
  /** A new company (below `parent` when given) with an API key that holds the scopes; by default not `customers:pii`. */
  createTenant(options?: { name?: string; parent?: Company; scopes?: readonly Scope[] }): Promise<Tenant>;
  /** Requests under any token. */
  as(token: string): Api;
  stop(): Promise<void>;
}

export interface ServiceOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly extensions?: readonly Extension[];
  /** Use this database instead of a new one; it then stays after `stop`. */
  readonly database?: TestDatabase;
}

/** Starts the service in this process, exactly as `main` builds it. */
export async function startService(engine: Engine, options: ServiceOptions = {}): Promise<RunningService> {
  const database = options.database ?? (await createDatabase(engine));
  mkdirSync(database.dataDir, { recursive: true });
  const config = loadConfig({ ...database.environment, ...options.environment });
  const app = await createApp({ config, extensions: options.extensions });
  const server = await app.listen(0, '127.0.0.1').catch(async (error: unknown) => {
    await app.close();
    throw error;
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the service listens on no port');
  const baseUrl = `http://127.0.0.1:${address.port}`;
  const as = (token: string) => supertest.agent(baseUrl).set('Authorization', `Bearer ${token}`);
  return {
    app,
    database,
    baseUrl,
    anonymous: supertest.agent(baseUrl),
    as,
    createTenant: async ({ name = 'Test', parent, scopes = DEFAULT_SCOPES } = {}) => {
      const company = await app.get(CompanyService).create(name, parent ?? null);
      const { key } = await app.get(CredentialService).createKey(company, name, scopes);
      return { company, token: key, api: as(key) };
    },
    stop: async () => {
      await app.close();
      if (options.database === undefined) await database.remove();
    },
  };
}
