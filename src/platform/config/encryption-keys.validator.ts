import { ValidateBy } from 'class-validator';

/** Ids that keys of the service's own stand under; no key of ENCRYPTION_KEYS may have one. */
export const RESERVED_KEY_IDS = { derived: 'app', blindIndex: 'blind-index' } as const;

/** One key of ENCRYPTION_KEYS. */
export interface NamedKey {
  readonly id: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

/** 32 bytes in base64 as every encoder writes them: the last character's two spare bits are 0. */
const KEY = '[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=';
const ONE_KEY = new RegExp(`^${KEY}$`);
const ENTRY = new RegExp(`^([a-z0-9-]{1,20}):(${KEY})$`);
const ENTRY_WORDS =
  'must be <id>:<key>, the id 1 to 20 characters of a-z, 0-9 and -, the key 32 random bytes in base64; make one with: npm run cli -- keys generate';

/** Keys of an ENCRYPTION_KEYS text that is valid, in their order. */
export function parseEncryptionKeys(text: string): NamedKey[] {
  return text.split(',').map((entry) => {
    const [, id = '', key = ''] = ENTRY.exec(entry) ?? [];
    return { id, key: Buffer.from(key, 'base64') };
  });
}

/** What is wrong with an ENCRYPTION_KEYS text; null for a valid one. Names entries by their place: any part may be a key. */
function encryptionKeysFault(text: unknown): string | null {
  if (typeof text !== 'string') return ENTRY_WORDS;
  const malformed = text.split(',').findIndex((entry) => !ENTRY.test(entry));
  if (malformed >= 0) return `entry ${malformed + 1} ${ENTRY_WORDS}`;
  const ids = parseEncryptionKeys(text).map(({ id }) => id);
  const reserved: readonly string[] = Object.values(RESERVED_KEY_IDS);
  const taken = ids.findIndex((id) => reserved.includes(id));
  if (taken >= 0) return `entry ${taken + 1} must have another id: ${reserved.join(' and ')} are taken by the service`;
  const twice = ids.findIndex((id, index) => ids.indexOf(id) !== index);
  if (twice < 0) return null;
  const first = ids.findIndex((id) => id === ids[twice]);
  return `entries ${first + 1} and ${twice + 1} must not have the same id; make a key with one of its own: npm run cli -- keys generate`;
}

/** Property decorator for `id:key[,id:key…]`, the ids different and not reserved, each key 32 bytes in base64. */
export function IsEncryptionKeys(): PropertyDecorator {
  return ValidateBy({
    name: 'isEncryptionKeys',
    validator: {
      validate: (value) => encryptionKeysFault(value) === null,
      defaultMessage: (context) => encryptionKeysFault(context?.value) ?? '',
    },
  });
}

/** Property decorator for one key: 32 bytes in base64. */
export function IsKey(): PropertyDecorator {
  return ValidateBy({
    name: 'isKey',
    validator: {
      validate: (value) => typeof value === 'string' && ONE_KEY.test(value),
      defaultMessage: () => 'must be 32 random bytes in base64; make them with: openssl rand -base64 32',
    },
  });
}
