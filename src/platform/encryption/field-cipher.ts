import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { StoredValueUnreadable } from './encryption.errors';
import { KeyRing } from './key-ring';

/** Where a sealed value stands; it opens nowhere else. */
export interface SealedPlace {
  readonly table: string;
  readonly column: string;
  readonly companyRef: number;
  /** Names the record for good, also before it is stored: a public id, not one the database counts up. */
  readonly id: string;
}

const ALGORITHM = 'aes-256-gcm';
const VERSION = 'v1';
/** 96 bits, the length GCM is made for (NIST SP 800-38D, 5.2.1.1). */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ENVELOPE = /^v1\.([a-z0-9-]{1,20})\.([A-Za-z0-9_-]+)$/;

/**
 * Encrypts single fields: AES-256-GCM with a random nonce, bound to the place of the value. The envelope is the text
 * `v1.<keyId>.<base64url of nonce, ciphertext, tag>`: at most 62 characters and 4/3 of the text's bytes, 74 for nine digits.
 *
 * Random nonces allow 2^32 values under one key (NIST SP 800-38D, 8.3); rotate before.
 */
@Injectable()
export class FieldCipher {
  constructor(private readonly ring: KeyRing) {}

  /** Id of the key that seals. */
  get currentKeyId(): string {
    return this.ring.currentId;
  }

  /**
   * Envelope of a text, another one each time.
   *
   * @throws RangeError for half a surrogate pair, which UTF-8 cannot hold.
   */
  seal(text: string, place: SealedPlace): string {
    if (!text.isWellFormed()) throw new RangeError('A text to seal must be well-formed Unicode');
    const keyId = this.ring.currentId;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.keyOf(keyId), nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(associatedData(keyId, place));
    const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${VERSION}.${keyId}.${sealed.toString('base64url')}`;
  }

  /** The text that was sealed for that place. @throws StoredValueUnreadable */
  open(envelope: string, place: SealedPlace): string {
    const { keyId, sealed } = parse(envelope);
    const nonce = sealed.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv(ALGORITHM, this.keyOf(keyId), nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(associatedData(keyId, place));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const text = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
    try {
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      throw new StoredValueUnreadable('NotAuthentic');
    }
  }

  /** Id of the key an envelope was sealed under, configured or not. @throws StoredValueUnreadable for any other text. */
  keyIdOf(envelope: string): string {
    return parse(envelope).keyId;
  }

  private keyOf(keyId: string) {
    const key = this.ring.find(keyId);
    if (key === null) throw new StoredValueUnreadable('KeyNotConfigured');
    return key;
  }
}

/** JSON keeps the parts apart whatever they hold. */
function associatedData(keyId: string, { table, column, companyRef, id }: SealedPlace): Buffer {
  return Buffer.from(JSON.stringify([VERSION, keyId, table, column, companyRef, id]));
}

function parse(envelope: string): { keyId: string; sealed: Buffer } {
  const [, keyId = '', encoded = ''] = ENVELOPE.exec(envelope) ?? [];
  const sealed = Buffer.from(encoded, 'base64url');
  // The decoder ignores spare bits of the last character; only the one text that `seal` writes is an envelope.
  if (sealed.length < NONCE_BYTES + TAG_BYTES || sealed.toString('base64url') !== encoded) {
    throw new StoredValueUnreadable('NotAnEnvelope');
  }
  return { keyId, sealed };
}
