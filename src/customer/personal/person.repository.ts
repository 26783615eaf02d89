import { Injectable } from '@nestjs/common';
import { selectMany } from '../../platform/database/set-based';
import { Transaction } from '../../platform/database/transaction';
import { COMMERCE_FIELDS } from '../commerce/commerce-item';
import { CommerceCustomer } from '../commerce/commerce-customer.entity';
import { CustomerAddress } from '../commerce/customer-address.entity';
import { CustomerCustomValue } from '../custom/customer-custom-value.entity';
import { CustomerContact } from '../customer-contact.entity';
import { CustomerReminder } from '../customer-reminder.entity';
import { Customer } from '../customer.entity';
import { customerNotFound } from '../customer.errors';
import { CUSTOMER_FIELDS } from '../rules/customer.rules';

/** Stands where a name must. */
export const ERASED_NAME = '[erased]';

const DEPENDENTS = [CustomerContact, CustomerReminder, CustomerAddress, CustomerCustomValue] as const;

/** All that is stored about a customer, and the removal of it. */
@Injectable()
export class PersonRepository {
  /** A customer as both APIs see it, deleted or not. @throws CustomerNotFound */
  async get(
    transaction: Transaction,
    companyRef: number,
    customerId: string,
    lock: boolean,
  ): Promise<{ receivables: Customer; commerce: CommerceCustomer }> {
    const search = { where: { companyRef }, property: 'customerId', values: [customerId], lock } as const;
    const [receivables] = await selectMany(transaction, Customer, search);
    const [commerce] = await selectMany(transaction, CommerceCustomer, search);
    if (receivables === undefined || commerce === undefined) throw customerNotFound();
    return { receivables, commerce };
  }

  /** Removes every value from a locked customer, and all that hangs on it; an empty row stays, marked as deleted. */
  async erase(transaction: Transaction, customer: Customer, at: Date): Promise<void> {
    const { companyRef, id } = customer;
    const where = { companyRef, customerRef: id };
    for (const dependent of DEPENDENTS) await transaction.delete(dependent, where);
    const none = (fields: readonly string[]) => Object.fromEntries(fields.map((field) => [field, null]));
    const commerceFields = none([...COMMERCE_FIELDS, 'ssn', 'ssnIndex', 'parentRef']);
    await transaction.update(CommerceCustomer, { companyRef, id }, commerceFields);
    await transaction.update(
      Customer,
      { companyRef, id },
      {
        ...none(CUSTOMER_FIELDS),
        legalName: ERASED_NAME,
        status: 'INACTIVE',
        deletionKey: id,
        deletedAt: customer.deletedAt ?? at,
        updatedAt: at,
        version: customer.version + 1,
      },
    );
  }
}
