import { Injectable } from '@nestjs/common';
import { CompanyScope } from '../platform/companies/company-access';
import { UnitOfWork } from '../platform/database/unit-of-work';
import { Page, toPage } from '../platform/http/cursor';
import { CustomerHistoryRepository } from './customer-history.repository';
import { CustomerRepository } from './customer.repository';
import { HistoryItemResponse, toHistoryItem } from './dto/customer-history.dto';

/** What happened to a customer. */
@Injectable()
export class CustomerHistoryService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly customers: CustomerRepository,
    private readonly history: CustomerHistoryRepository,
  ) {}

  /** Changes of a customer, newest first. @throws CustomerNotFound */
  list(company: CompanyScope, customerId: string, limit: number, before?: number): Promise<Page<HistoryItemResponse>> {
    return this.unitOfWork.read(async (transaction) => {
      const customer = await this.customers.get(transaction, company.ref, customerId);
      const search = { limit: limit + 1, before: before ?? Infinity };
      const entries = await this.history.list(transaction, customer, search);
      return toPage(entries, limit, ({ version }) => version, toHistoryItem);
    });
  }
}
