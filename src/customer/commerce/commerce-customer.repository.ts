import { Injectable } from '@nestjs/common';
import { Between, FindOptionsWhere, In, IsNull, LessThanOrEqual, MoreThan, MoreThanOrEqual, Not } from 'typeorm';
import { insertMany, selectMany, updateMany } from '../../platform/database/set-based';
import { Transaction } from '../../platform/database/transaction';
import type { AddressField } from './address.dto';
import { CommerceCustomer } from './commerce-customer.entity';
import type { CommerceSearch, TimeRange } from './commerce-search.dto';
import { CustomerAddress } from './customer-address.entity';

/** A column of a customer that can be written. */
export type WrittenColumn = keyof CommerceCustomer;

/** Reads and writes of customers as the commerce API sees them, and of their addresses; deleted ones are not there. */
@Injectable()
export class CommerceCustomerRepository {
  /** Customers of those source ids, whatever their source and language. */
  listBySourceIds(
    transaction: Transaction,
    companyRef: number,
    values: readonly string[],
    lock: boolean,
  ): Promise<CommerceCustomer[]> {
    const where = { companyRef, deletionKey: 0 };
    return selectMany(transaction, CommerceCustomer, { where, property: 'sourceId', values, lock });
  }

  listByIds(
    transaction: Transaction,
    companyRef: number,
    values: readonly number[],
    lock: boolean,
  ): Promise<CommerceCustomer[]> {
    const where = { companyRef, deletionKey: 0 };
    return selectMany(transaction, CommerceCustomer, { where, property: 'id', values, lock });
  }

  /** One page of customers, oldest first, and how many there are in all. */
  async search(
    transaction: Transaction,
    companyRef: number,
    search: CommerceSearch,
  ): Promise<{ customers: CommerceCustomer[]; total: number }> {
    const where: FindOptionsWhere<CommerceCustomer> = {
      companyRef,
      deletionKey: 0,
      ...(search.debtorIds !== undefined && { debtorId: In([...search.debtorIds]) }),
      ...(search.ssnIndexes !== undefined && { ssnIndex: In([...search.ssnIndexes]) }),
      ...(search.created !== undefined && { createdAt: within(search.created) }),
      ...(search.modified !== undefined && { updatedAt: within(search.modified) }),
    };
    const [customers, total] = await transaction.findAndCount(CommerceCustomer, {
      where,
      order: { id: 'ASC' },
      skip: (search.page - 1) * search.pageSize,
      take: search.pageSize,
    });
    return { customers, total };
  }

  /** Customers of all companies that have a number, deleted ones too, in order of their id, locked; for key rotation. */
  async listWithSsn(transaction: Transaction, afterId: number, limit: number): Promise<CommerceCustomer[]> {
    const where = { id: MoreThan(afterId), ssn: Not(IsNull()) };
    const found = await transaction.find(CommerceCustomer, {
      where,
      select: { id: true },
      order: { id: 'ASC' },
      take: limit,
    });
    const ids = found.map(({ id }) => id);
    const locked = await selectMany(transaction, CommerceCustomer, {
      where: {},
      property: 'id',
      values: ids,
      lock: true,
    });
    return locked.sort((a, b) => a.id - b.id);
  }

  /** Customers of all companies with those ids, deleted ones too, by id; for key rotation. */
  async listOwners(transaction: Transaction, ids: readonly number[]): Promise<Map<number, CommerceCustomer>> {
    const found = await selectMany(transaction, CommerceCustomer, { where: {}, property: 'id', values: ids });
    return new Map(found.map((customer) => [customer.id, customer]));
  }

  insertMany(transaction: Transaction, customers: readonly Omit<CommerceCustomer, 'id'>[]): Promise<number[]> {
    return insertMany(transaction, CommerceCustomer, customers);
  }

  /** Writes customers back that were read with a lock in this transaction, or made in it. */
  updateMany(
    transaction: Transaction,
    customers: readonly CommerceCustomer[],
    columns: readonly WrittenColumn[],
  ): Promise<void> {
    return updateMany(transaction, CommerceCustomer, customers, columns);
  }

  /** Addresses of those customers, in the order they were added. */
  async listAddresses(
    transaction: Transaction,
    companyRef: number,
    customerRefs: readonly number[],
  ): Promise<CustomerAddress[]> {
    const where = { companyRef };
    const found = await selectMany(transaction, CustomerAddress, {
      where,
      property: 'customerRef',
      values: customerRefs,
    });
    return found.sort((a, b) => a.id - b.id);
  }

  /**
   * Stores addresses: those without an id (0) as new ones, which get their id; of the others what was changed.
   *
   * @param changed fields in which at least one of them differs from what is stored
   */
  async saveAddresses(
    transaction: Transaction,
    addresses: readonly CustomerAddress[],
    changed: readonly AddressField[],
  ): Promise<void> {
    const added = addresses.filter(({ id }) => id === 0);
    const known = addresses.filter(({ id }) => id !== 0);
    await updateMany(transaction, CustomerAddress, known, changed);
    const ids = await insertMany(transaction, CustomerAddress, added);
    added.forEach((address, index) => (address.id = ids[index] ?? 0));
  }
}

/** A condition on a time column; `TimeColumn` turns the dates into what the database compares. */
function within({ from, to }: TimeRange): FindOptionsWhere<CommerceCustomer>['createdAt'] {
  if (from !== null && to !== null) return Between(from, to);
  return from !== null ? MoreThanOrEqual(from) : LessThanOrEqual(to ?? new Date());
}
