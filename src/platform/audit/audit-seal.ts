import { createHmac, createSecretKey, hash, KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { AppKeys } from '../config/app-keys';
import { toDatabaseTime } from '../database/columns';

/** Stands between the values of a row; JSON text and ids never hold one, so no two rows have the same text. */
const BETWEEN = '\x1f';
const NOTHING = '\x1e';

/** What a sealed head of the chain says. */
export interface ChainEnd {
  readonly sequenceNo: number;
  readonly hash: string;
  readonly beforeAudit: string;
}

/**
 * The secrets of the audit trail. All hashes are made under a key that follows from APP_SECRET (or is AUDIT_KEY), so that
 * who can write to the database alone cannot make them to fit.
 */
@Injectable()
export class AuditSeal {
  /** The setting the key comes from. */
  readonly setting: 'APP_SECRET' | 'AUDIT_KEY';
  private readonly key: KeyObject;
  /** In front of what is hashed for a fingerprint: one block of SHA-256. */
  private readonly prefix: string;

  constructor({ auditKey }: AppConfig, appKeys: AppKeys) {
    this.setting = auditKey === undefined ? 'APP_SECRET' : 'AUDIT_KEY';
    this.key = createSecretKey(auditKey === undefined ? appKeys.audit : Buffer.from(auditKey, 'base64'));
    this.prefix = createHmac('sha256', this.key).update('fingerprints').digest('hex');
  }

  /** The key as AUDIT_KEY takes it: what keeps the chain readable when APP_SECRET is changed. */
  exportKey(): string {
    return this.key.export().toString('base64');
  }

  /** Tells whether another process has the same key. */
  keyCheck(): string {
    return this.mac('key check');
  }

  /** Mac of the values of an entry. */
  ofEntry(values: readonly unknown[]): string {
    return this.mac(`entry${BETWEEN}${textOf(values)}`);
  }

  /** Hash of an entry at its place behind the entry with the hash `previous`. */
  ofLink(previous: string, sequenceNo: number, id: number, mac: string): string {
    return this.mac(`link${BETWEEN}${textOf([previous, sequenceNo, id, mac])}`);
  }

  ofEnd({ sequenceNo, hash: last, beforeAudit }: ChainEnd): string {
    return this.mac(`end${BETWEEN}${textOf([sequenceNo, last, beforeAudit])}`);
  }

  /**
   * Fingerprint of a history row: SHA-256 with the secret in front. An HMAC takes four times as long, and this is done
   * for each row of an import; what SHA-256 alone is weak at, lengthening what was hashed, makes no row.
   *
   * @param values of all columns but the id, in the order of the entity, as a driver takes or gives them
   */
  fingerprint(id: number, values: readonly unknown[]): string {
    return this.fingerprintOf(id, this.rowText(values));
  }

  /** The part of a fingerprint that can be made before the row has its id; for `fingerprintOf`. */
  rowText(values: readonly unknown[]): string {
    return `${BETWEEN}${textOf(values)}`;
  }

  fingerprintOf(id: number, rowText: string): string {
    return hash('sha256', `${this.prefix}${id}${rowText}`, 'base64url');
  }

  /** One hash for many rows. @param fingerprints in the order of the ids */
  digest(fingerprints: readonly string[]): string {
    return hash('sha256', fingerprints.join(''), 'base64url');
  }

  private mac(text: string): string {
    return createHmac('sha256', this.key).update(text).digest('base64url');
  }
}

function textOf(values: readonly unknown[]): string {
  return values.map(wordOf).join(BETWEEN);
}

/** The same for what is written and for what is read back, on every database. */
function wordOf(value: unknown): string {
  if (value === null || value === undefined) return NOTHING;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'no time' : toDatabaseTime(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
