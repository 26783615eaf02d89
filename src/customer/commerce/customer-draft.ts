import type { ChangeContext } from '../../platform/history/history-entry.entity';
import { orderedPublicId } from '../../platform/ids/public-id';
import type { AddressField } from './address.dto';
import type { CommerceCustomer } from './commerce-customer.entity';
import type { LateChange } from './commerce-item';
import type { CustomerAddress } from './customer-address.entity';

/** One change of a customer on its way into the history. */
export interface DraftChange {
  readonly row: number | null;
  readonly version: number;
  readonly changes: readonly LateChange[];
}

/** A customer as it stands after the items of a batch so far; stored at the end of the batch. */
export class CustomerDraft {
  readonly isNew: boolean;
  /** The customer before the batch. */
  readonly before: CommerceCustomer;
  addresses: readonly CustomerAddress[] = [];
  /** Addresses to be stored, new ones (id 0) among them. */
  readonly writtenAddresses = new Set<CustomerAddress>();
  /** Fields in which stored ones among them were changed. */
  readonly changedAddressFields = new Set<AddressField>();
  readonly log: DraftChange[] = [];
  /** The parent it was given in this batch; undefined: the stored one. */
  parent: CustomerDraft | null | undefined;

  constructor(public current: CommerceCustomer) {
    this.isNew = current.id === 0;
    this.before = current;
  }
}

/** A customer that nothing is known of yet. */
export function newCommerceCustomer({ companyRef, at }: ChangeContext): CommerceCustomer {
  return {
    id: 0,
    companyRef,
    customerId: orderedPublicId('KC', 14),
    status: 'ACTIVE',
    legalName: '',
    version: 0,
    deletionKey: 0,
    createdAt: at,
    updatedAt: at,
    deletedAt: null,
    historyPage: null,
    source: null,
    sourceId: null,
    language: null,
    debtorId: null,
    firstName: null,
    middleName: null,
    lastName: null,
    abbreviation: null,
    title: null,
    dateOfBirth: null,
    gender: null,
    ssn: null,
    ssnIndex: null,
    phone: null,
    mobile: null,
    email: null,
    primaryLanguage: null,
    parentRef: null,
  };
}
