import { isGstStateCode } from './indian-state';

const PAN = /^[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]$/;
/** State code, PAN, number of the registration within the state, `Z`, check character. */
const GSTIN = /^(\d{2})([A-Z0-9]{10})[1-9A-Z]Z[0-9A-Z]$/;
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** What is wrong with a GSTIN: its shape (or state code, or PAN), or only its check character. */
export type GstinFault = 'format' | 'checksum';

/** Whether a text has the form of an Indian Permanent Account Number, in capitals; its fourth letter is the holder's kind. */
export function isPan(text: string): boolean {
  return PAN.test(text);
}

/**
 * The fault of a GSTIN, null for a valid one; `format` wins over `checksum`. Capitals only and nothing around them:
 * normalising is up to the caller. The check character is Luhn mod 36 over the 14 characters before it.
 */
export function gstinFault(text: string): GstinFault | null {
  const [, stateCode = '', pan = ''] = GSTIN.exec(text) ?? [];
  if (!isGstStateCode(stateCode) || !isPan(pan)) return 'format';
  return text.slice(-1) === checkCharacter(text.slice(0, -1)) ? null : 'checksum';
}

function checkCharacter(body: string): string {
  const base = ALPHABET.length;
  const sum = Array.from(body).reduce((total, character, index) => {
    const product = ALPHABET.indexOf(character) * (index % 2 === 0 ? 1 : 2);
    return total + Math.floor(product / base) + (product % base);
  }, 0);
  return ALPHABET.charAt((base - (sum % base)) % base);
}
