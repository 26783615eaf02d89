import { Injectable } from '@nestjs/common';
import { Caller } from '../platform/auth/caller';
import { CompanyScope } from '../platform/companies/company-access';
import { UnitOfWork } from '../platform/database/unit-of-work';
import { InvalidRequest } from '../platform/errors/http.errors';
import type { CodedIssue } from '../platform/validation/coded-issue';
import { changeContext, CustomerOutcome } from './customer-change';
import { CustomerCreationService } from './customer-creation.service';
import { CustomerDependents } from './customer-dependents';
import type { Customer } from './customer.entity';
import { CustomerRepository } from './customer.repository';
import { CustomerSearch } from './customer-search';
import { CustomerUpdateService } from './customer-update.service';
import { CreateCustomerRequest, CustomerAggregate, UpdateCustomerRequest } from './dto/customer.dto';
import { toCustomerPatch } from './rules/customer.rules';

/** A row fault of a single request: the same rule, told as an exception. */
function refuse(issues: readonly CodedIssue[]): InvalidRequest {
  return new InvalidRequest('The customer cannot be stored like this; each fault is in the list.', {
    issues: issues.map(({ field, message, rejectedValue }) => ({
      object: 'customer',
      field: field ?? 'customer',
      rejectedValue,
      message,
    })),
  });
}

/** Single customers of a company. Every method works inside the company it is given; other books do not exist for it. */
@Injectable()
export class CustomerService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly customers: CustomerRepository,
    private readonly creations: CustomerCreationService,
    private readonly updates: CustomerUpdateService,
    private readonly dependents: CustomerDependents,
  ) {}

  /** @throws CustomerNotFound */
  get(company: CompanyScope, customerId: string): Promise<CustomerAggregate> {
    return this.unitOfWork.read(async (transaction) => {
      const customer = await this.customers.get(transaction, company.ref, customerId);
      return this.dependents.load(transaction, customer);
    });
  }

  /** One page of living customers. */
  search(company: CompanyScope, search: CustomerSearch): Promise<CustomerAggregate[]> {
    return this.unitOfWork.read(async (transaction) => {
      const customers = await this.customers.search(transaction, company.ref, search);
      return this.dependents.loadMany(transaction, company.ref, customers);
    });
  }

  /** @throws InvalidRequest when a rule over several fields is broken or the reference number is taken. */
  create(caller: Caller, company: CompanyScope, request: CreateCustomerRequest): Promise<CustomerAggregate> {
    return this.unitOfWork.runAgainstRivals(async (transaction) => {
      const context = changeContext(caller, company);
      const custom = this.dependents.customOf(request);
      const fields = { ...toCustomerPatch(request, custom), legalName: request.legalName };
      const plan = await this.dependents.plan(transaction, { companyRef: company.ref, id: 0 }, request);
      if (plan.issues.length > 0) throw refuse(plan.issues);
      const creation = { row: null, fields, dependentChanges: plan.changes };
      const customer = accepted(await this.creations.apply(transaction, context, [creation]));
      await this.dependents.write(transaction, customer, plan);
      return this.dependents.load(transaction, customer);
    });
  }

  /** Merges a change into a customer. @throws CustomerNotFound, InvalidRequest */
  update(
    caller: Caller,
    company: CompanyScope,
    customerId: string,
    request: UpdateCustomerRequest,
  ): Promise<CustomerAggregate> {
    return this.unitOfWork.runAgainstRivals(async (transaction) => {
      const locked = await this.customers.getLocked(transaction, company.ref, customerId);
      const plan = await this.dependents.plan(transaction, locked, request);
      if (plan.issues.length > 0) throw refuse(plan.issues);
      const patch = toCustomerPatch(request, this.dependents.customOf(request));
      const update = { row: null, customerId, uniqueRefNo: null, patch, dependentChanges: plan.changes };
      const held = [locked];
      const outcomes = await this.updates.apply(transaction, changeContext(caller, company), [update], { held });
      const customer = accepted(outcomes);
      await this.dependents.write(transaction, customer, plan);
      return this.dependents.load(transaction, customer);
    });
  }
}

/** The customer of a single outcome. @throws InvalidRequest when the change was refused. */
function accepted([outcome]: readonly CustomerOutcome[]): Customer {
  if (outcome?.outcome === 'failed' || !outcome?.customer) throw refuse(outcome?.issues ?? []);
  return outcome.customer;
}
