import type { CodedIssue } from '../../platform/validation/coded-issue';

/** Contacts one customer may have. */
export const MAX_CONTACTS = 50;

/**
 * What speaks against changing how many live contacts a customer has; null when nothing does. A customer that has
 * contacts keeps at least one, because invoices and reminders go to them.
 */
export function contactCountIssue(before: number, after: number): CodedIssue | null {
  if (after > MAX_CONTACTS) {
    return {
      field: 'customerKeyContacts',
      code: 'CONTACT_LIMIT',
      message: `a customer has at most ${MAX_CONTACTS} contacts; delete one first`,
      rejectedValue: String(after),
    };
  }
  if (before > 0 && after === 0) {
    return {
      field: 'deleted',
      code: 'LAST_CONTACT',
      message: 'the last contact of a customer cannot be deleted; add another one first',
      rejectedValue: 'true',
    };
  }
  return null;
}
