import { hkdfSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppConfig } from './app-config';

const KEY_BYTES = 32;

/** Keys of the service, one per purpose, so that one of them used wrongly says nothing about the others. */
export class AppKeys {
  readonly accessToken: Buffer;
  readonly downloadLink: Buffer;
  /** Key `app` of encrypted fields. */
  readonly fieldEncryption: Buffer;
  /** Key of blind indexes where BLIND_INDEX_KEY is not given. */
  readonly blindIndex: Buffer;
  /** Key of the audit trail where AUDIT_KEY is not given. */
  readonly audit: Buffer;

  /** @param secret what APP_SECRET holds; the keys follow from it by HKDF-SHA-256 (RFC 5869). */
  constructor(secret: string) {
    const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', secret, '', `rollbook/${purpose}`, KEY_BYTES));
    this.accessToken = derive('access-token');
    this.downloadLink = derive('download-link');
    this.fieldEncryption = derive('field-encryption');
    this.blindIndex = derive('blind-index');
    this.audit = derive('audit');
  }
}

/**
 * Keys from APP_SECRET; outside production, where it may be missing, from a random secret kept in
 * `DATA_DIR/app-secret` (mode 0600), so that tokens and links outlive a restart.
 */
export function loadAppKeys(config: AppConfig): AppKeys {
  if (config.appSecret !== undefined) return new AppKeys(config.appSecret);
  const file = join(config.dataDir, 'app-secret');
  mkdirSync(config.dataDir, { recursive: true });
  try {
    // `wx` makes exactly one of several starting processes the author.
    writeFileSync(file, randomBytes(48).toString('base64url'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return new AppKeys(readFileSync(file, 'utf8'));
}
