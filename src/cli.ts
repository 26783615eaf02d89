import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Command } from 'commander';
import { createApp } from './app';
import { AppModule } from './app.module';
import { createDocument } from './documentation';
import { CredentialService } from './platform/auth/credential.service';
import { isScope, Scope, SCOPES } from './platform/auth/scopes';
import { CompanyService } from './platform/companies/company.service';
import { ConfigError, loadConfig } from './platform/config/load-config';
import { AppError } from './platform/errors/app-error';

/** Runs a command inside the service's own modules, without listening; its result goes to stdout as JSON. */
async function inService(command: (service: INestApplicationContext) => Promise<unknown>): Promise<void> {
  const config = loadConfig({ LOG_LEVEL: 'error', ...process.env });
  const service = await NestFactory.createApplicationContext(AppModule.register(config), {
    abortOnError: false,
    logger: ['error'],
  });
  try {
    console.log(JSON.stringify(await command(service), null, 2));
  } finally {
    await service.close();
  }
}

function parseScopes(text: string): Scope[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  const unknown = words.filter((word) => !isScope(word));
  if (unknown.length > 0) throw new Error(`Unknown scopes: ${unknown.join(', ')}. Known are: ${SCOPES.join(', ')}.`);
  return words.filter(isScope);
}

interface CredentialOptions {
  readonly company: string;
  readonly name: string;
  readonly scopes: Scope[];
}

function credentialCommand(parent: Command, description: string): Command {
  return parent
    .command('create')
    .description(description)
    .requiredOption('--company <companyId>', 'company the credential belongs to')
    .requiredOption('--name <name>', 'what it is for, for people')
    .option('--scopes <list>', 'scopes separated by blanks or commas', parseScopes, [...SCOPES]);
}

// Whatever a command writes is for its own user only: the database it may create, the secret.
process.umask(0o077);

const program = new Command('rollbook').description('Keeps a Rollbook service.');

const company = program.command('company').description('companies');
company
  .command('create')
  .description('creates a company and prints its id')
  .requiredOption('--name <name>', 'name of the company')
  .option('--parent <companyId>', 'company it stands below')
  .action(({ name, parent }: { name: string; parent?: string }) =>
    inService(async (service) => {
      const companies = service.get(CompanyService);
      const { companyId } = await companies.create(name, parent === undefined ? null : await companies.get(parent));
      return { companyId, name, parentCompanyId: parent ?? null };
    }),
  );

credentialCommand(
  program.command('client').description('OAuth clients'),
  'creates an OAuth client; its secret is printed once',
).action(({ company: companyId, name, scopes }: CredentialOptions) =>
  inService(async (service) => {
    const owner = await service.get(CompanyService).get(companyId);
    return service.get(CredentialService).createClient(owner, name, scopes);
  }),
);

credentialCommand(program.command('key').description('API keys'), 'creates an API key; it is printed once').action(
  ({ company: companyId, name, scopes }: CredentialOptions) =>
    inService(async (service) => {
      const owner = await service.get(CompanyService).get(companyId);
      return service.get(CredentialService).createKey(owner, name, scopes);
    }),
);

program
  .command('revoke <id>')
  .description('revokes an API key (key_…) or an OAuth client (client_…)')
  .action((id: string) =>
    inService(async (service) => {
      if (!(await service.get(CredentialService).revoke(id))) {
        throw new Error(`There is no live key or client ${id}; it may be revoked already.`);
      }
      return { revoked: id };
    }),
  );

program
  .command('migrate')
  .description('brings the database schema up to date (each start does that too)')
  .action(() => inService(() => Promise.resolve({ migrated: true })));

program
  .command('openapi')
  .description('prints the OpenAPI document')
  .action(async () => {
    const app = await createApp({ config: loadConfig({ LOG_LEVEL: 'error', ...process.env }) });
    await app.init();
    console.log(JSON.stringify(createDocument(app), null, 2));
    await app.close();
  });

program.parseAsync().catch((error: unknown) => {
  const isExpected = error instanceof ConfigError || error instanceof AppError;
  console.error(isExpected || error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
