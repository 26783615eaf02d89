import { Injectable } from '@nestjs/common';
import { selectMany } from '../../platform/database/set-based';
import { Transaction } from '../../platform/database/transaction';
import { Customer } from '../customer.entity';
import { LegalHold } from './legal-hold.entity';

/** Reads and writes of the marks that forbid an erasure. */
@Injectable()
export class LegalHoldRepository {
  /** The mark of a customer; null for one that may be erased. */
  find(transaction: Transaction, { companyRef, id }: Pick<Customer, 'companyRef' | 'id'>): Promise<LegalHold | null> {
    return transaction.findOneBy(LegalHold, { companyRef, customerRef: id });
  }

  /** Public ids of the customers of a company that are not to be erased. */
  async listCustomers(transaction: Transaction, companyRef: number): Promise<string[]> {
    const holds = await transaction.findBy(LegalHold, { companyRef });
    const values = holds.map(({ customerRef }) => customerRef);
    const held = await selectMany(transaction, Customer, { where: { companyRef }, property: 'id', values });
    return held.map(({ customerId }) => customerId);
  }

  async insert(transaction: Transaction, hold: Omit<LegalHold, 'id'>): Promise<void> {
    await transaction.insert(LegalHold, hold);
  }

  async delete(transaction: Transaction, { companyRef, id }: LegalHold): Promise<void> {
    await transaction.delete(LegalHold, { companyRef, id });
  }
}
