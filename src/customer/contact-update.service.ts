import { Injectable } from '@nestjs/common';
import type { ChangeContext } from '../platform/history/history-entry.entity';
import { Transaction } from '../platform/database/transaction';
import type { CodedIssue } from '../platform/validation/coded-issue';
import { CustomerContact } from './customer-contact.entity';
import { CustomerOutcome, CustomerUpdate, failed } from './customer-change';
import { CustomerRepository } from './customer.repository';
import { CustomerUpdateService } from './customer-update.service';
import type { ContactPatch } from './dto/contact.dto';
import { LockedCustomers } from './locked-customers';
import { PlannedContact, planContact } from './rules/contact.plan';

/** A change of one contact of a customer, found by its public id or, without one, by its reference number. */
export interface ContactUpdate {
  readonly row: number;
  readonly customerId: string | null;
  readonly uniqueRefNo: string | null;
  readonly patch: ContactPatch;
}

/** Changes contacts of many customers; every change counts as one change of its customer. */
@Injectable()
export class ContactUpdateService {
  constructor(
    private readonly customers: CustomerRepository,
    private readonly customerUpdates: CustomerUpdateService,
  ) {}

  /** Applies the updates in order; outcomes stand in the same order. */
  async apply(
    transaction: Transaction,
    context: ChangeContext,
    updates: readonly ContactUpdate[],
  ): Promise<CustomerOutcome[]> {
    const owners = updates.map((update): CustomerUpdate => ({ ...update, patch: {} }));
    const locked = await LockedCustomers.load(transaction, this.customers, context.companyRef, owners);
    const contacts = await this.contactsOf(transaction, context, owners, locked);

    const written = new Map<string, CustomerContact>();
    const plans = updates.map((update, index): PlannedContact | CodedIssue | null => {
      const owner = owners[index] && locked.find(owners[index]);
      if (!owner || owner.deletedAt !== null) return null;
      const known = contacts.get(owner.id) ?? [];
      const plan = planContact(owner, known, update.patch);
      if ('code' in plan) return plan;
      contacts.set(owner.id, [...known.filter((contact) => contact.keyContactPersonId !== idOf(plan)), plan.contact]);
      if (plan.changes.length > 0) written.set(idOf(plan), plan.contact);
      return plan;
    });
    // A planned change can no longer fail: its customer is locked and alive, and its own fields stay as they are.
    const accepted = owners.flatMap((owner, index) => {
      const plan = plans[index] ?? null;
      if (plan !== null && 'code' in plan) return [];
      return [{ ...owner, dependentChanges: plan?.changes ?? [] }];
    });
    const held = owners.flatMap((owner) => locked.find(owner) ?? []);
    // The contacts are written behind the history of their customers.
    const ofCustomers = { ...context, afterWriting: undefined };
    const outcomes = await this.customerUpdates.apply(transaction, ofCustomers, accepted, { held });
    await this.customers.saveContacts(transaction, [...written.values()]);
    let next = 0;
    return plans.map((plan): CustomerOutcome => {
      if (plan !== null && 'code' in plan) return failed(null, [plan]);
      return outcomes[next++] ?? failed(null, []);
    });
  }

  private async contactsOf(
    transaction: Transaction,
    { companyRef }: ChangeContext,
    owners: readonly CustomerUpdate[],
    locked: LockedCustomers,
  ): Promise<Map<number, CustomerContact[]>> {
    const refs = [...new Set(owners.flatMap((owner) => locked.find(owner)?.id ?? []))];
    const found = await this.customers.listContacts(transaction, companyRef, refs);
    const byCustomer = new Map<number, CustomerContact[]>();
    for (const contact of found)
      byCustomer.set(contact.customerRef, [...(byCustomer.get(contact.customerRef) ?? []), contact]);
    return byCustomer;
  }
}

function idOf(plan: PlannedContact): string {
  return plan.contact.keyContactPersonId;
}
