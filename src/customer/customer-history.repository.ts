import { Injectable, type Type } from '@nestjs/common';
import { selectMany } from '../platform/database/set-based';
import { Transaction } from '../platform/database/transaction';
import type { HistoryPage } from '../platform/history/history-page.entity';
import { HistoryRepository } from '../platform/history/history.repository';
import { CustomerHistoryPage } from './customer-history-page.entity';
import { CustomerHistory } from './customer-history.entity';

/** Reads and writes of the history of customers. */
@Injectable()
export class CustomerHistoryRepository extends HistoryRepository<CustomerHistory> {
  constructor() {
    super({ entry: CustomerHistory, page: CustomerHistoryPage, recordRef: 'customerRef', action: 'customer.changed' });
  }

  /** Entries of all companies that tell of a change of that field, in order of their id, locked; for key rotation. */
  async listByFieldLocked(
    transaction: Transaction,
    field: string,
    afterId: number,
    limit: number,
  ): Promise<CustomerHistory[]> {
    // Read once they are locked: an erasure may have written them anew in between.
    const values = await findIds(transaction, CustomerHistory, field, afterId, limit);
    const locked = await selectMany(transaction, CustomerHistory, { where: {}, property: 'id', values, lock: true });
    return locked.sort((a, b) => a.id - b.id);
  }

  /** Like `listByFieldLocked`, the page behind that id; null when there is none. */
  async nextPageLocked(transaction: Transaction, field: string, afterId: number): Promise<HistoryPage | null> {
    const values = await findIds(transaction, CustomerHistoryPage, field, afterId, 1);
    const [page] = await this.pages.select(transaction, { where: {}, property: 'id', values, lock: true });
    return page ?? null;
  }
}

/** Ids behind `afterId` of what tells of a change of that field, in their order. */
async function findIds<T extends CustomerHistory | CustomerHistoryPage>(
  transaction: Transaction,
  entity: Type<T>,
  field: string,
  afterId: number,
  limit: number,
): Promise<number[]> {
  const found = await transaction
    .createQueryBuilder(entity, 'entry')
    .select('entry.id')
    // As a field is written in changes.
    .where('entry.id > :afterId AND entry.changes LIKE :field', { afterId, field: `%"field":"${field}"%` })
    .orderBy('entry.id')
    .limit(limit)
    .getMany();
  return found.map(({ id }) => id);
}
