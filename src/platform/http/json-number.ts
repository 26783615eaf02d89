const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** A double holds every decimal of so many digits (`DBL_DIG` of C), so that a short literal needs no closer look. */
const SURE_CHARACTERS = 15;

/** True for the text of a number as RFC 8259 section 6 writes it. */
export function isJsonNumber(literal: string): boolean {
  return NUMBER.test(literal);
}

/**
 * The number a JSON literal denotes; null when a double would change it: the shortest decimal text of the double is
 * another number than was sent. Null as well for digits beyond ±(2^53 - 1), where doubles do not hold every integer.
 */
export function exactNumber(literal: string): number | null {
  const value = Number(literal);
  const hasExponent = /e/i.test(literal);
  if (literal.length <= SURE_CHARACTERS && !hasExponent) return value;
  if (/^-?\d+$/.test(literal)) return Number.isSafeInteger(value) ? value : null;
  return canonical(literal) === canonical(String(value)) ? value : null;
}

/** One text for all literals of the same magnitude: its digits without zeros around them, and the power of ten. */
function canonical(literal: string): string {
  const [mantissa = '', exponent = '0'] = literal.toLowerCase().replace(/^-/, '').split('e');
  const [integer = '', fraction = ''] = mantissa.split('.');
  const digits = integer + fraction;
  let first = 0;
  let last = digits.length;
  while (digits[first] === '0') first++;
  // Counted by hand: a pattern for trailing zeros is quadratic on a hostile literal.
  while (last > first && digits[last - 1] === '0') last--;
  if (first === last) return '0';
  return `${digits.slice(first, last)}e${Number(exponent) - fraction.length + digits.length - last}`;
}
