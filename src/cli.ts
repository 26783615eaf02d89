import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Command } from 'commander';
import { createApp } from './app';
import { AppModule } from './app.module';
import { isLanguageCode } from './customer/commerce/commerce.values';
import { createDocument } from './documentation';
import { AuditTrail } from './platform/audit/audit-trail';
import { AuditVerifier } from './platform/audit/audit-verifier';
import { CredentialService } from './platform/auth/credential.service';
import { DEFAULT_SCOPES, isScope, Scope, SCOPES } from './platform/auth/scopes';
import { CompanyService } from './platform/companies/company.service';
import { ConfigError, loadConfig } from './platform/config/load-config';
import { IndexRotationModule } from './platform/encryption/index-rotation.module';
import { KeyRegistry } from './platform/encryption/key-registry';
import { KeyRotation } from './platform/encryption/key-rotation';
import { newKeyEntry } from './platform/encryption/new-key';
import { AppError } from './platform/errors/app-error';
import type { Extension } from './platform/extensions/rollbook-extension';

/** Runs a command inside the service's own modules, without listening; its result goes to stdout as JSON. */
async function inService(
  command: (service: INestApplicationContext) => Promise<unknown>,
  extensions: readonly Extension[] = [],
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  const config = loadConfig({ LOG_LEVEL: 'error', ...process.env, ...settings });
  const service = await NestFactory.createApplicationContext(AppModule.register(config, extensions), {
    abortOnError: false,
    logger: ['error'],
  });
  try {
    const result = await command(service);
    if (result !== undefined) console.log(JSON.stringify(result, null, 2));
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

function parseLanguage(text: string): string {
  if (!isLanguageCode(text)) throw new Error(`${text} is no language code; give one of ISO 639-1 such as en.`);
  return text.toLowerCase();
}

interface CredentialOptions {
  readonly company: string;
  readonly name: string;
  readonly scopes: Scope[];
}

interface AuditListOptions {
  readonly company?: string;
  readonly action?: string;
  readonly job?: string;
  readonly after: number;
}

function credentialCommand(parent: Command, description: string): Command {
  return parent
    .command('create')
    .description(description)
    .requiredOption('--company <companyId>', 'company the credential belongs to')
    .requiredOption('--name <name>', 'what it is for, for people')
    .option('--scopes <list>', 'scopes separated by blanks or commas', parseScopes, [...DEFAULT_SCOPES]);
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
  .option('--language <code>', 'ISO 639-1 code for customers that come without a language', parseLanguage, 'en')
  .action(({ name, parent, language }: { name: string; parent?: string; language: string }) =>
    inService(async (service) => {
      const companies = service.get(CompanyService);
      const above = parent === undefined ? null : await companies.get(parent);
      const { companyId } = await companies.create(name, above, language);
      return { companyId, name, parentCompanyId: parent ?? null, defaultLanguage: language };
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

const keys = program.command('keys').description('keys of encrypted fields');
keys
  .command('generate')
  .description('makes a key and prints it, once, as an entry of ENCRYPTION_KEYS; the first entry seals, all open')
  .action(() => console.log(JSON.stringify({ 'ENCRYPTION_KEYS entry': newKeyEntry() }, null, 2)));
keys
  .command('list')
  .description('prints the ids of all keys ever used, and which are retired and need not be kept')
  .action(() => inService((service) => service.get(KeyRegistry).list()));
keys
  .command('rotate')
  .description(
    'encrypts all values under the first key and retires the others; start every process with that key before',
  )
  .option(
    '--index',
    'makes the indexes of encrypted fields anew under BLIND_INDEX_KEY instead; stop the service before',
  )
  .action(({ index }: { index?: true }) =>
    index
      ? inService((service) => service.get(KeyRotation).rotateIndex(), [IndexRotationModule])
      : inService((service) => service.get(KeyRotation).rotate()),
  );

const audit = program.command('audit').description('the audit trail');
audit
  .command('verify')
  .description('checks the chain and the histories against it; prints its head, to be noted elsewhere')
  .option('--head <place:hash>', 'a head printed before, which must still be in the chain')
  .action(({ head }: { head?: string }) =>
    inService(async (service) => {
      const report = await service.get(AuditVerifier).verify(head);
      if (!report.intact) process.exitCode = 2;
      return report;
    }),
  );
audit
  .command('list')
  .description('prints entries, oldest first, one JSON text per line')
  .option('--company <companyId>', 'only those of a company')
  .option('--action <action>', 'only those of a kind, such as ssn.read')
  .option('--job <jobId>', 'only those of a job')
  .option('--after <place>', 'only those behind that place in the chain', Number, 0)
  .action(({ company: companyId, action, job: jobId, after }: AuditListOptions) =>
    inService(async (service) => {
      const owner = companyId === undefined ? null : await service.get(CompanyService).get(companyId);
      const search = { ...(owner && { companyRef: owner.id }), ...(action && { action }), ...(jobId && { jobId }) };
      for await (const entry of service.get(AuditVerifier).list(search, after)) console.log(JSON.stringify(entry));
    }),
  );
audit
  .command('key')
  .description('prints the key of the chain as AUDIT_KEY takes it; set it before APP_SECRET is changed')
  .action(() => inService((service) => Promise.resolve({ AUDIT_KEY: service.get(AuditTrail).seal.exportKey() })));

program
  .command('migrate')
  .description('brings the database schema up to date (each start does that too, unless MIGRATE_ON_START=false)')
  .action(() => inService(() => Promise.resolve({ migrated: true }), [], { MIGRATE_ON_START: 'true' }));

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
  // A service that refused to start leaves its connections to the database open.
  process.exit(1);
});
