import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../../platform/audit/audit-trail';
import type { Caller } from '../../platform/auth/caller';
import type { CompanyScope } from '../../platform/companies/company-access';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { LegalHoldRepository } from './legal-hold.repository';
import { PersonRepository } from './person.repository';

/**
 * Sets and lifts the mark that forbids to erase a customer. The row of the customer is locked meanwhile, as it is while
 * it is erased: one of the two comes first.
 */
@Injectable()
export class LegalHoldService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly persons: PersonRepository,
    private readonly holds: LegalHoldRepository,
    private readonly trail: AuditTrail,
  ) {}

  /** Marks a customer, deleted or not; one that is marked already is left alone. @throws CustomerNotFound */
  set({ subject }: Caller, company: CompanyScope, customerId: string): Promise<void> {
    return this.unitOfWork.run(async (transaction) => {
      const { receivables } = await this.persons.get(transaction, company.ref, customerId, true);
      if ((await this.holds.find(transaction, receivables)) !== null) return;
      const { id: customerRef } = receivables;
      const hold = { companyRef: company.ref, customerRef, setBy: subject, setAt: new Date() };
      await this.holds.insert(transaction, hold);
      const event = { actor: subject, action: 'customer.held', companyRef: company.ref, subject: customerId };
      await this.trail.record(transaction, event);
    });
  }

  /** Takes the mark off again; a customer without one is left alone. @throws CustomerNotFound */
  lift({ subject }: Caller, company: CompanyScope, customerId: string): Promise<void> {
    return this.unitOfWork.run(async (transaction) => {
      const { receivables } = await this.persons.get(transaction, company.ref, customerId, true);
      const hold = await this.holds.find(transaction, receivables);
      if (hold === null) return;
      await this.holds.delete(transaction, hold);
      const event = { actor: subject, action: 'customer.released', companyRef: company.ref, subject: customerId };
      await this.trail.record(transaction, event);
    });
  }

  /** Public ids of the customers of a company that are not to be erased. */
  list(companyRef: number): Promise<string[]> {
    return this.unitOfWork.read((transaction) => this.holds.listCustomers(transaction, companyRef));
  }
}
