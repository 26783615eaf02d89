import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { insertMany, selectMany, updateMany } from '../../platform/database/set-based';
import type { Transaction } from '../../platform/database/transaction';
import { CustomerCustomValue } from './customer-custom-value.entity';

const IDS_PER_DELETE = 1_000;

/** Reads and writes of the values of custom fields. */
@Injectable()
export class CustomValueRepository {
  list(transaction: Transaction, companyRef: number, customerRefs: readonly number[]): Promise<CustomerCustomValue[]> {
    const where = { companyRef };
    return selectMany(transaction, CustomerCustomValue, { where, property: 'customerRef', values: customerRefs });
  }

  /** Stores values of customers that are locked: those without an id (0) as new ones. */
  async save(transaction: Transaction, values: readonly CustomerCustomValue[]): Promise<void> {
    const known = values.filter(({ id }) => id !== 0);
    const added = values.filter(({ id }) => id === 0);
    await updateMany(transaction, CustomerCustomValue, known, ['value']);
    await insertMany(transaction, CustomerCustomValue, added);
  }

  /** Removes values of customers that are locked. */
  async remove(transaction: Transaction, companyRef: number, ids: readonly number[]): Promise<void> {
    for (let start = 0; start < ids.length; start += IDS_PER_DELETE) {
      await transaction.delete(CustomerCustomValue, { companyRef, id: In(ids.slice(start, start + IDS_PER_DELETE)) });
    }
  }
}
