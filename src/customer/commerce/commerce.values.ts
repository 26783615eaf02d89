import isISO31661Alpha2 from 'validator/lib/isISO31661Alpha2';
import isISO6391 from 'validator/lib/isISO6391';
import { isCalendarDay } from '../../platform/validation/calendar-day';

const EUROPEAN_DAY = /^(\d{2})\/(\d{2})\/(\d{4})$/;
const EARLIEST = '1850-01-01';

/** Two letters of ASCII: others become one when their case changes, such as the Kelvin sign and the dotless i. */
const CODE = /^[A-Za-z]{2}$/;

/** True for a code of ISO 639-1, in small or capital letters. */
export function isLanguageCode(text: string): boolean {
  return CODE.test(text) && isISO6391(text.toLowerCase());
}

/** True for a code of ISO 3166-1 alpha-2, in small or capital letters. */
export function isCountryCode(text: string): boolean {
  return CODE.test(text) && isISO31661Alpha2(text.toUpperCase());
}

/**
 * YYYY-MM-DD of a day written so or as DD/MM/YYYY; null for anything that is no day of the calendar between 1850 and
 * today (UTC).
 */
export function toIsoDate(text: string): string | null {
  const [, day, month, year] = EUROPEAN_DAY.exec(text) ?? [];
  const iso = day === undefined ? text : `${year}-${month}-${day}`;
  const today = new Date().toISOString().slice(0, 10);
  return isCalendarDay(iso) && iso >= EARLIEST && iso <= today ? iso : null;
}

/** What two ways of writing one number have in common: its letters and digits, in capitals. */
export function normalizeSsn(ssn: string): string {
  return ssn.replace(/[^0-9A-Za-z]/g, '').toUpperCase();
}
