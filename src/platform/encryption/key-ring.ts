import { createSecretKey, KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { AppKeys } from '../config/app-keys';
import { parseEncryptionKeys, RESERVED_KEY_IDS } from '../config/encryption-keys.validator';

/** The keys of encrypted fields and of their indexes, as the configuration gives them. They never print. */
@Injectable()
export class KeyRing {
  /** Id of the key that seals: the first of ENCRYPTION_KEYS, else `app`, which follows from APP_SECRET. */
  readonly currentId: string;
  readonly blindIndex: KeyObject;
  /** The setting the blind index key comes from. */
  readonly blindIndexSetting: 'APP_SECRET' | 'BLIND_INDEX_KEY';
  private readonly keys: ReadonlyMap<string, KeyObject>;

  constructor({ encryptionKeys, blindIndexKey }: AppConfig, appKeys: AppKeys) {
    const given = encryptionKeys === undefined ? [] : parseEncryptionKeys(encryptionKeys);
    const all = [...given, { id: RESERVED_KEY_IDS.derived, key: appKeys.fieldEncryption }];
    this.keys = new Map(all.map(({ id, key }) => [id, createSecretKey(key)]));
    this.currentId = given[0]?.id ?? RESERVED_KEY_IDS.derived;
    this.blindIndex = createSecretKey(
      blindIndexKey === undefined ? appKeys.blindIndex : Buffer.from(blindIndexKey, 'base64'),
    );
    this.blindIndexSetting = blindIndexKey === undefined ? 'APP_SECRET' : 'BLIND_INDEX_KEY';
  }

  /** AES-256 key of that id; null when it is not configured. */
  find(keyId: string): KeyObject | null {
    return this.keys.get(keyId) ?? null;
  }
}
