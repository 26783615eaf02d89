import type { CodedIssue } from './coded-issue';

/** What a text means, or in words for the person who wrote it what is wrong with it. */
export type ParsedText<V> = { readonly value: V } | { readonly issue: string };

/** The issue of a text that means nothing. */
export function parseIssue(field: string, text: string, message: string): CodedIssue {
  return { field, code: 'INVALID_FORMAT', message: `${field} ${message}`, rejectedValue: text };
}
