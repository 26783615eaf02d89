import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { StoredValueUnreadable } from './encryption.errors';
import { EXTENDED, NonceScheme, PLAIN } from './gcm-inputs';
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
const TAG_BYTES = 16;
const ENVELOPE = /^(v[12])\.([a-z0-9-]{1,20})\.([A-Za-z0-9_-]+)$/;

/** What `seal` writes. */
const VERSION = 'v2';
/** Former releases sealed as v1, under nonces that one key must not take more than 2^32 of. */
const SCHEMES: Readonly<Record<string, NonceScheme>> = { v1: PLAIN, [VERSION]: EXTENDED };

interface Envelope {
  readonly version: string;
  readonly keyId: string;
  readonly scheme: NonceScheme;
  /** Nonce, ciphertext, tag. */
  readonly sealed: Buffer;
}

/**
 * Encrypts single fields: XAES-256-GCM with a random nonce of 192 bits, bound to the place of the value; a key may seal as
 * many values as there are. The envelope is the text `v2.<keyId>.<base64url of nonce, ciphertext, tag>`: at most 78
 * characters and 4/3 of the text's bytes, 90 for nine digits. Envelopes of version v1 open as well.
 */
@Injectable()
export class FieldCipher {
  constructor(private readonly ring: KeyRing) {}

  /**
   * Envelope of a text, another one each time.
   *
   * @throws RangeError for half a surrogate pair, which UTF-8 cannot hold.
   */
  seal(text: string, place: SealedPlace): string {
    if (!text.isWellFormed()) throw new RangeError('A text to seal must be well-formed Unicode');
    const keyId = this.ring.currentId;
    const nonce = randomBytes(EXTENDED.nonceBytes);
    const inputs = EXTENDED.inputs(this.keyOf(keyId), nonce);
    const cipher = createCipheriv(ALGORITHM, inputs.key, inputs.nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(associatedData(VERSION, keyId, place));
    const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${VERSION}.${keyId}.${sealed.toString('base64url')}`;
  }

  /** The text that was sealed for that place. @throws StoredValueUnreadable */
  open(envelope: string, place: SealedPlace): string {
    const { version, keyId, scheme, sealed } = parse(envelope);
    const { key, nonce } = scheme.inputs(this.keyOf(keyId), sealed.subarray(0, scheme.nonceBytes));
    const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(associatedData(version, keyId, place));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const text = decipher.update(sealed.subarray(scheme.nonceBytes, -TAG_BYTES));
    try {
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      throw new StoredValueUnreadable('NotAuthentic');
    }
  }

  /**
   * Whether an envelope is as `seal` would write it now: of the present version, under the present key. Any other is to be
   * sealed anew when the keys are rotated. @throws StoredValueUnreadable for a text that is no envelope
   */
  isCurrent(envelope: string): boolean {
    const { version, keyId } = parse(envelope);
    return version === VERSION && keyId === this.ring.currentId;
  }

  private keyOf(keyId: string) {
    const key = this.ring.find(keyId);
    if (key === null) throw new StoredValueUnreadable('KeyNotConfigured');
    return key;
  }
}

/** JSON keeps the parts apart whatever they hold. */
function associatedData(version: string, keyId: string, { table, column, companyRef, id }: SealedPlace): Buffer {
  return Buffer.from(JSON.stringify([version, keyId, table, column, companyRef, id]));
}

function parse(envelope: string): Envelope {
  const [, version = '', keyId = '', encoded = ''] = ENVELOPE.exec(envelope) ?? [];
  const scheme = SCHEMES[version];
  const sealed = Buffer.from(encoded, 'base64url');
  // The decoder ignores spare bits of the last character; only the one text that `seal` writes is an envelope.
  if (
    scheme === undefined ||
    sealed.length < scheme.nonceBytes + TAG_BYTES ||
    sealed.toString('base64url') !== encoded
  ) {
    throw new StoredValueUnreadable('NotAnEnvelope');
  }
  return { version, keyId, scheme, sealed };
}
