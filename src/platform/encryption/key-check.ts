import { Injectable } from '@nestjs/common';
import { RESERVED_KEY_IDS } from '../config/encryption-keys.validator';
import { BlindIndex } from './blind-index';
import type { EncryptionKey } from './encryption-key.entity';
import { FieldCipher } from './field-cipher';
import { KeyRing } from './key-ring';

const CHECK_TEXT = 'rollbook';
const TABLE = 'encryption_keys';
const COLUMN = 'check_value';
/** No company has it. */
const NO_COMPANY = 0;

/** Stands in place of the blind index's check value while its key is replaced; no key makes it. */
export const INDEX_IN_ROTATION = 'in-rotation';

/** Tells by the check values of the recorded keys whether the configuration holds those very keys. */
@Injectable()
export class KeyCheck {
  constructor(
    private readonly ring: KeyRing,
    private readonly cipher: FieldCipher,
    private readonly blindIndex: BlindIndex,
  ) {}

  /** Id of the key that seals. */
  get currentId(): string {
    return this.ring.currentId;
  }

  /** Check value of the key that seals. */
  current(): string {
    return this.cipher.seal(CHECK_TEXT, placeOf(this.ring.currentId));
  }

  /** Check value of the blind index key. */
  index(): string {
    return this.blindIndex.of(CHECK_TEXT, NO_COMPANY, `${TABLE}.${COLUMN}`);
  }

  /** What is wrong with the keys that seal and open, each with its remedy. Of the retired ones only the current counts. */
  sealingFaults(recorded: readonly EncryptionKey[]): string[] {
    return recorded
      .filter(({ keyId }) => keyId !== RESERVED_KEY_IDS.blindIndex)
      .filter(({ keyId, retiredAt }) => retiredAt === null || keyId === this.ring.currentId)
      .filter((key) => !this.opens(key))
      .map(({ keyId }) => this.sealingFault(keyId));
  }

  /** What is wrong with the blind index key, with its remedy. */
  indexFaults(recorded: readonly EncryptionKey[]): string[] {
    const known = recorded.find(({ keyId }) => keyId === RESERVED_KEY_IDS.blindIndex);
    if (known === undefined || known.checkValue === this.index()) return [];
    const setting = this.ring.blindIndexSetting;
    if (known.checkValue === INDEX_IN_ROTATION) {
      return [
        `${setting}: the indexes of encrypted fields are only in part under a new key; finish that with: npm run cli -- keys rotate --index`,
      ];
    }
    return [
      `${setting}: gives another key than the one the indexes of encrypted fields were made with; set the former ` +
        `${setting === 'APP_SECRET' ? 'BLIND_INDEX_KEY or APP_SECRET' : 'BLIND_INDEX_KEY (or none, if there was none)'} ` +
        'again, or, with every process of the service stopped, make the indexes anew: npm run cli -- keys rotate --index',
    ];
  }

  private opens({ keyId, checkValue }: EncryptionKey): boolean {
    if (this.ring.find(keyId) === null) return false;
    try {
      return this.cipher.open(checkValue, placeOf(keyId)) === CHECK_TEXT;
    } catch {
      return false;
    }
  }

  private sealingFault(keyId: string): string {
    if (keyId === RESERVED_KEY_IDS.derived) {
      return (
        `APP_SECRET: is not the one whose key (${keyId}) the fields of this database are encrypted under; set the former ` +
        'one again (where none was set: the file app-secret of the former DATA_DIR). To change it, encrypt them under a ' +
        'key of ENCRYPTION_KEYS first: npm run cli -- keys rotate'
      );
    }
    return this.ring.find(keyId) === null
      ? `ENCRYPTION_KEYS: lacks the key ${keyId}, under which fields of this database are encrypted; add it again behind ` +
          'the first one, and drop it only when it is retired: npm run cli -- keys rotate'
      : `ENCRYPTION_KEYS: holds another key under the id ${keyId} than the one fields of this database are encrypted ` +
          'under; put the former one back, and give a new key an id of its own: npm run cli -- keys generate';
  }
}

function placeOf(keyId: string) {
  return { table: TABLE, column: COLUMN, companyRef: NO_COMPANY, id: keyId };
}
