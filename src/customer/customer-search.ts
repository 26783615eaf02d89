import type { Customer } from './customer.entity';

/** A page of customers to look for. */
export interface CustomerSearch {
  /** Fields that must have exactly this value. */
  readonly equal: Partial<
    Pick<Customer, 'customerId' | 'uniqueRefNo' | 'status' | 'panOrGstin' | 'contactNumber' | 'state' | 'assignedAgent'>
  >;
  /** Beginning of the legal name, upper and lower case alike. */
  readonly legalNamePrefix: string | undefined;
  readonly direction: 'ASC' | 'DESC';
  readonly limit: number;
  /** Id of the last customer of the page before. */
  readonly after: number | undefined;
}
