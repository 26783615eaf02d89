import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { AppConfig } from './app-config';

/** The environment does not describe a service that can run. The message lists every fault with its remedy. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(['The configuration has faults:', ...faults.map((fault) => `  - ${fault}`)].join('\n'));
    this.name = 'ConfigError';
  }
}

/** Settings that are absent unless given. */
const WITHOUT_DEFAULT = [
  'databaseUrl',
  'databaseCa',
  'publicUrl',
  'appSecret',
  'encryptionKeys',
  'blindIndexKey',
  'metricsToken',
  'auditKey',
  'trustProxy',
];

/** `maxUploadBytes` -> `MAX_UPLOAD_BYTES`. */
export function environmentName(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/**
 * Reads the configuration from environment variables; an empty variable counts as absent.
 *
 * @throws ConfigError with all faults at once.
 */
export function loadConfig(environment: Readonly<Record<string, string | undefined>> = process.env): AppConfig {
  const properties = [...Object.keys(new AppConfig()), ...WITHOUT_DEFAULT];
  const given = properties
    .map((property) => [property, environment[environmentName(property)]] as const)
    .filter(([, value]) => value !== undefined && value !== '');
  const config = plainToInstance(AppConfig, Object.fromEntries(given), { exposeDefaultValues: true });

  const faults = validateSync(config).flatMap((error) =>
    Object.values(error.constraints ?? {}).map(
      (message) => `${environmentName(error.property)}: ${message.replace(`${error.property} `, '')}`,
    ),
  );
  if (config.isProduction) {
    if (config.appSecret === undefined) {
      faults.push('APP_SECRET: is required in production; make one with: openssl rand -base64 48');
    }
    if (given.some(([property]) => property === 'demoData') && config.demoData) {
      faults.push('DEMO_DATA: must not be true in production; leave it out');
    }
    config.demoData = false;
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}
