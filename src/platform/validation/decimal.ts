/** How much a decimal column holds; `DECIMAL(15,2)` is 13 integer digits at scale 2. */
export interface DecimalFormat {
  readonly integerDigits: number;
  readonly scale: number;
}

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;
const ONLY_ZEROS = /^0*$/;
const CANONICAL_SCALE_2 = /^-?\d+\.\d{2}$/;

/**
 * The canonical text of a decimal number: no leading zeros, exactly `scale` fraction digits, never "-0". Null when the
 * text is no plain decimal number (ASCII digits, at most one sign and one point with digits on both sides) or does not
 * fit the format. Never rounds and never goes through a float, so that the stored amount is the one that was sent.
 */
export function parseDecimal(text: string, { integerDigits, scale }: DecimalFormat): string | null {
  const [, sign = '', integerText, fraction = ''] = DECIMAL.exec(text) ?? [];
  if (integerText === undefined) return null;
  const integer = integerText.replace(/^0+/, '');
  // Sliced before it is tested: a pattern for trailing zeros would be quadratic on a hostile text.
  if (integer.length > integerDigits || !ONLY_ZEROS.test(fraction.slice(scale))) return null;
  const digits = integer + fraction.slice(0, scale).padEnd(scale, '0');
  return (ONLY_ZEROS.test(digits) ? '' : sign) + withPoint(digits, scale);
}

/** Exact running sum of amounts at scale 2, such as the control total of a file. */
export class DecimalSum {
  private hundredths = 0n;

  /** A sum that starts at an amount, such as the value of a sum that was stored. @throws RangeError as `add` does. */
  static from(text: string): DecimalSum {
    const sum = new DecimalSum();
    sum.add(text);
    return sum;
  }

  /** Adds an amount as `parseDecimal` gives it at scale 2. @throws RangeError for any other text; the sum stays as it was. */
  add(text: string): void {
    this.hundredths += toHundredths(text);
  }

  /** Takes an amount away. @throws RangeError as `add` does. */
  subtract(text: string): void {
    this.hundredths -= toHundredths(text);
  }

  /** The sum so far in canonical form; "0.00" for an empty one. */
  get value(): string {
    const sign = this.hundredths < 0n ? '-' : '';
    return sign + withPoint(this.hundredths.toString().replace('-', ''), 2);
  }
}

function toHundredths(text: string): bigint {
  if (!CANONICAL_SCALE_2.test(text)) throw new RangeError('not a decimal text with two fraction digits');
  return BigInt(text.replace('.', ''));
}

function withPoint(digits: string, scale: number): string {
  const padded = digits.padStart(scale + 1, '0');
  const split = padded.length - scale;
  return scale === 0 ? padded : `${padded.slice(0, split)}.${padded.slice(split)}`;
}
