import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { prepareHistory } from '../platform/audit/audited-history';
import { selectAfter, selectMany, updateMany, type Write } from '../platform/database/set-based';
import { Transaction } from '../platform/database/transaction';
import { CustomerHistory } from './customer-history.entity';

/** Reads and writes of the history of customers. */
@Injectable()
export class CustomerHistoryRepository {
  async insertMany(transaction: Transaction, entries: readonly Omit<CustomerHistory, 'id'>[]): Promise<void> {
    await (
      await this.prepareInsert(transaction, entries)
    )();
  }

  /** Like `insertMany`, in two steps. */
  prepareInsert(transaction: Transaction, entries: readonly Omit<CustomerHistory, 'id'>[]): Promise<Write> {
    return prepareHistory(transaction, CustomerHistory, 'customer.changed', entries);
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

  /** All entries of those customers, oldest first, by customer. */
  async listOfRecords(
    transaction: Transaction,
    companyRef: number,
    customerRefs: readonly number[],
  ): Promise<Map<number, CustomerHistory[]>> {
    const where = { companyRef };
    const found = await selectMany(transaction, CustomerHistory, {
      where,
      property: 'customerRef',
      values: customerRefs,
    });
    const entries = new Map<number, CustomerHistory[]>(customerRefs.map((ref) => [ref, []]));
    for (const entry of found.sort((a, b) => a.id - b.id)) entries.get(entry.customerRef)?.push(entry);
    return entries;
  }

  /** Id of the latest entry of a job; 0 while there is none. */
  async lastOfJob(transaction: Transaction, companyRef: number, jobId: string): Promise<number> {
    const [entry] = await transaction.find(CustomerHistory, {
      where: { companyRef, jobId },
      select: { id: true },
      order: { id: 'DESC' },
      take: 1,
    });
    return entry?.id ?? 0;
  }

  /** Entries of a job behind the id `after`, in order. */
  listOfJob(
    transaction: Transaction,
    companyRef: number,
    jobId: string,
    after: number,
    limit: number,
  ): Promise<CustomerHistory[]> {
    return selectAfter(transaction, CustomerHistory, { companyRef, jobId }, { after, limit });
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
