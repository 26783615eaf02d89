import { Injectable } from '@nestjs/common';
import { Caller } from '../platform/auth/caller';
import { CompanyScope } from '../platform/companies/company-access';
import { UnitOfWork } from '../platform/database/unit-of-work';
import { changeContext, historyEntry } from './customer-change';
import { CustomerHistoryRepository } from './customer-history.repository';
import type { CustomerStatus } from './customer-record.entity';
import { customerChanged } from './customer.errors';
import { CustomerRepository } from './customer.repository';

/** Activating, deactivating and deleting a customer. */
@Injectable()
export class CustomerStatusService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly customers: CustomerRepository,
    private readonly history: CustomerHistoryRepository,
  ) {}

  /** Brings a customer to that status; one that has it already is left alone. @throws CustomerNotFound */
  async setStatus(caller: Caller, company: CompanyScope, customerId: string, to: CustomerStatus): Promise<void> {
    await this.unitOfWork.run(async (transaction) => {
      const customer = await this.customers.getLocked(transaction, company.ref, customerId);
      const { status: from, version } = customer;
      if (from === to) return;
      const context = changeContext(caller, company);
      if (!(await this.customers.transition(transaction, customer, to, context.at))) {
        throw customerChanged();
      }
      const changed = { ...customer, version: version + 1 };
      await this.history.insertMany(transaction, [
        historyEntry(context, changed, null, [{ field: 'status', from, to }]),
      ]);
    });
  }

  /** Deletes a customer softly: it and its history stay stored, no route shows it again. @throws CustomerNotFound */
  async delete(caller: Caller, company: CompanyScope, customerId: string): Promise<void> {
    await this.unitOfWork.run(async (transaction) => {
      const customer = await this.customers.getLocked(transaction, company.ref, customerId);
      const context = changeContext(caller, company);
      await this.customers.softDelete(transaction, customer, context.at);
      const deleted = { ...customer, version: customer.version + 1 };
      await this.history.insertMany(transaction, [
        historyEntry(context, deleted, null, [{ field: 'deleted', from: false, to: true }]),
      ]);
    });
  }
}
