import { Injectable } from '@nestjs/common';
import { In, LessThan } from 'typeorm';
import { insertMany } from '../platform/database/set-based';
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
    if (customerRefs.length === 0) return new Map();
    const entries = await transaction.find(CustomerHistory, {
      select: { customerRef: true, rowNo: true },
      where: { companyRef, jobId, customerRef: In([...customerRefs]) },
    });
    return new Map(entries.map((entry) => [entry.customerRef, entry.rowNo ?? 0]));
  }
}
