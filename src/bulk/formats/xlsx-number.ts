/** Digits a spreadsheet keeps of a number; further ones are noise of the binary form (IEEE 754 double). */
const SAFE_DIGITS = 15;
const LITERAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;
// Tried at the first zero of a run only: a row of zeros of any length costs one pass.
const ZEROS_AT_END = /(?<!0)0+$/;
const PLAIN_INTEGER = /^-?[1-9]\d{0,14}$/;

/** Why a numeric cell has no exact text. */
export type NumberProblem = 'not-a-number' | 'rounded';

/**
 * The decimal text of a stored number (xsd:double) without exponent, leading zeros or trailing zeros:
 * `9.19876543210E+11` is `919876543210`. Binary tails of more than 15 digits are rounded away as the spreadsheet shows
 * it. Whole numbers of more than 15 digits are a problem: their true digits are lost already.
 */
export function decimalText(literal: string): { text: string } | NumberProblem {
  if (PLAIN_INTEGER.test(literal)) return { text: literal };
  const exact = parse(literal);
  if (!exact) return 'not-a-number';
  if (exact.digits.length <= SAFE_DIGITS) return exact.point > SAFE_DIGITS ? 'rounded' : { text: layOut(exact) };
  if (exact.point > SAFE_DIGITS) return 'rounded';
  const shown = parse(Number(literal).toPrecision(SAFE_DIGITS));
  if (!shown || shown.point > SAFE_DIGITS) return 'rounded';
  return { text: layOut(shown) };
}

/** 0.digits × 10^point, digits without zeros at either end; zero has no digits. */
interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly point: number;
}

function parse(literal: string): Decimal | null {
  const match = LITERAL.exec(literal);
  if (!match) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return null;
  // A double ends at 1.8E308; this also keeps the text short.
  if (!Number.isFinite(Number(literal)) || Math.abs(Number(exponent)) > 400) return null;
  const all = whole + fraction;
  const digits = all.replace(/^0+/, '');
  const point = whole.length + Number(exponent) - (all.length - digits.length);
  const trimmed = digits.replace(ZEROS_AT_END, '');
  return trimmed === ''
    ? { negative: false, digits: '', point: 0 }
    : { negative: sign === '-', digits: trimmed, point };
}

function layOut({ negative, digits, point }: Decimal): string {
  const sign = negative ? '-' : '';
  if (digits === '') return '0';
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return `${sign}${digits}${'0'.repeat(point - digits.length)}`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
