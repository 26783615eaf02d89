import type { CodedIssue } from '../../platform/validation/coded-issue';

/** The record was judged before anything was tried: it stands among the invalid ones. */
export const INVALID = 'INVALID_RECORD';
/** There is no such record. */
export const MISSING = 'DOCUMENT_MISSING';
/** The record has moved on, or exists already. */
export const CONFLICT = 'VERSION_CONFLICT';

/** Names of faults in the published answers, by our code. */
const PUBLISHED: Readonly<Record<string, string>> = {
  [MISSING]: 'document_missing_exception',
  [CONFLICT]: 'version_conflict_engine_exception',
  DOCUMENT_TOO_LARGE: 'document_too_large_exception',
  DUPLICATE_ROW: 'duplicate_document_exception',
  NOT_APPLIED: 'not_applied_exception',
  NOT_PROCESSED: 'not_processed_exception',
};

/** Name of a fault as `errors[].error` gives it. */
export function publishedError({ code }: CodedIssue): string {
  return PUBLISHED[code] ?? 'internal_exception';
}
