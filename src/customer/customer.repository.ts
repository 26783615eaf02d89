import { Injectable } from '@nestjs/common';
import {
  insertMany,
  prepareUpdate,
  prepareVersioned,
  selectMany,
  selectParts,
  updateMany,
  type Write,
} from '../platform/database/set-based';
import { Transaction } from '../platform/database/transaction';
import { CustomerCustomValue } from './custom/customer-custom-value.entity';
import { CustomerContact } from './customer-contact.entity';
import { CONTACT_FIELDS } from './rules/contact.plan';
import type { CustomerField } from './rules/customer.rules';
import { CustomerReminder } from './customer-reminder.entity';
import { CustomerSearch } from './customer-search';
import type { CustomerStatus } from './customer-record.entity';
import { Customer } from './customer.entity';
import { customerNotFound } from './customer.errors';

const STATUS_PARTS = ['id', 'customerId', 'status', 'version'] as const;

/** What is to be known of a customer to change its status. */
export type StoredStatus = Pick<Customer, (typeof STATUS_PARTS)[number]>;

/** The status a customer is to have that was read in a version. */
export interface StatusTransition extends Pick<Customer, 'id' | 'version'> {
  readonly to: CustomerStatus;
}

/** In the order they were stored in. */
async function byId<T extends { readonly id: number }>(rows: Promise<T[]>): Promise<T[]> {
  return (await rows).sort((a, b) => a.id - b.id);
}

/** Reads and writes of customers, their contacts and reminders. Every call names the company. */
@Injectable()
export class CustomerRepository {
  /** @throws CustomerNotFound */
  async get(transaction: Transaction, companyRef: number, customerId: string): Promise<Customer> {
    const customer = await transaction.findOneBy(Customer, { companyRef, customerId, deletionKey: 0 });
    if (customer === null) throw customerNotFound();
    return customer;
  }

  /** Like `get`, and locks the customer until the transaction ends. @throws CustomerNotFound */
  async getLocked(transaction: Transaction, companyRef: number, customerId: string): Promise<Customer> {
    const [customer] = await this.listByCustomerIds(transaction, companyRef, [customerId]);
    if (customer === undefined || customer.deletedAt !== null) throw customerNotFound();
    return customer;
  }

  /** Customers with those public ids, deleted ones too, locked until the transaction ends. */
  listByCustomerIds(transaction: Transaction, companyRef: number, values: readonly string[]): Promise<Customer[]> {
    return selectMany(transaction, Customer, { where: { companyRef }, property: 'customerId', values, lock: true });
  }

  /** Statuses of the living customers with those public ids, locked until the transaction ends. */
  listStatuses(
    transaction: Transaction,
    companyRef: number,
    values: readonly string[],
    skipLocked: boolean,
  ): Promise<StoredStatus[]> {
    const where = { companyRef, deletionKey: 0 };
    const search = { where, property: 'customerId', values, lock: true, skipLocked } as const;
    return selectParts(transaction, Customer, STATUS_PARTS, search);
  }

  /** Customers with those reference numbers, deleted ones too, locked until the transaction ends. */
  listByRefNos(transaction: Transaction, companyRef: number, values: readonly string[]): Promise<Customer[]> {
    return selectMany(transaction, Customer, { where: { companyRef }, property: 'uniqueRefNo', values, lock: true });
  }

  /** Which of these reference numbers are taken by living customers, and by whom. */
  async listHolders(
    transaction: Transaction,
    companyRef: number,
    values: readonly string[],
  ): Promise<Map<string, Customer>> {
    const holders = await selectMany(transaction, Customer, {
      where: { companyRef, deletionKey: 0 },
      property: 'uniqueRefNo',
      values,
    });
    return new Map(holders.map((holder) => [holder.uniqueRefNo ?? '', holder]));
  }

