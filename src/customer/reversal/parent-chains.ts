import type { Transaction } from '../../platform/database/transaction';
import type { CustomerChange } from '../customer-change';
import { isAbove } from '../parent-walk';
import type { ReversalRepository } from './reversal.repository';
import type { ReversedCustomer } from './reversed-customer';

/** Who stands above whom while changes are taken back; customers that are deleted hold nobody together. */
export class ParentChains {
  private constructor(private readonly parents: Map<number, number | null>) {}

  /**
   * Reads whoever may come to stand above one of the customers, locked until the transaction ends, so that two requests
   * cannot close a circle between them.
   *
   * @param entries changes of the customers, those that will be taken back among them
   */
  static async load(
    transaction: Transaction,
    customers: ReversalRepository,
    companyRef: number,
    drafts: Iterable<ReversedCustomer>,
    entries: Iterable<readonly CustomerChange[]>,
  ): Promise<ParentChains> {
    const chains = new ParentChains(new Map());
    for (const draft of drafts) chains.take(draft);
    let missing = [...chains.parents.values(), ...[...entries].flat().flatMap(formerParents)];
    const seen = new Set<number | null>([null, ...chains.parents.keys()]);
    for (;;) {
      const refs = [...new Set(missing)].filter((ref) => ref !== null && !seen.has(ref)) as number[];
      if (refs.length === 0) return chains;
      for (const ref of refs) seen.add(ref);
      const found = await customers.listParents(transaction, companyRef, refs);
      for (const { id, parentRef } of found) chains.parents.set(id, parentRef);
      missing = found.map(({ parentRef }) => parentRef);
    }
  }

  /** True when the customer, as it would be now, stood above itself. */
  closesCircle({ before, receivables, commerce }: ReversedCustomer): boolean {
    const isAsBefore = commerce.parentRef === before.commerce.parentRef && before.receivables.deletedAt === null;
    if (isAsBefore || receivables.deletedAt !== null) return false;
    return isAbove(receivables.id, commerce.parentRef, (ref) => this.parents.get(ref) ?? null);
  }

  /** Takes in what became of a customer. */
  take({ receivables, commerce }: ReversedCustomer): void {
    if (receivables.deletedAt === null) this.parents.set(receivables.id, commerce.parentRef);
    else this.parents.delete(receivables.id);
  }
}

function formerParents({ changes }: CustomerChange): number[] {
  return changes.flatMap(({ field, from }) => (field === 'parent' && typeof from === 'number' ? [from] : []));
}
