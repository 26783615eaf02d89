import type { Caller } from '../platform/auth/caller';
import type { CompanyScope } from '../platform/companies/company-access';
import type { ChangeContext } from '../platform/history/history-entry.entity';
import type { Change } from '../platform/history/history-place';
import type { CodedIssue } from '../platform/validation/coded-issue';
import type { FieldChange, CustomerHistory } from './customer-history.entity';
import type { Customer } from './customer.entity';
import { CUSTOMER_FIELDS, CustomerPatch } from './rules/customer.rules';

/** A change of a customer as its history tells it. */
export type CustomerChange = Change<CustomerHistory>;

/** Context of a single request. */
export function changeContext(caller: Caller, company: CompanyScope, at = new Date()): ChangeContext {
  return { companyRef: company.ref, changedBy: caller.subject, jobId: null, at };
}

/** A change of one customer, found by its public id or, without one, by its reference number. */
export interface CustomerUpdate {
  readonly row: number | null;
  readonly customerId: string | null;
  readonly uniqueRefNo: string | null;
  readonly patch: CustomerPatch;
  /** Changes of what hangs on the customer, which the caller writes in the same transaction. */
  readonly dependentChanges?: readonly FieldChange[];
}

export interface CustomerCreation {
  readonly row: number | null;
  readonly fields: CustomerPatch & { readonly legalName: string };
  /** As in `CustomerUpdate`. */
  readonly dependentChanges?: readonly FieldChange[];
}

/** What became of one change. `customer` is as stored afterwards; null when it was not found. */
export interface CustomerOutcome {
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'failed';
  readonly customer: Customer | null;
  readonly issues: readonly CodedIssue[];
  readonly warnings: readonly CodedIssue[];
  /** Of a rehearsal: what would stand in the history. */
  readonly change?: Pick<CustomerHistory, 'version' | 'changes'>;
}

/** Outcome of a change that was refused; nothing of it was stored. */
export function failed(customer: Customer | null, issues: readonly CodedIssue[]): CustomerOutcome {
  return { outcome: 'failed', customer, issues, warnings: [] };
}

/** The reference number belongs to another customer. */
export function takenRefNo(refNo: string): CodedIssue {
  return {
    field: 'uniqueRefNo',
    code: 'DUPLICATE_VALUE',
    message: 'uniqueRefNo belongs to another customer of this company; use another number',
    rejectedValue: refNo,
  };
}

/** History entry of a change. */
export function historyEntry(
  context: ChangeContext,
  customer: Pick<Customer, 'id' | 'version'>,
  row: number | null,
  changes: FieldChange[],
): CustomerChange {
  // Written out: this runs once per row of every file.
  const { companyRef, changedBy, jobId, at } = context;
  const { id: customerRef, version } = customer;
  return { companyRef, version, changedAt: at, changedBy, jobId, rowNo: row, customerRef, changes };
}

/** The fields a new customer was given, as changes from nothing. */
export function creationChanges(customer: Customer): FieldChange[] {
  return CUSTOMER_FIELDS.filter((field) => customer[field] !== null).map((field) => ({
    field,
    from: null,
    to: customer[field],
  }));
}
