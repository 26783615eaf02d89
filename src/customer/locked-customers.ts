import { Transaction } from '../platform/database/transaction';
import type { CodedIssue } from '../platform/validation/coded-issue';
import { CustomerUpdate, takenRefNo } from './customer-change';
import type { Customer } from './customer.entity';
import type { CustomerRepository } from './customer.repository';

/** The customers of one batch as they stand after the updates so far. */
export class LockedCustomers {
  private readonly byCustomerId = new Map<string, Customer>();
  private readonly idOfRefNo = new Map<string, string>();
  private readonly changedIds = new Set<string>();
  private readonly holderOfRefNo: Map<string, string>;

  /**
   * Reads the customers that the updates name, locking them until the transaction ends.
   *
   * @param held those that were read with a lock in this transaction already
   */
  static async load(
    transaction: Transaction,
    customers: CustomerRepository,
    companyRef: number,
    updates: readonly CustomerUpdate[],
    held: readonly Customer[] = [],
  ): Promise<LockedCustomers> {
    const heldIds = new Set(held.map(({ customerId }) => customerId));
    const ids = updates.flatMap(({ customerId }) => (customerId === null || heldIds.has(customerId) ? [] : customerId));
    const refNos = updates.flatMap(({ customerId, uniqueRefNo }) => (customerId === null ? (uniqueRefNo ?? []) : []));
    const found = [
      ...held,
      ...(await customers.listByCustomerIds(transaction, companyRef, ids)),
      ...(await customers.listByRefNos(transaction, companyRef, refNos)),
    ];
    // A row found by its number keeps it; only one found by id can take another.
    const wanted = updates.flatMap(({ customerId, patch }) => (customerId === null ? [] : (patch.uniqueRefNo ?? [])));
    return new LockedCustomers(found, await customers.listHolders(transaction, companyRef, wanted));
  }

  private constructor(found: readonly Customer[], holders: ReadonlyMap<string, Customer>) {
    for (const customer of found) {
      this.byCustomerId.set(customer.customerId, customer);
      // A living customer comes before a deleted one that had the same number.
      if (customer.uniqueRefNo !== null && (customer.deletedAt === null || !this.idOfRefNo.has(customer.uniqueRefNo))) {
        this.idOfRefNo.set(customer.uniqueRefNo, customer.customerId);
      }
    }
    this.holderOfRefNo = new Map([...holders].map(([refNo, { customerId }]) => [refNo, customerId]));
  }

  find({ customerId, uniqueRefNo }: CustomerUpdate): Customer | null {
    const id = customerId ?? this.idOfRefNo.get(uniqueRefNo ?? '');
    return (id === undefined ? undefined : this.byCustomerId.get(id)) ?? null;
  }

  refNoIssues(current: Customer, next: Customer): CodedIssue[] {
    const { uniqueRefNo } = next;
    if (uniqueRefNo === null || uniqueRefNo === current.uniqueRefNo) return [];
    const holder = this.holderOfRefNo.get(uniqueRefNo);
    return holder === undefined || holder === current.customerId ? [] : [takenRefNo(uniqueRefNo)];
  }

  replace(current: Customer, stored: Customer): void {
    if (stored.uniqueRefNo !== current.uniqueRefNo) {
      if (current.uniqueRefNo !== null) this.holderOfRefNo.delete(current.uniqueRefNo);
      if (stored.uniqueRefNo !== null) this.holderOfRefNo.set(stored.uniqueRefNo, stored.customerId);
    }
    this.byCustomerId.set(stored.customerId, stored);
    // Re-adding keeps the order of the last change: a number must be given up before it is taken.
    this.changedIds.delete(stored.customerId);
    this.changedIds.add(stored.customerId);
  }

  changed(): Customer[] {
    return [...this.changedIds].flatMap((id) => this.byCustomerId.get(id) ?? []);
  }
}
