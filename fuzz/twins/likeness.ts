import type { Answer } from '../call';

/** What may differ between two services that were asked the same. */
const OWN: readonly (readonly [RegExp, string])[] = [
  [/http:\/\/127\.0\.0\.1:\d+/g, 'BASE'],
  [/\b(KC[A-Z0-9]{14}|JOB[A-Z0-9]{26}|CEK[A-Z0-9]{7})\b/g, 'ID'],
  [/\bcamp_(?!abc123)[A-Za-z0-9]{1,40}\b/g, 'CAMPAIGN'],
  [/\bkey_[0-9a-f]{24}\b/g, 'KEY'],
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{3}Z)?/g, 'TIME'],
  [/expires=\d+&signature=[\w-]+/g, 'SIGNATURE'],
  [/"requestId":"[^"]*"/g, '"requestId":"ID"'],
  [/"(id|keyContactPersonId|customerReminderId|rowsPerSecond|etaSeconds)":("[^"]*"|\d+)/g, '"$1":0'],
  // Ids that calls named, in answers that say so.
  [/"key":\d+/g, '"key":0'],
  [/"recordId":"\d+"/g, '"recordId":"0"'],
  [/\b(id|sourceId) \d+/g, '$1 0'],
  [/"nextCursor":"[^"]*"/g, '"nextCursor":"CURSOR"'],
];

/** The body of an answer without what is the service's own: ids, times, addresses. */
export function likeness({ body, headers }: Answer): string {
  if (headers['content-type']?.startsWith('application/json') !== true) return headers['content-type'] ?? '';
  return OWN.reduce((text, [pattern, word]) => text.replace(pattern, word), body.toString());
}
