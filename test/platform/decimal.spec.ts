import fc from 'fast-check';
import { DecimalSum, parseDecimal } from '../../src/platform/validation/decimal';

const AMOUNT = { integerDigits: 13, scale: 2 };
const hundredths = fc.bigInt({ min: -(10n ** 15n) + 1n, max: 10n ** 15n - 1n });
/** The canonical text of so many hundredths, written another way than the code does. */
const textOf = (amount: bigint): string => {
  const size = amount < 0n ? -amount : amount;
  return `${amount < 0n ? '-' : ''}${size / 100n}.${(size % 100n).toString().padStart(2, '0')}`;
};

describe('parseDecimal', () => {
  it.each([
    ['0', '0.00'],
    ['-0', '0.00'],
    ['-0.00', '0.00'],
    ['007.5', '7.50'],
    ['-00.05', '-0.05'],
    ['1.005000', null],
    ['1.50000000000000000000', '1.50'],
    ['0.1', '0.10'],
    ['9007199254740993', null],
    ['9999999999999.99', '9999999999999.99'],
    ['10000000000000', null],
    ['00000000000000000001', '1.00'],
  ])('reads %s as %s in a DECIMAL(15,2)', (text, expected) => {
    expect(parseDecimal(text, AMOUNT)).toBe(expected);
  });

  it.each(['', ' ', '.', '1.', '.5', '+1', '--1', '1e3', '1,000', '0x1', 'NaN', ' 1', '1\n', '१', '１', '1.2.3', '-'])(
    'does not take %j for a number',
    (text) => {
      expect(parseDecimal(text, AMOUNT)).toBeNull();
    },
  );

  it('follows the format: no point at scale 0, no integer digits but zero where none are allowed', () => {
    expect(parseDecimal('12.00', { integerDigits: 2, scale: 0 })).toBe('12');
    expect(parseDecimal('12.5', { integerDigits: 2, scale: 0 })).toBeNull();
    expect(parseDecimal('0.25', { integerDigits: 0, scale: 4 })).toBe('0.2500');
    expect(parseDecimal('1.25', { integerDigits: 0, scale: 4 })).toBeNull();
  });

  it('finds the same amount however it is padded with zeros', () => {
    const zeros = fc.nat(20).map((count) => '0'.repeat(count));
    fc.assert(
      fc.property(hundredths, zeros, zeros, (amount, leading, trailing) => {
        const text = textOf(amount);
        const padded = text.startsWith('-') ? `-${leading}${text.slice(1)}` : leading + text;
        expect(parseDecimal(padded + trailing, AMOUNT)).toBe(text);
      }),
    );
  });

  it('refuses every digit beyond the scale that is not zero', () => {
    fc.assert(
      fc.property(hundredths, fc.integer({ min: 1, max: 9 }), fc.nat(9), (amount, digit, zeros) => {
        expect(parseDecimal(`${textOf(amount)}${'0'.repeat(zeros)}${digit}`, AMOUNT)).toBeNull();
      }),
    );
  });

  it('answers for a hostile text of a million digits', () => {
    expect(parseDecimal(`0.${'0'.repeat(1_000_000)}1`, AMOUNT)).toBeNull();
  });
});

describe('DecimalSum', () => {
  it('is exact where floats are not', () => {
    const sum = DecimalSum.from('0.10');
    sum.add('0.20');
    expect(sum.value).toBe('0.30');
  });

  it('starts at zero and carries a sign below it', () => {
    const sum = new DecimalSum();
    expect(sum.value).toBe('0.00');
    sum.subtract('0.05');
    expect(sum.value).toBe('-0.05');
  });

  it('adds and takes away as whole hundredths do, past what a float holds', () => {
    fc.assert(
      fc.property(fc.array(hundredths), fc.array(hundredths), (added, taken) => {
        const sum = new DecimalSum();
        for (const amount of added) sum.add(textOf(amount));
        for (const amount of taken) sum.subtract(textOf(amount));
        const total = (amounts: bigint[]) => amounts.reduce((left, right) => left + right, 0n);
        expect(sum.value).toBe(textOf(total(added) - total(taken)));
        expect(DecimalSum.from(sum.value).value).toBe(sum.value);
      }),
    );
  });

  it.each(['1', '1.5', '1.500', 'x', '', '1e2'])('refuses %j and stays as it was', (text) => {
    const sum = DecimalSum.from('2.00');
    expect(() => sum.add(text)).toThrow(RangeError);
    expect(sum.value).toBe('2.00');
  });
});
