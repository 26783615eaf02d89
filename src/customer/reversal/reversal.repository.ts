import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { selectMany, updateMany } from '../../platform/database/set-based';
import type { Transaction } from '../../platform/database/transaction';
import { ADDRESS_FIELDS } from '../commerce/address.dto';
import { CommerceCustomer } from '../commerce/commerce-customer.entity';
import { CommerceCustomerRepository } from '../commerce/commerce-customer.repository';
import { CustomerAddress } from '../commerce/customer-address.entity';
import type { CustomerContact } from '../customer-contact.entity';
import { Customer } from '../customer.entity';
import { CustomerRepository } from '../customer.repository';
import { CUSTOMER_FIELDS } from '../rules/customer.rules';
import { CustomerViews, REVERSED_COMMERCE_COLUMNS, ReversedCustomer } from './reversed-customer';

const WRITTEN = [...CUSTOMER_FIELDS, 'status', 'version', 'updatedAt', 'deletedAt', 'deletionKey'] as const;

/** Reads whole customers to take changes back, and writes what came of it. */
@Injectable()
export class ReversalRepository {
  constructor(
    private readonly customers: CustomerRepository,
    private readonly commerce: CommerceCustomerRepository,
  ) {}

  /** Customers as both APIs see them, deleted ones too, locked until the transaction ends. */
  async listLocked(transaction: Transaction, companyRef: number, values: readonly number[]): Promise<CustomerViews[]> {
    const search = { where: { companyRef }, property: 'id', values, lock: true } as const;
    const receivables = await selectMany(transaction, Customer, search);
    const commerce = await selectMany(transaction, CommerceCustomer, search);
    const byId = new Map(commerce.map((customer) => [customer.id, customer]));
    return receivables.flatMap((customer) => {
      const other = byId.get(customer.id);
      return other === undefined ? [] : [{ receivables: customer, commerce: other }];
    });
  }

  /** Customers that are not deleted, locked until the transaction ends. */
  listParents(transaction: Transaction, companyRef: number, refs: readonly number[]): Promise<CommerceCustomer[]> {
    return this.commerce.listByIds(transaction, companyRef, refs, true);
  }

  async listContacts(
    transaction: Transaction,
    companyRef: number,
    refs: readonly number[],
  ): Promise<Map<number, CustomerContact[]>> {
    return byCustomer(await this.customers.listContacts(transaction, companyRef, refs));
  }

  async listAddresses(
    transaction: Transaction,
    companyRef: number,
    refs: readonly number[],
  ): Promise<Map<number, CustomerAddress[]>> {
    return byCustomer(await this.commerce.listAddresses(transaction, companyRef, refs));
  }

  /** Writes customers of one company that were read by `listLocked`; added addresses get their ids. */
  async write(transaction: Transaction, reversed: readonly ReversedCustomer[]): Promise<void> {
    const receivables = reversed.map((draft) => draft.receivables);
    const changed = WRITTEN.filter((column) =>
      reversed.some((draft) => draft.receivables[column] !== draft.before.receivables[column]),
    );
    await updateMany(transaction, Customer, receivables, changed);
    const commerce = reversed.filter((draft) => draft.isCommerceChanged);
    // The columns that both views have were just written: this statement names them, but does not change them.
    const views = commerce.map((draft) => ({
      ...draft.commerce,
      ...pick(draft.receivables, 'version', 'status', 'legalName', 'deletionKey', 'deletedAt', 'updatedAt'),
    }));
    await updateMany(transaction, CommerceCustomer, views, REVERSED_COMMERCE_COLUMNS);
    await this.customers.saveContacts(
      transaction,
      reversed.flatMap(({ contacts }) => contacts.changed),
    );
    const removed = reversed.flatMap(({ addresses }) => addresses.removedIds);
    const [companyRef] = receivables.map((customer) => customer.companyRef);
    if (removed.length > 0) await transaction.delete(CustomerAddress, { companyRef, id: In(removed) });
    await this.commerce.saveAddresses(
      transaction,
      reversed.flatMap(({ addresses }) => [...addresses.changed, ...addresses.added]),
      ADDRESS_FIELDS,
    );
  }
}

function pick<T extends object, K extends keyof T>(source: T, ...keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, source[key]])) as Pick<T, K>;
}

function byCustomer<T extends { readonly customerRef: number }>(rows: readonly T[]): Map<number, T[]> {
  const found = new Map<number, T[]>();
  for (const row of rows) {
    const known = found.get(row.customerRef);
    if (known === undefined) found.set(row.customerRef, [row]);
    else known.push(row);
  }
  return found;
}
