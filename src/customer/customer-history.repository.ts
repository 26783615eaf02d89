import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { insertMany, selectMany, updateMany } from '../platform/database/set-based';
import { Transaction } from '../platform/database/transaction';
import { CustomerHistory } from './customer-history.entity';

/** Reads and writes of the history of customers. */
@Injectable()
export class CustomerHistoryRepository {
  async insertMany(transaction: Transaction, entries: readonly Omit<CustomerHistory, 'id'>[]): Promise<void> {
    await insertMany(transaction, CustomerHistory, entries);
  }

  /** Entries of a customer, newest first, from before the entry `before`. */
  list(
    transaction: Transaction,
    companyRef: number,
    customerRef: number,
    limit: number,
    before?: number,
  ): Promise<CustomerHistory[]> {
    return transaction.find(CustomerHistory, {
      where: { companyRef, customerRef, ...(before !== undefined && { id: LessThan(before) }) },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  /** Entries of all companies that tell of a change of that field, in order of their id; for key rotation. */
  listByField(transaction: Transaction, field: string, afterId: number, limit: number): Promise<CustomerHistory[]> {
    return transaction
      .createQueryBuilder(CustomerHistory, 'entry')
      .where('entry.id > :afterId AND entry.changes LIKE :field', { afterId, field: `%"field":"${field}"%` })
      .orderBy('entry.id')
      .limit(limit)
      .getMany();
  }

  /** Writes the changes of entries anew: what they tell stays, only how it is sealed differs. */
  replaceChanges(transaction: Transaction, entries: readonly CustomerHistory[]): Promise<void> {
    return updateMany(transaction, CustomerHistory, entries, ['changes']);
  }

  /** Which row of a job created or changed each of those customers. */
  async findRowsOfJob(
    transaction: Transaction,
    companyRef: number,
    jobId: string,
    customerRefs: readonly number[],
  ): Promise<Map<number, number>> {
    const where = { companyRef, jobId };
    const entries = await selectMany(transaction, CustomerHistory, {
      where,
      property: 'customerRef',
      values: customerRefs,
    });
    return new Map(entries.map((entry) => [entry.customerRef, entry.rowNo ?? 0]));
  }
}
