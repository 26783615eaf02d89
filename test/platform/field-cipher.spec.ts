import 'reflect-metadata';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { AppConfig } from '../../src/platform/config/app-config';
import { AppKeys } from '../../src/platform/config/app-keys';
import { BlindIndex } from '../../src/platform/encryption/blind-index';
import { StoredValueUnreadable } from '../../src/platform/encryption/encryption.errors';
import { FieldCipher, SealedPlace } from '../../src/platform/encryption/field-cipher';
import { KeyRing } from '../../src/platform/encryption/key-ring';

const SECRET = 'Zk3vQ9pX7wLr2Tn8Yb5Hc1Jd6Mf4Gs0A';
const [K1, K2] = [Buffer.alloc(32, 1).toString('base64'), Buffer.alloc(32, 2).toString('base64')];
const NUMBER = '123456789';
const PLACE: SealedPlace = { table: 'customers', column: 'ssn', companyRef: 7, id: 'KC0000000000000A' };
const WORDS = 'A stored value cannot be decrypted; the operator finds the reason in the log under this request id.';

function ringOf(settings: Partial<AppConfig> = {}, secret = SECRET): KeyRing {
  return new KeyRing(Object.assign(new AppConfig(), settings), new AppKeys(secret));
}

const cipherOf = (...parameters: Parameters<typeof ringOf>) => new FieldCipher(ringOf(...parameters));
const indexOf = (...parameters: Parameters<typeof ringOf>) => new BlindIndex(ringOf(...parameters));
const keyIdOf = (envelope: string) => envelope.split('.')[1];
const withKeys = (encryptionKeys: string) => cipherOf({ encryptionKeys });

/** The reason why an envelope does not open; fails when it does. */
function refusal(cipher: FieldCipher, envelope: string, place = PLACE): string {
  try {
    cipher.open(envelope, place);
  } catch (error) {
    expect(error).toBeInstanceOf(StoredValueUnreadable);
    const { message, code, errorType, status, cause } = error as StoredValueUnreadable;
    expect({ message, code, errorType, status }).toEqual({
      message: WORDS,
      code: 'STORED_VALUE_UNREADABLE',
      errorType: 'SYSTEM_ERROR',
      status: 500,
    });
    return (cause as Error).name;
  }
  throw new Error('the envelope opened');
}

const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '\0', '😀', '\ufeff', '\u00e9', 'e\u0301'),
);
const places = fc.record({
  table: fc.string(),
  column: fc.string(),
  companyRef: fc.nat(),
  id: fc.string({ unit: 'binary' }),
});

