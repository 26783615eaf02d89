import type { CodedIssue } from '../../platform/validation/coded-issue';
import type { CustomPatch } from '../custom/custom-field.contract';
import type { UpdateCustomerRequest } from '../dto/customer.dto';
import type { Customer } from '../customer.entity';
import type { FieldChange } from '../customer-history.entity';
import { moneyText } from './field.validators';
import { findState, statesAgree } from './indian-state';

/** The fields callers write, in the order of the published list. */
export const CUSTOMER_FIELDS = [
  'legalName',
  'uniqueRefNo',
  'panOrGstin',
  'contactNumber',
  'address',
  'state',
  'pinCode',
  'accountNumber',
  'ifsc',
  'assignedAgent',
  'branchCodes',
  'creditLimit',
  'paymentTermsDays',
] as const satisfies readonly (keyof Customer & keyof UpdateCustomerRequest)[];

export type CustomerField = (typeof CUSTOMER_FIELDS)[number];

/** Change of a customer: an absent field keeps its value, null clears it. Values have passed the rules of the DTO. */
export type CustomerPatch = { readonly [F in CustomerField]?: Customer[F] | null } & {
  /** Custom fields, where the change names any. */
  readonly custom?: CustomPatch;
};

/** The writable fields of a validated request or row; amounts become canonical text. */
export function toCustomerPatch(
  values: { readonly [F in CustomerField]?: unknown },
  custom?: CustomPatch,
): CustomerPatch {
  const patch: Partial<Record<CustomerField | 'custom', unknown>> = {};
  for (const field of CUSTOMER_FIELDS) {
    const value = values[field];
    if (value !== undefined) patch[field] = field === 'creditLimit' ? moneyText(value) : value;
  }
  if (custom !== undefined) patch.custom = custom;
  // The values have passed the rules of the fields they belong to.
  return patch as CustomerPatch;
}

/** An empty list and no list are one and the same to a caller. */
function same(a: unknown, b: unknown): boolean {
  if (isEmptyList(a) || isEmptyList(b)) return (a === null || isEmptyList(a)) && (b === null || isEmptyList(b));
  return a === b || (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((x, i) => x === b[i]));
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** Merges a change into a customer and tells which fields really changed, old -> new. */
export function mergeCustomer(
  current: Customer,
  patch: CustomerPatch,
): { next: Customer; changes: (FieldChange & { readonly field: CustomerField })[] } {
  const next = { ...current };
  const changes: (FieldChange & { readonly field: CustomerField })[] = [];
  for (const field of CUSTOMER_FIELDS) {
    const value = patch[field];
    if (value === undefined || same(value, current[field])) continue;
    changes.push({ field, from: current[field], to: value });
    (next as Record<CustomerField, unknown>)[field] = value;
  }
  return { next, changes };
}

/** Faults that only show in the customer as a whole, as it would be after the change. */
export function customerIssues(customer: Customer): CodedIssue[] {
  const issues: CodedIssue[] = [];
  const hasAccount = (customer.accountNumber ?? '') !== '';
  const hasIfsc = (customer.ifsc ?? '') !== '';
  if (hasAccount !== hasIfsc) {
    const [given, missing] = hasAccount ? (['accountNumber', 'ifsc'] as const) : (['ifsc', 'accountNumber'] as const);
    issues.push({
      field: missing,
      code: 'IFSC_REQUIRED',
      message: `${missing} must be given together with ${given}; give both or clear both`,
      rejectedValue: null,
    });
  }
  const { state, panOrGstin } = customer;
  if (state !== null && panOrGstin?.length === 15 && statesAgree(state, panOrGstin) === false) {
    issues.push({
      field: 'state',
      code: 'STATE_GSTIN_MISMATCH',
      message: `state is not the one the GSTIN was issued in (code ${panOrGstin.slice(0, 2)}); correct the state or the GSTIN`,
      rejectedValue: state,
    });
  }
  return issues;
}

/** Remarks about a customer that was changed all the same. */
export function customerWarnings(customer: Customer, patch: CustomerPatch): CodedIssue[] {
  const warnings: CodedIssue[] = [];
  if (customer.status === 'INACTIVE') {
    warnings.push({
      field: 'status',
      code: 'CUSTOMER_INACTIVE',
      message: 'the customer is inactive; it was changed all the same',
      rejectedValue: null,
    });
  }
  const found = typeof patch.state === 'string' ? findState(patch.state) : null;
  if (found?.legacy) {
    warnings.push({
      field: 'state',
      code: 'LEGACY_STATE_CODE',
      message: `state is an old name or code; today it is ${found.state.name}`,
      rejectedValue: patch.state ?? null,
    });
  }
  return warnings;
}
