import type { CustomerOutcome } from '../../customer/customer-change';
import type { CustomerPatch } from '../../customer/rules/customer.rules';
import type { CodedIssue } from '../../platform/validation/coded-issue';
import type { ParsedRow, RowResult } from '../engine/bulk-importer.contract';
import type { ReadRow } from './row.parser';

/** Name of the main table of files about customers. */
export const CUSTOMERS_TABLE = 'Customers';
/** Name of the table of their contacts. */
export const CONTACTS_TABLE = 'Contacts';

/** Which customer a row names; both are null when it names none. */
export interface CustomerKey {
  readonly customerId: string | null;
  readonly uniqueRefNo: string | null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Whose row it is: `customerId`, or `uniqueRefNo` when that cell is empty. */
function keyOf(values: Readonly<Record<string, unknown>>): CustomerKey {
  return { customerId: textOf(values['customerId']), uniqueRefNo: textOf(values['uniqueRefNo']) };
}

/** The fault of a row that names no customer. */
const NO_KEY: CodedIssue = {
  field: 'customerId',
  code: 'REQUIRED',
  message: 'the row names no customer; fill in customerId or uniqueRefNo',
  rejectedValue: null,
};

/** A row about an existing customer: whose it is, its faults (naming nobody is one), and what else it says. */
export function keyedRow<T>(
  { values, issues }: ReadRow,
  toPatch: (values: ReadRow['values']) => T,
): ParsedRow<CustomerKey & { readonly patch: T }> {
  const { customerId, uniqueRefNo } = keyOf(values);
  const namesNobody = customerId === null && uniqueRefNo === null;
  const isKeyBroken = issues.some(({ field }) => field === 'customerId' || field === 'uniqueRefNo');
  return {
    // Written out: a member behind a spread object takes a microsecond on Node 20.
    value: { customerId, uniqueRefNo, patch: toPatch(values) },
    issues: namesNobody && !isKeyBroken ? [NO_KEY, ...issues] : issues,
    warnings: [],
    recordId: customerId,
  };
}

/** Remark on a row that was applied and changed nothing. */
export const NO_CHANGE: CodedIssue = {
  field: null,
  code: 'NO_CHANGE',
  message: 'the row holds what is stored already; nothing was changed',
  rejectedValue: null,
};

/** Outcome of the customer module -> result of the row; the amount counts only where the row gave one. */
export function toRowResult(
  { outcome, customer, issues, warnings, change }: CustomerOutcome,
  patch: CustomerPatch,
): RowResult {
  return {
    verdict: outcome,
    recordId: customer?.customerId ?? null,
    issues,
    warnings: outcome === 'unchanged' ? [NO_CHANGE, ...warnings] : warnings,
    amount: outcome === 'failed' ? null : (patch.creditLimit ?? null),
    change: change ?? null,
  };
}
