import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'mysql2';
import type { AppConfig } from '../config/app-config';

/** Value of DATABASE_CA for certificates of the authorities that Node knows. */
export const SYSTEM_AUTHORITIES = 'system';

type Ssl = Exclude<ConnectionOptions['ssl'], string | undefined>;

/**
 * How the connection to a server is encrypted: with a certificate that must be of an authority in DATABASE_CA and for
 * the very name in DATABASE_URL. Undefined, and so in the clear, where DATABASE_CA is not set.
 *
 * @throws Error when the file cannot be read, or there is no name to look for.
 */
export function databaseTls({ databaseCa }: Pick<AppConfig, 'databaseCa'>, { hostname }: URL): Ssl | undefined {
  if (databaseCa === undefined) return undefined;
  // mysql2 would look for the name "localhost" in the certificate of whoever stands at that address.
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) {
    throw new Error(
      'DATABASE_CA: DATABASE_URL names the server by its address; give the name that is in its certificate',
    );
  }
  const verified: Ssl = { minVersion: 'TLSv1.2', rejectUnauthorized: true, verifyIdentity: true };
  return databaseCa === SYSTEM_AUTHORITIES ? verified : { ...verified, ca: readAuthorities(databaseCa) };
}

function readAuthorities(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(`DATABASE_CA: the file ${file} cannot be read; name a PEM file or ${SYSTEM_AUTHORITIES}`, {
      cause,
    });
  }
}

/** True for a server that is reached over a network without encryption. */
export function isSentInTheClear({ databaseUrl, databaseCa }: Pick<AppConfig, 'databaseUrl' | 'databaseCa'>): boolean {
  if (databaseUrl === undefined || databaseCa !== undefined) return false;
  return !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(databaseUrl).hostname);
}
