import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { insertMany, selectMany } from '../platform/database/set-based';
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