describe('a field cipher', () => {
  const cipher = cipherOf();

  it('gives back what was sealed, for any text in any place', () => {
    fc.assert(
      fc.property(texts, places, (text, place) => {
        expect(cipher.open(cipher.seal(text, place), place)).toBe(text);
      }),
    );
  });

  it('writes envelopes that tell version and key, at most 78 characters and 4/3 of the bytes', () => {
    const longest = withKeys(`${'k'.repeat(20)}:${K1}`);
    expect(cipher.seal(NUMBER, PLACE)).toMatch(/^v2\.app\.[A-Za-z0-9_-]{66}$/);
    expect(longest.seal('', PLACE)).toHaveLength(78);
    expect(longest.seal(NUMBER, PLACE)).toHaveLength(90);
    fc.assert(
      fc.property(texts, (text) => {
        const most = Math.ceil(78 + (Buffer.byteLength(text) * 4) / 3);
        expect(longest.seal(text, PLACE).length).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('never takes a nonce twice', () => {
    const seals = 100_000;
    // Both halves of the 32 characters: the one that makes the key, and the one that is the nonce under it.
    const halves = [new Set<string>(), new Set<string>()] as const;
    for (let count = 0; count < seals; count++) {
      const envelope = cipher.seal(NUMBER, PLACE).slice('v2.app.'.length);
      for (const [at, half] of halves.entries()) half.add(envelope.slice(16 * at, 16 * (at + 1)));
    }
    expect(halves.map(({ size }) => size)).toEqual([seals, seals]);
  });

  it('refuses an envelope with any bit flipped', () => {
    const envelope = cipher.seal(NUMBER, PLACE);
    const reasons = new Set<string>();
    for (let bit = 0; bit < envelope.length * 8; bit++) {
      const bytes = Buffer.from(envelope, 'latin1');
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      reasons.add(refusal(cipher, bytes.toString('latin1')));
    }
    expect([...reasons].sort()).toEqual(['KeyNotConfigured', 'NotAnEnvelope', 'NotAuthentic']);
  });

  it('refuses nonce, ciphertext or tag with any bit flipped', () => {
    const prefix = 'v2.app.';
    const sealed = Buffer.from(cipher.seal(NUMBER, PLACE).slice(prefix.length), 'base64url');
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const bytes = Buffer.from(sealed);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      expect(refusal(cipher, prefix + bytes.toString('base64url'))).toBe('NotAuthentic');
    }
  });

  it.each([
    '',
    'v2',
    'v2.app.',
    NUMBER,
    'v3.app.AAAA',
    `v2.app.${'A'.repeat(53)}`,
    `v2..${'A'.repeat(66)}`,
    `v1.app.${'A'.repeat(37)}`,
  ])('refuses what is no envelope: "%s"', (text) => {
    expect(refusal(cipher, text)).toBe('NotAnEnvelope');
    expect(() => cipher.isCurrent(text)).toThrow(StoredValueUnreadable);
  });

  it('refuses an envelope that is cut short, lengthened or wrapped', () => {
    const envelope = cipher.seal(NUMBER, PLACE);
    for (let length = 0; length < envelope.length; length++) refusal(cipher, envelope.slice(0, length));
    for (const more of ['A', 'AA', 'AAAA', '=', '\n', ' ']) refusal(cipher, envelope + more);
    refusal(cipher, ` ${envelope}`);
  });

  it.each<[string, Partial<SealedPlace>]>([
    ['company', { companyRef: 8 }],
    ['record', { id: 'KC0000000000000B' }],
    ['column', { column: 'pan' }],
    ['table', { table: 'contacts' }],
  ])('refuses a value moved to another %s', (_, other) => {
    expect(refusal(cipher, cipher.seal(NUMBER, PLACE), { ...PLACE, ...other })).toBe('NotAuthentic');
  });

  it('tells all places apart, however their parts are cut', () => {
    for (const glue of ['', '.', ',', '","', '\0']) {
      const one = { ...PLACE, table: `a${glue}b`, column: 'c' };
      const other = { ...PLACE, table: 'a', column: `b${glue}c` };
      expect(refusal(cipher, cipher.seal(NUMBER, one), other)).toBe('NotAuthentic');
    }
    fc.assert(
      fc.property(places, places, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        expect(refusal(cipher, cipher.seal(NUMBER, one), other)).toBe('NotAuthentic');
      }),
    );
  });

  it('refuses half a surrogate pair, without quoting it', () => {
    for (const text of ['\ud800', `${NUMBER}\udfff`]) {
      expect(() => cipher.seal(text, PLACE)).toThrow(new RangeError('A text to seal must be well-formed Unicode'));
    }
  });

  it('shows neither text nor key in its errors or when printed', () => {
    const own = withKeys(`k1:${K1}`);
    const print = (value: unknown) => inspect(value, { depth: 20, showHidden: true });
    let error: unknown;
    try {
      own.open(own.seal('Jane Roe', PLACE), { ...PLACE, id: 'x' });
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(StoredValueUnreadable);
    for (const text of [print(error), print(own), JSON.stringify(own)]) {
      expect(text).not.toMatch(/Jane|01 01 01 01|01010101|AQEBAQ/);
    }
  });
});

describe('the keys of a field cipher', () => {
  it('are the one of APP_SECRET unless others are given; the first of those seals', () => {
    expect(keyIdOf(cipherOf().seal(NUMBER, PLACE))).toBe('app');
    expect(keyIdOf(withKeys(`k2:${K2},k1:${K1}`).seal(NUMBER, PLACE))).toBe('k2');
  });

  it('open, all of them, what each has sealed', () => {
    const all = withKeys(`k2:${K2},k1:${K1}`);
    const sealed = [cipherOf(), withKeys(`k1:${K1}`), all].map((cipher) => cipher.seal(NUMBER, PLACE));
    expect(sealed.map(keyIdOf)).toEqual(['app', 'k1', 'k2']);
    expect(sealed.map((envelope) => all.isCurrent(envelope))).toEqual([false, false, true]);
    expect(sealed.map((envelope) => all.open(envelope, PLACE))).toEqual([NUMBER, NUMBER, NUMBER]);
  });

  it('must hold the one an envelope names', () => {
    const sealed = withKeys(`k1:${K1}`).seal(NUMBER, PLACE);
    expect(refusal(cipherOf(), sealed)).toBe('KeyNotConfigured');
    expect(refusal(withKeys(`k2:${K1}`), sealed)).toBe('KeyNotConfigured');
    expect(refusal(withKeys(`k1:${K2}`), sealed)).toBe('NotAuthentic');
    expect(refusal(cipherOf({}, `${SECRET}x`), cipherOf().seal(NUMBER, PLACE))).toBe('NotAuthentic');
  });

  it('cannot be exchanged for one another, even where they are the same', () => {
    const same = withKeys(`k1:${K1},k2:${K1}`);
    expect(refusal(same, same.seal(NUMBER, PLACE).replace('v2.k1.', 'v2.k2.'))).toBe('NotAuthentic');
  });
});

describe('a blind index', () => {
  const index = indexOf();
  const of = (text = NUMBER, companyRef = 7, column = 'customers.ssn') => index.of(text, companyRef, column);

  it('is the same for the same text in one column of one company, and nowhere else', () => {
    expect(of()).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(indexOf().of(NUMBER, 7, 'customers.ssn')).toBe(of());
    const all = [
      of(),
      of('123456780'),
      of(NUMBER, 8),
      of(NUMBER, 7, 'customers.pan'),
      of('', 7, `customers.ssn${NUMBER}`),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('keeps its parts apart, however they are cut', () => {
    expect(of('456789', 123)).not.toBe(of('3456789', 12));
    expect(of(NUMBER, 7, 'column1')).not.toBe(of(NUMBER, 17, 'column'));
    const inputs = fc.tuple(fc.string(), fc.nat(), fc.string());
    fc.assert(
      fc.property(inputs, inputs, (one, other) => {
        expect(index.of(...one) === index.of(...other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });

  it('has a key of its own, which ENCRYPTION_KEYS does not change', () => {
    const own = { blindIndexKey: K1 };
    expect(indexOf({ encryptionKeys: `k1:${K1}` }).of(NUMBER, 7, 'customers.ssn')).toBe(of());
    expect(indexOf(own).of(NUMBER, 7, 'customers.ssn')).not.toBe(of());
    expect(indexOf({}, `${SECRET}x`).of(NUMBER, 7, 'customers.ssn')).not.toBe(of());
    expect(indexOf(own, `${SECRET}x`).of(NUMBER, 7, 'customers.ssn')).toBe(indexOf(own).of(NUMBER, 7, 'customers.ssn'));
  });
});

// Made with another implementation (Python's cryptography).
const FORMER = 'v1.app.AAECAwQFBgcICQoLiroaUD3Fomirgd7V9mRhi9PCLgF2lv6vxg';
const PRESENT = 'v2.app.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXlrfeX9S8M0e8wLh2Wn8o4tF3G333jaJrKA';

it('what is stored stays readable: the form of envelopes, associated data, derived keys and indexes is fixed', () => {
  for (const envelope of [FORMER, PRESENT]) expect(cipherOf().open(envelope, PLACE)).toBe(NUMBER);
  expect(indexOf().of(NUMBER, 7, 'customers.ssn')).toBe('qdhBgBN0PNC8f8QwMHxJWbhIfXQ_-KlUhAqh5pQpLP0');
});

it('is not current as a former release sealed it, and neither version passes for the other', () => {
  const cipher = cipherOf();
  expect([FORMER, PRESENT].map((envelope) => cipher.isCurrent(envelope))).toEqual([false, true]);
  // Shorter than nonce and tag of the present version.
  expect(refusal(cipher, FORMER.replace('v1.', 'v2.'))).toBe('NotAnEnvelope');
  expect(refusal(cipher, PRESENT.replace('v2.', 'v1.'))).toBe('NotAuthentic');
});