  async search(transaction: Transaction, companyRef: number, search: CustomerSearch): Promise<Customer[]> {
    const query = transaction
      .createQueryBuilder(Customer, 'customer')
      .where('customer.companyRef = :companyRef AND customer.deletionKey = 0', { companyRef });
    for (const [field, value] of Object.entries(search.equal)) {
      query.andWhere(`customer.${field} = :${field}`, { [field]: value });
    }
    for (const [index, [field, value]] of Object.entries(search.custom).entries()) {
      const values = query
        .subQuery()
        .select('custom.customerRef')
        .from(CustomerCustomValue, 'custom')
        .where(`custom.companyRef = :companyRef AND custom.field = :field${index} AND custom.value = :value${index}`);
      query.andWhere(`customer.id IN ${values.getQuery()}`, { [`field${index}`]: field, [`value${index}`]: value });
    }
    if (search.legalNamePrefix !== undefined) {
      const prefix = search.legalNamePrefix.replace(/[!%_]/g, '!$&').toLowerCase();
      query.andWhere(`LOWER(customer.legalName) LIKE :prefix ESCAPE '!'`, { prefix: `${prefix}%` });
    }
    if (search.after !== undefined) {
      query.andWhere(`customer.id ${search.direction === 'ASC' ? '>' : '<'} :after`, { after: search.after });
    }
    return query.orderBy('customer.id', search.direction).limit(search.limit).getMany();
  }

  insertMany(transaction: Transaction, customers: readonly Omit<Customer, 'id'>[]): Promise<number[]> {
    return insertMany(transaction, Customer, customers);
  }

  /**
   * Makes ready to write customers back that were read with a lock in this transaction.
   *
   * @param isRehearsal nothing of it will stay: what no row behind it looks at is not written. The index of `updatedAt`
   *   takes MariaDB a fifth of the statement.
   */
  prepareUpdate(
    transaction: Transaction,
    customers: readonly Customer[],
    fields: ReadonlySet<CustomerField>,
    isRehearsal: boolean,
  ): Promise<Write> {
    const lasting = isRehearsal ? [] : (['updatedAt', 'historyPage'] as const);
    return prepareUpdate(transaction, Customer, customers, [...fields, 'version', ...lasting]);
  }

  /** Marks a locked customer as deleted; its reference number is free again. */
  async softDelete(transaction: Transaction, { companyRef, id }: Customer, at: Date): Promise<void> {
    await transaction.update(
      Customer,
      { companyRef, id, deletionKey: 0 },
      { deletionKey: id, deletedAt: at, updatedAt: at, version: () => 'version + 1' },
    );
  }

  /** Moves locked customers to another status; false when one is no longer what was read. */
  async transition(transaction: Transaction, transitions: readonly StatusTransition[], at: Date): Promise<boolean> {
    const rows = transitions.map(({ id, version: from, to: status }) => {
      return { row: { id, status, updatedAt: at, version: from + 1 }, from };
    });
    const write = await prepareVersioned(transaction, Customer, rows, ['status', 'updatedAt', 'version']);
    return write();
  }

  listContacts(
    transaction: Transaction,
    companyRef: number,
    customerRefs: readonly number[],
  ): Promise<CustomerContact[]> {
    return byId(
      selectMany(transaction, CustomerContact, {
        where: { companyRef },
        property: 'customerRef',
        values: customerRefs,
      }),
    );
  }

  /** Stores contacts: those without an id (0) as new ones, the others, read with a lock in this transaction, anew. */
  async saveContacts(transaction: Transaction, contacts: readonly CustomerContact[]): Promise<void> {
    const known = contacts.filter(({ id }) => id !== 0);
    const added = contacts.filter(({ id }) => id === 0);
    await updateMany(transaction, CustomerContact, known, CONTACT_FIELDS);
    await insertMany(transaction, CustomerContact, added);
  }

  listReminders(
    transaction: Transaction,
    companyRef: number,
    customerRefs: readonly number[],
  ): Promise<CustomerReminder[]> {
    return byId(
      selectMany(transaction, CustomerReminder, {
        where: { companyRef },
        property: 'customerRef',
        values: customerRefs,
      }),
    );
  }

  /** Puts a new list of reminders in the place of the stored one. */
  async replaceReminders(
    transaction: Transaction,
    customer: Customer,
    reminders: readonly Omit<CustomerReminder, 'id'>[],
  ): Promise<void> {
    await transaction.delete(CustomerReminder, { companyRef: customer.companyRef, customerRef: customer.id });
    await insertMany(transaction, CustomerReminder, reminders);
  }
}
