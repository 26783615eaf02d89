import { Injectable } from '@nestjs/common';
import type { AuditEvent } from '../../platform/audit/audit-event';
import { AuditTrail } from '../../platform/audit/audit-trail';
import type { Caller } from '../../platform/auth/caller';
import type { CompanyScope } from '../../platform/companies/company-access';
import type { Transaction } from '../../platform/database/transaction';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { toAddressResponse } from '../commerce/address.dto';
import { toCommerceCustomer } from '../commerce/commerce-customer-response.dto';
import type { CommerceCustomer } from '../commerce/commerce-customer.entity';
import { CommerceCustomerRepository } from '../commerce/commerce-customer.repository';
import { CustomerSsnService } from '../commerce/customer-ssn.service';
import { changeContext, type CustomerChange, historyEntry } from '../customer-change';
import { CustomerDependents } from '../customer-dependents';
import type { Customer } from '../customer.entity';
import type { FieldChange } from '../customer-history.entity';
import { CustomerHistoryRepository } from '../customer-history.repository';
import { toCustomerResponse } from '../dto/customer.dto';
import { toHistoryItemFacts } from '../../platform/history/history-item.dto';
import { rewritten } from '../../platform/history/packed-change';
import { customerHeld } from '../customer.errors';
import { LegalHoldRepository } from './legal-hold.repository';
import { Identifiers, identifiersOf, Person } from './person';
import { PersonRepository } from './person.repository';

const ENTRIES = 'customer_history';
const PAGES = 'customer_history_pages';

/** What `PersonService` reads a person from. */
@Injectable()
export class PersonSources {
  constructor(
    readonly commerce: CommerceCustomerRepository,
    readonly dependents: CustomerDependents,
    readonly history: CustomerHistoryRepository,
    readonly ssns: CustomerSsnService,
    readonly holds: LegalHoldRepository,
  ) {}
}

/** Tells and removes all that is stored about a customer as a person, be it deleted or not. */
@Injectable()
export class PersonService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly persons: PersonRepository,
    private readonly sources: PersonSources,
    private readonly trail: AuditTrail,
  ) {}

  /** What is stored about a customer, and by what it is known elsewhere. @throws CustomerNotFound */
  find(company: Pick<CompanyScope, 'ref'>, customerId: string): Promise<{ person: Person; identifiers: Identifiers }> {
    return this.unitOfWork.read(async (transaction) => {
      const { receivables, commerce } = await this.persons.get(transaction, company.ref, customerId, false);
      const { commerce: commerceCustomers, dependents, ssns } = this.sources;
      const addresses = await commerceCustomers.listAddresses(transaction, company.ref, [receivables.id]);
      const history = await this.sources.history.list(transaction, receivables);
      const person: Person = {
        customer: toCustomerResponse(await dependents.load(transaction, receivables)),
        commerce: toCommerceCustomer(commerce, await this.parentOf(transaction, commerce), ssns.open(commerce)),
        addresses: addresses.map(toAddressResponse),
        deletedAt: receivables.deletedAt?.toISOString() ?? null,
        legalHoldSince: await this.holdOf(transaction, receivables),
        history: history.reverse().map((entry) => this.toItem(commerce, entry)),
      };
      return { person, identifiers: identifiersOf(person, receivables, commerce) };
    });
  }

  /**
   * Removes every value of a customer from the tables of customers and from its history. The audit trail keeps that
   * there was one, by its id, which says nothing about the person.
   *
   * @throws CustomerNotFound, CustomerHeld
   */
  erase(caller: Caller, company: CompanyScope, customerId: string): Promise<void> {
    return this.unitOfWork.run(async (transaction) => {
      const { receivables } = await this.persons.get(transaction, company.ref, customerId, true);
      const since = await this.holdOf(transaction, receivables);
      if (since !== null) throw customerHeld(since);
      const context = changeContext(caller, company);
      await this.persons.erase(transaction, receivables, context.at);
      const event = { actor: caller.subject, action: 'customer.erased', companyRef: company.ref, subject: customerId };
      await this.eraseHistory(transaction, receivables, event);
      const erased = { ...receivables, version: receivables.version + 1 };
      const change = { field: 'erased', from: false, to: true };
      await this.sources.history.insertMany(transaction, [historyEntry(context, erased, null, [change])]);
    });
  }

  /** Removes the values from what the history tells of a customer; which fields changed stays. */
  private async eraseHistory(transaction: Transaction, customer: Customer, event: AuditEvent): Promise<void> {
    const { history } = this.sources;
    const entries = await history.listEntriesLocked(transaction, customer.companyRef, customer);
    await this.trail.rewriteHistory(transaction, ENTRIES, idsOf(entries), event, () =>
      history.replaceChanges(
        transaction,
        entries.map((entry) => ({ ...entry, changes: withoutValues(entry) })),
      ),
    );
    const pages = await history.listPagesLocked(transaction, customer.companyRef, customer);
    if (pages.length === 0) return;
    const erased = pages.map((page) =>
      rewritten<FieldChange>(page, (change) =>
        change.recordRef === customer.id ? withoutValues(change) : change.changes,
      ),
    );
    // An entry vouches for rows of one table.
    const ofPages = { ...event, action: 'history.erased' };
    await this.trail.rewriteHistory(transaction, PAGES, idsOf(pages), ofPages, () =>
      history.replacePages(transaction, erased),
    );
  }

  /** Since when the customer is under a legal hold. */
  private async holdOf(transaction: Transaction, customer: Customer): Promise<string | null> {
    return (await this.sources.holds.find(transaction, customer))?.setAt.toISOString() ?? null;
  }

  private async parentOf(transaction: Transaction, { companyRef, parentRef }: CommerceCustomer) {
    if (parentRef === null) return null;
    const [parent] = await this.sources.commerce.listByIds(transaction, companyRef, [parentRef], false);
    return parent ?? null;
  }

  /** An entry with the numbers in it opened. */
  private toItem(owner: CommerceCustomer, entry: CustomerChange): Person['history'][number] {
    const open = (value: unknown) =>
      typeof value === 'string' ? this.sources.ssns.open({ ...owner, ssn: value }) : value;
    const changes = entry.changes.map((change) =>
      change.field === 'ssn' ? { ...change, from: open(change.from), to: open(change.to) } : change,
    );
    return { ...toHistoryItemFacts(entry), changes };
  }
}

function idsOf(rows: readonly { readonly id: number }[]): number[] {
  return rows.map(({ id }) => id);
}

function withoutValues({ changes }: { readonly changes: readonly FieldChange[] }): FieldChange[] {
  return changes.map(({ field }) => ({ field, from: null, to: null }));
}
