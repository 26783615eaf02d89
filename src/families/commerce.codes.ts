import type { CodedIssue } from '../platform/validation/coded-issue';
import { CommerceCode, COMMERCE_CATALOGUE } from './commerce.catalogue';

/** Most messages in one error (contract, section 3). */
export const MOST_MESSAGES = 100;

const BY_NUMBER: ReadonlyMap<number, CommerceCode> = new Map(COMMERCE_CATALOGUE.map((entry) => [entry.code, entry]));

const BY_ERROR_CODE: ReadonlyMap<string, CommerceCode> = new Map(
  COMMERCE_CATALOGUE.flatMap((entry) => entry.errorCodes.map((errorCode) => [errorCode, entry] as const)),
);

/** The entry of a number that the catalogue is known to hold. */
function numbered(code: 400 | 500 | 10017): CommerceCode {
  const entry = BY_NUMBER.get(code);
  if (entry === undefined) throw new Error(`The catalogue of commerce errors lacks ${code}; add it there.`);
  return entry;
}

const BAD_REQUEST = numbered(400);
const INTERNAL_ERROR = numbered(500);
const INVALID_PAYLOAD = numbered(10017);

/**
 * The code under which the commerce API knows an error of ours. An error the published list does not have goes by its
 * HTTP status; a status without an entry by the general one of its class (RFC 9110, section 15), so that `moreInfo`
 * always leads to a page.
 */
export function commerceCode(errorCode: string, status: number): CommerceCode {
  return BY_ERROR_CODE.get(errorCode) ?? BY_NUMBER.get(status) ?? (status < 500 ? BAD_REQUEST : INTERNAL_ERROR);
}

/** What `error` of an item says: the code, its name and all messages. */
export interface CommerceItemError {
  readonly code: number;
  readonly type: string;
  readonly messages: string[];
}

/**
 * The error of one item that could not be written. The first issue decides the code: its own number, 500 for a failure
 * of the service, and otherwise that of a value that breaks a rule.
 */
export function commerceItemError(issues: readonly CodedIssue[]): CommerceItemError {
  const [first] = issues;
  const isOurs = first === undefined || first.code === 'SYSTEM_ERROR';
  const { code, type } = isOurs ? INTERNAL_ERROR : (BY_ERROR_CODE.get(first.code) ?? INVALID_PAYLOAD);
  const messages = first === undefined ? [INTERNAL_ERROR.meaning] : issues.map(({ message }) => message);
  return { code, type, messages: cappedMessages(messages) };
}

/**
 * At most 100 messages; where there are more, the last says how many (contract, section 3).
 *
 * @param total how many there were, for those who kept only the first
 */
export function cappedMessages(messages: readonly string[], total = messages.length): string[] {
  if (total <= MOST_MESSAGES) return [...messages];
  const shown = messages.slice(0, MOST_MESSAGES - 1);
  return [...shown, `and ${total - shown.length} more`];
}

/** The code of a number as it stands in a URL; null for anything else. */
export function commerceCodeOfPage(number: string): CommerceCode | null {
  return COMMERCE_CATALOGUE.find(({ code }) => String(code) === number) ?? null;
}
