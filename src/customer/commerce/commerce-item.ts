import type { FieldChange } from '../customer-history.entity';
import type { AddressRequest } from './address.dto';
import type { CommerceCustomer } from './commerce-customer.entity';
import type { CommerceCustomerRequest, ParentReference } from './commerce-customer.dto';
import { toIsoDate } from './commerce.values';

/** The fields of a customer that are written as they come; number, parent and addresses need more than that. */
export const COMMERCE_FIELDS = [
  'source',
  'sourceId',
  'language',
  'debtorId',
  'firstName',
  'middleName',
  'lastName',
  'abbreviation',
  'title',
  'dateOfBirth',
  'gender',
  'phone',
  'mobile',
  'email',
  'primaryLanguage',
] as const satisfies readonly (keyof CommerceCustomer & keyof CommerceCustomerRequest)[];

export type CommerceField = (typeof COMMERCE_FIELDS)[number];

/** Change of a customer: an absent field keeps its value, null clears it. */
export type CommercePatch = { readonly [F in CommerceField]?: CommerceCustomer[F] };

/** How a customer is named: by its id, or by source id with what else is known; null there means any. */
export type CustomerKey =
  | { readonly id: number }
  | { readonly source: string | null; readonly sourceId: string; readonly language: string | null };

/** One customer of a request, in the form the service takes. */
export interface CommerceItem {
  /** Row of the job; null for a single request. */
  readonly row: number | null;
  /** Null: a new customer that nothing names yet. */
  readonly key: CustomerKey | null;
  /** Whether it may be created, changed, or either. */
  readonly intent: 'create' | 'update' | 'upsert';
  readonly patch: CommercePatch;
  readonly parent?: CustomerKey | null;
  readonly ssn?: string | null;
  readonly addresses?: readonly AddressRequest[];
}

/** A change whose ids are known only once the rows it speaks of are stored. */
export type LateChange = () => FieldChange;

const text = (value: string | number): string => String(value);

/** Spellings that mean the same become one: sourceId 3002196 and "3002196", language EN and en, 28/08/1993. */
const CANONICAL: { readonly [F in CommerceField]?: (value: string | number) => string | null } = {
  sourceId: text,
  debtorId: text,
  language: (value) => text(value).toLowerCase(),
  primaryLanguage: (value) => text(value).toLowerCase(),
  dateOfBirth: (value) => toIsoDate(text(value)),
};

/** The plain fields of a request that has passed the schema. */
export function toCommercePatch(request: CommerceCustomerRequest): CommercePatch {
  const patch: Partial<Record<CommerceField, unknown>> = {};
  for (const field of COMMERCE_FIELDS) {
    const value = request[field];
    if (value !== undefined) patch[field] = value === null ? null : (CANONICAL[field]?.(value) ?? value);
  }
  // The values have passed the rules of the fields they belong to.
  return patch as CommercePatch;
}

/** Identity of a request that has passed the schema. */
export function identityOf(request: { source: string; sourceId: string | number; language?: string }): CustomerKey {
  const { source, sourceId, language } = request;
  return { source, sourceId: text(sourceId), language: language?.toLowerCase() ?? null };
}

/** The customer a parent reference names; a language is not part of it. */
function parentKey({ id, source, sourceId }: ParentReference): CustomerKey {
  return id === undefined ? { source: source ?? null, sourceId: text(sourceId ?? ''), language: null } : { id };
}

/** What a request says beyond its plain fields; absent members stay absent. */
export function toItemParts(
  request: CommerceCustomerRequest,
): Pick<CommerceItem, 'patch' | 'parent' | 'ssn' | 'addresses'> {
  const { parent, ssn, addresses } = request;
  return {
    patch: toCommercePatch(request),
    ...(parent !== undefined && { parent: parent === null ? null : parentKey(parent) }),
    ...(ssn !== undefined && { ssn: ssn === null ? null : text(ssn) }),
    ...(addresses !== undefined && { addresses }),
  };
}
