import { isCountryCode, isLanguageCode, normalizeSsn } from '../../src/customer/commerce/commerce.values';
import { normalizeHeader } from '../../src/bulk/engine/header';

const EVERY_CHARACTER = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code));
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];

describe('a code of two letters', () => {
  it('is no other letter that becomes one of them when its case changes', () => {
    const foreign = EVERY_CHARACTER.filter(
      (one) => !/^[A-Za-z]$/.test(one) && /[A-Za-z]/.test(one.toLowerCase() + one.toUpperCase()),
    );
    // Kelvin sign, dotless and dotted i, long s, ligatures: the trap is real.
    expect(foreign.length).toBeGreaterThan(5);
    const taken = foreign.flatMap((one) =>
      LETTERS.flatMap((letter) =>
        [one + letter, letter + one, one].filter((code) => isLanguageCode(code) || isCountryCode(code)),
      ),
    );
    expect(taken).toEqual([]);
  });

  it('is taken in small and in capital letters', () => {
    expect(['kk', 'KK', 'Kk', 'xx', 'k', 'kkk', ''].map(isLanguageCode)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
    expect(['it', 'IT', 'It', 'xx', 'i', 'ita', ''].map(isCountryCode)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('what stands for another spelling', () => {
  it.each([
    ['number of a person', normalizeSsn],
    ['header', normalizeHeader],
  ])('is its own: each character of Unicode in a %s', (_, canonical) => {
    const moving = EVERY_CHARACTER.filter((one) => canonical(canonical(`a${one}1`)) !== canonical(`a${one}1`));
    expect(moving).toEqual([]);
  });
});
