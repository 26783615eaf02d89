import type { CommerceCustomer } from '../commerce/commerce-customer.entity';
import { COMMERCE_FIELDS } from '../commerce/commerce-item';
import type { StoredSsn } from '../commerce/customer-ssn.service';
import type { CustomerChange } from '../customer-change';
import type { FieldChange } from '../customer-history.entity';
import type { Customer } from '../customer.entity';
import { CUSTOMER_FIELDS } from '../rules/customer.rules';
import type { ReversedAddresses } from './reversed-addresses';
import type { ReversedContacts } from './reversed-contacts';
import type { ReversedCustomValues } from './reversed-custom-values';

const RECEIVABLES_FIELDS: ReadonlySet<string> = new Set([...CUSTOMER_FIELDS, 'status']);
const COMMERCE_COLUMNS: ReadonlySet<string> = new Set(COMMERCE_FIELDS);

/** Columns of the commerce API's view that a reversal can write. */
export const REVERSED_COMMERCE_COLUMNS = [...COMMERCE_FIELDS, 'ssn', 'ssnIndex', 'parentRef'] as const;

/** A row of the table of customers as both APIs see it. */
export interface CustomerViews {
  readonly receivables: Customer;
  readonly commerce: CommerceCustomer;
}

/** The sealed number of a customer together with its index. */
export type IndexSsn = (customer: CommerceCustomer, envelope: string | null) => StoredSsn;

/** A customer while changes are taken back, the newest first; what differs in the end is to be written. */
export class ReversedCustomer {
  readonly receivables: Customer;
  readonly commerce: CommerceCustomer;

  constructor(
    readonly before: CustomerViews,
    readonly contacts: ReversedContacts,
    readonly addresses: ReversedAddresses,
    readonly custom: ReversedCustomValues,
    private readonly indexSsn: IndexSsn,
  ) {
    this.receivables = { ...before.receivables };
    this.commerce = { ...before.commerce };
  }

  /** Takes a change back. Gives the first field that nobody knows how to bring back; null when there is none. */
  revert({ version, changes }: CustomerChange, at: Date): string | null {
    if (version === 1) {
      this.setDeleted(true, at);
      return null;
    }
    for (const change of [...changes].reverse()) {
      const isDone =
        this.revertField(change, at) ||
        this.contacts.revert(change, changes) ||
        this.addresses.revert(change) ||
        this.custom.revert(change);
      if (!isDone) return change.field;
    }
    return null;
  }

  get isCommerceChanged(): boolean {
    return REVERSED_COMMERCE_COLUMNS.some((column) => this.commerce[column] !== this.before.commerce[column]);
  }

  /** What was changed, once added addresses have their ids. */
  changes(): FieldChange[] {
    const { receivables, commerce } = this.before;
    const changes: FieldChange[] = [];
    const compare = (field: string, from: unknown, to: unknown) => {
      if (JSON.stringify(from) !== JSON.stringify(to)) changes.push({ field, from, to });
    };
    for (const field of CUSTOMER_FIELDS) compare(field, receivables[field], this.receivables[field]);
    compare('status', receivables.status, this.receivables.status);
    for (const field of COMMERCE_FIELDS) compare(field, commerce[field], this.commerce[field]);
    compare('ssn', commerce.ssn, this.commerce.ssn);
    compare('parent', commerce.parentRef, this.commerce.parentRef);
    compare('deleted', receivables.deletedAt !== null, this.receivables.deletedAt !== null);
    return [...changes, ...this.custom.changes(), ...this.contacts.changes(), ...this.addresses.changes()];
  }

  private revertField({ field, from }: FieldChange, at: Date): boolean {
    if (field === 'deleted') this.setDeleted(from === true, at);
    else if (RECEIVABLES_FIELDS.has(field)) Object.assign(this.receivables, { [field]: from });
    else if (COMMERCE_COLUMNS.has(field)) Object.assign(this.commerce, { [field]: from });
    else if (field === 'ssn') Object.assign(this.commerce, this.indexSsn(this.commerce, from as string | null));
    else if (field === 'parent') this.commerce.parentRef = from as number | null;
    else return false;
    return true;
  }

  private setDeleted(isDeleted: boolean, at: Date): void {
    this.receivables.deletedAt = isDeleted ? at : null;
    this.receivables.deletionKey = isDeleted ? this.receivables.id : 0;
  }
}
