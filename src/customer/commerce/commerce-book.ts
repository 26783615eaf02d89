import { Transaction } from '../../platform/database/transaction';
import { isAbove } from '../parent-walk';
import type { CommerceCustomer } from './commerce-customer.entity';
import type { CommerceCustomerRepository } from './commerce-customer.repository';
import type { CommerceItem, CustomerKey } from './commerce-item';
import { CustomerDraft } from './customer-draft';

/** More than one customer answers to a key. */
export const SEVERAL = Symbol('several');

/** The customers of one batch: those its items name, their parents and whose parents these are, as they stand so far. */
export class CommerceBook {
  private readonly byId = new Map<number, CustomerDraft>();
  private readonly bySourceId = new Map<string, CustomerDraft[]>();
  /** In the order they were touched first. */
  readonly touched = new Set<CustomerDraft>();

  /** Reads the customers that items name, locking them until the transaction ends. */
  static async load(
    transaction: Transaction,
    customers: CommerceCustomerRepository,
    companyRef: number,
    items: readonly CommerceItem[],
  ): Promise<CommerceBook> {
    const book = new CommerceBook();
    const keys = items.flatMap(({ key, parent }) => [key ?? [], parent ?? []].flat());
    const sourceIds = [
      ...keys.flatMap((key) => ('id' in key ? [] : key.sourceId)),
      // Whoever holds an identity an item wants must be known too.
      ...items.flatMap(({ patch }) => patch.sourceId ?? []),
    ];
    book.addAll(await customers.listBySourceIds(transaction, companyRef, sourceIds, true));
    const ids = keys.flatMap((key) => ('id' in key ? key.id : [])).filter((id) => !book.byId.has(id));
    book.addAll(await customers.listByIds(transaction, companyRef, ids, true));
    // Who may hold the identity that a customer found by its id moves to.
    const moving = items.flatMap(({ key, patch }) => {
      const draft = key !== null && 'id' in key ? book.byId.get(key.id) : undefined;
      const moves = patch.source !== undefined || patch.language !== undefined;
      return moves && patch.sourceId === undefined ? (draft?.current.sourceId ?? []) : [];
    });
    book.addAll(await customers.listBySourceIds(transaction, companyRef, moving, true));
    await book.loadAncestors(transaction, customers, companyRef, items);
    const withAddresses = items.flatMap(({ key, addresses }) => {
      const draft = addresses === undefined || key === null ? null : book.find(key);
      return draft === null || draft === SEVERAL ? [] : draft.current.id;
    });
    for (const address of await customers.listAddresses(transaction, companyRef, withAddresses)) {
      const draft = book.byId.get(address.customerRef);
      if (draft !== undefined) draft.addresses = [...draft.addresses, address];
    }
    return book;
  }

  /** The customer a key names; null when there is none. */
  find(key: CustomerKey): CustomerDraft | typeof SEVERAL | null {
    if ('id' in key) return this.byId.get(key.id) ?? null;
    const found = this.candidates(key).filter(({ current }) => (key.language ?? current.language) === current.language);
    return found.length > 1 ? SEVERAL : (found[0] ?? null);
  }

  /** The parent a key names: of several languages that of the child is meant. */
  findParent(key: CustomerKey, language: string | null): CustomerDraft | typeof SEVERAL | null {
    const found = this.find(key);
    if (found !== SEVERAL || 'id' in key) return found;
    return this.candidates(key).find(({ current }) => current.language === language) ?? SEVERAL;
  }

  /** True when the customer is the other one, or stands somewhere above it. */
  isAbove(customer: CustomerDraft, other: CustomerDraft): boolean {
    return isAbove(customer, other, (draft) => this.parentOf(draft));
  }

  parentOf({ parent, current }: CustomerDraft): CustomerDraft | null {
    return parent === undefined ? (this.byId.get(current.parentRef ?? 0) ?? null) : parent;
  }

  /** Puts a customer into the book as it is after an item. */
  put(draft: CustomerDraft, next: CommerceCustomer): void {
    const { current } = draft;
    if (draft.isNew || next.sourceId !== current.sourceId) {
      const old = this.bySourceId.get(current.sourceId ?? '');
      if (old !== undefined)
        this.bySourceId.set(
          current.sourceId ?? '',
          old.filter((other) => other !== draft),
        );
      draft.current = next;
      this.index(draft);
    }
    draft.current = next;
    this.touched.add(draft);
  }

  private candidates({ source, sourceId }: { source: string | null; sourceId: string }): CustomerDraft[] {
    const drafts = this.bySourceId.get(sourceId) ?? [];
    return drafts.filter(({ current }) => source === null || current.source === source);
  }

  private index(draft: CustomerDraft): void {
    const { id, sourceId } = draft.current;
    if (id !== 0) this.byId.set(id, draft);
    if (sourceId === null) return;
    const others = this.bySourceId.get(sourceId) ?? [];
    if (!others.includes(draft)) this.bySourceId.set(sourceId, [...others, draft]);
  }

  private addAll(customers: readonly CommerceCustomer[]): void {
    for (const customer of customers) if (!this.byId.has(customer.id)) this.index(new CustomerDraft(customer));
  }

  /** Whoever stands above a parent is needed to see a circle, and locked, so that two requests cannot close one. */
  private async loadAncestors(
    transaction: Transaction,
    customers: CommerceCustomerRepository,
    companyRef: number,
    items: readonly CommerceItem[],
  ): Promise<void> {
    if (!items.some(({ parent }) => parent)) return;
    for (;;) {
      const refs = [...this.byId.values()].flatMap(({ current }) => current.parentRef ?? []);
      const missing = refs.filter((ref) => !this.byId.has(ref));
      const found = await customers.listByIds(transaction, companyRef, missing, true);
      if (found.length === 0) return;
      this.addAll(found);
    }
  }
}
