import type { CustomPatch } from './custom/custom-field.contract';
import type { Customer } from './customer.entity';

/** Fields that are compared as a whole. */
export const SEARCHABLE_FIELDS = [
  'customerId',
  'uniqueRefNo',
  'status',
  'panOrGstin',
  'contactNumber',
  'state',
  'assignedAgent',
] as const satisfies readonly (keyof Customer)[];

type SearchableField = (typeof SEARCHABLE_FIELDS)[number];

/** A page of customers to look for. */
export interface CustomerSearch {
  /** Fields that must have exactly this value. */
  readonly equal: Partial<Pick<Customer, SearchableField>>;
  /** Custom fields that must have exactly this value; an index leads to their customers. */
  readonly custom: CustomPatch;
  /** Beginning of the legal name, upper and lower case alike. */
  readonly legalNamePrefix: string | undefined;
  readonly direction: 'ASC' | 'DESC';
  readonly limit: number;
  /** Id of the last customer of the page before. */
  readonly after: number | undefined;
}
