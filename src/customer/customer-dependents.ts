import { Injectable } from '@nestjs/common';
import { Transaction } from '../platform/database/transaction';
import type { CodedIssue } from '../platform/validation/coded-issue';
import type { CustomerContact } from './customer-contact.entity';
import type { CustomPatch } from './custom/custom-field.contract';
import { CustomFieldRegistry } from './custom/custom-field.registry';
import { CustomValues } from './custom/custom-values';
import type { FieldChange } from './customer-history.entity';
import { Customer } from './customer.entity';
import { CustomerRepository } from './customer.repository';
import { toContactPatch } from './dto/contact.dto';
import { CustomerAggregate, CustomerCollections } from './dto/customer.dto';
import { planContact } from './rules/contact.plan';
import { PlannedReminders, planReminders } from './rules/reminder.plan';

/** What a request means for the contacts and reminders of a customer. */
export interface DependentsPlan {
  readonly contacts: readonly CustomerContact[];
  readonly reminders: PlannedReminders | null;
  readonly changes: readonly FieldChange[];
  readonly issues: readonly CodedIssue[];
}

/** A customer, or the id 0 for one that is about to be created. */
export type DependentsOwner = Pick<Customer, 'companyRef' | 'id'>;

/** Contacts, reminders and custom fields of a customer: reading, planning a change, writing it. */
@Injectable()
export class CustomerDependents {
  constructor(
    private readonly customers: CustomerRepository,
    private readonly customFields: CustomFieldRegistry,
    private readonly customValues: CustomValues,
  ) {}

  /** The custom fields of a request; its customer takes them with its own. */
  customOf(request: CustomerCollections): CustomPatch | undefined {
    return this.customFields.patchOf(request);
  }

  async load(transaction: Transaction, customer: Customer): Promise<CustomerAggregate> {
    const [aggregate] = await this.loadMany(transaction, customer.companyRef, [customer]);
    return aggregate ?? { customer, contacts: [], reminders: [], custom: {} };
  }

  /** Customers of one company with what hangs on them, in the order given. */
  async loadMany(
    transaction: Transaction,
    companyRef: number,
    customers: readonly Customer[],
  ): Promise<CustomerAggregate[]> {
    const refs = customers.map(({ id }) => id);
    const contacts = await this.customers.listContacts(transaction, companyRef, refs);
    const reminders = await this.customers.listReminders(transaction, companyRef, refs);
    const customOf = await this.customValues.listShown(transaction, companyRef, refs);
    return customers.map((customer) => ({
      customer,
      contacts: contacts.filter((contact) => contact.customerRef === customer.id),
      reminders: reminders.filter((reminder) => reminder.customerRef === customer.id),
      custom: customOf(customer.id),
    }));
  }

  /** Compares a request with what is stored; nothing is written. */
  async plan(transaction: Transaction, owner: DependentsOwner, request: CustomerCollections): Promise<DependentsPlan> {
    const { companyRef, id } = owner;
    const wanted = request.customerReminders;
    // What a request does not name is not looked at: beside an import, each statement waits for its turn.
    const isNamed = request.customerKeyContacts !== undefined;
    const contacts = isNamed ? await this.customers.listContacts(transaction, companyRef, [id]) : [];
    const reminders = wanted === undefined ? [] : await this.customers.listReminders(transaction, companyRef, [id]);
    const issues: CodedIssue[] = [];
    const changes: FieldChange[] = [];
    const planned = new Map<string, CustomerContact>();
    let known = contacts;
    const requests =
      request.customerKeyContacts === null
        ? contacts
            .filter((contact) => !contact.deleted)
            .map(({ keyContactPersonId }) => ({ keyContactPersonId, deleted: true }))
        : (request.customerKeyContacts ?? []);
    requests.forEach((contactRequest, index) => {
      const plan = planContact(owner, known, toContactPatch(contactRequest));
      if ('code' in plan) {
        // Nobody sent the members by which all contacts are cleared.
        if (request.customerKeyContacts === null)
          issues.push({ ...plan, field: 'customerKeyContacts', rejectedValue: null });
        else issues.push({ ...plan, field: `customerKeyContacts[${index}].${plan.field ?? ''}` });
        return;
      }
      const { contact } = plan;
      known = [...known.filter((other) => other.keyContactPersonId !== contact.keyContactPersonId), contact];
      if (plan.changes.length > 0) planned.set(contact.keyContactPersonId, contact);
      changes.push(...plan.changes);
    });
    const plannedReminders = wanted === undefined ? null : planReminders(owner, reminders, wanted ?? []);
    changes.push(...(plannedReminders?.changes ?? []));
    return { contacts: [...planned.values()], reminders: plannedReminders, changes, issues };
  }

  /** Stores a plan that was made in the same transaction. */
  async write(transaction: Transaction, customer: Customer, plan: DependentsPlan): Promise<void> {
    const { reminders } = plan;
    const own = <T extends { customerRef: number }>(dependent: T): T => ({ ...dependent, customerRef: customer.id });
    await this.customers.saveContacts(transaction, plan.contacts.map(own));
    if (reminders !== null && reminders.changes.length > 0) {
      await this.customers.replaceReminders(transaction, customer, reminders.reminders.map(own));
    }
  }
}
