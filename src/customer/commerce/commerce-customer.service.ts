import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../../platform/audit/audit-trail';
import { Caller } from '../../platform/auth/caller';
import { Transaction } from '../../platform/database/transaction';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { changeContext } from '../customer-change';
import { customerNotFound } from '../customer.errors';
import { AddressRequest, AddressResponse, toAddressResponse } from './address.dto';
import { CommerceCustomer } from './commerce-customer.entity';
import { CommerceCustomerRepository } from './commerce-customer.repository';
import { CommerceCustomerResponse, toCommerceCustomer } from './commerce-customer-response.dto';
import type { CommerceItem, CustomerKey } from './commerce-item';
import { CommerceSearchRequest, toCommerceSearch } from './commerce-search.dto';
import { COMMERCE_ISSUES, toRequestError } from './commerce.issues';
import { CommerceOutcome, CommerceUpsertService } from './commerce-upsert.service';
import { CustomerSsnService } from './customer-ssn.service';

/** A page of customers, and how many there are on all pages. */
export interface CommercePage {
  readonly customers: CommerceCustomerResponse[];
  readonly total: number;
  readonly page: number;
  readonly offset: number;
}

/** What a request did to a customer or address. */
export interface Done<T> {
  readonly action: 'created' | 'updated' | 'unchanged';
  readonly result: T;
}

/** Single customers of the caller's company, in the commerce API. */
@Injectable()
export class CommerceCustomerService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly customers: CommerceCustomerRepository,
    private readonly upserts: CommerceUpsertService,
    private readonly ssns: CustomerSsnService,
    private readonly trail: AuditTrail,
  ) {}

  /** @throws CustomerNotFound, CustomerMultipleFound */
  async get(caller: Caller, key: CustomerKey): Promise<CommerceCustomerResponse> {
    const { customer, response } = await this.unitOfWork.read(async (transaction) => {
      const found = await this.find(transaction, caller.company.ref, key);
      return { customer: found, response: await this.toResponse(transaction, caller, found) };
    });
    await this.noteClearReads(caller, [customer]);
    return response;
  }

  /** One page of customers. @throws InvalidPage */
  async search(caller: Caller, request: CommerceSearchRequest): Promise<CommercePage> {
    const { ref } = caller.company;
    const search = toCommerceSearch(request, (ssn) => this.ssns.indexOf(ref, ssn));
    const { customers, page } = await this.unitOfWork.read(async (transaction) => {
      const { customers, total } = await this.customers.search(transaction, ref, search);
      const parentRefs = customers.flatMap(({ parentRef }) => parentRef ?? []);
      const parents = await this.customers.listByIds(transaction, ref, parentRefs, false);
      const byId = new Map(parents.map((parent) => [parent.id, parent]));
      const shown = customers.map((customer) =>
        toCommerceCustomer(customer, byId.get(customer.parentRef ?? 0) ?? null, this.shownSsn(caller, customer)),
      );
      return { customers, page: { customers: shown, total, page: search.page, offset: search.pageSize } };
    });
    await this.noteClearReads(caller, customers);
    return page;
  }

  /** Applies one item. @throws the error of the item, when it cannot be applied */
  apply(caller: Caller, item: CommerceItem): Promise<Done<CommerceCustomerResponse>> {
    return this.unitOfWork.runAgainstRivals(async (transaction) => {
      const { action, draft } = await this.applyOne(transaction, caller, item);
      await this.noteClearReads(caller, [draft.current]);
      return { action, result: await this.toResponse(transaction, caller, draft.current) };
    });
  }

  /** @throws CustomerNotFound, CustomerMultipleFound */
  listAddresses(caller: Caller, key: CustomerKey): Promise<AddressResponse[]> {
    const { ref } = caller.company;
    return this.unitOfWork.read(async (transaction) => {
      const { id } = await this.find(transaction, ref, key);
      return (await this.customers.listAddresses(transaction, ref, [id])).map(toAddressResponse);
    });
  }

  /** Changes or adds one address of a customer. */
  async saveAddress(caller: Caller, key: CustomerKey, address: AddressRequest): Promise<Done<AddressResponse>> {
    const [done] = await this.saveAddresses(caller, key, [address]);
    if (done === undefined) throw new Error('an address was saved without a result');
    return done;
  }

  /** Changes or adds addresses of a customer, all or none, and tells of each what was done. */
  saveAddresses(
    caller: Caller,
    key: CustomerKey,
    addresses: readonly AddressRequest[],
  ): Promise<Done<AddressResponse>[]> {
    const item: CommerceItem = { row: null, key, intent: 'update', patch: {}, addresses };
    return this.unitOfWork.runAgainstRivals(async (transaction) => {
      const { met } = await this.applyOne(transaction, caller, item);
      return met.map(({ address, created }) => ({
        action: created ? 'created' : 'updated',
        result: toAddressResponse(address),
      }));
    });
  }

  private async applyOne(transaction: Transaction, caller: Caller, item: CommerceItem) {
    const context = changeContext(caller, caller.company);
    const [outcome] = await this.upserts.apply(transaction, context, [item]);
    return accepted(outcome);
  }

  private async find(transaction: Transaction, companyRef: number, key: CustomerKey): Promise<CommerceCustomer> {
    const found =
      'id' in key
        ? await this.customers.listByIds(transaction, companyRef, [key.id], false)
        : (await this.customers.listBySourceIds(transaction, companyRef, [key.sourceId], false)).filter(
            ({ source, language }) => (key.source ?? source) === source && (key.language ?? language) === language,
          );
    const [customer] = found;
    if (found.length > 1) throw toRequestError(COMMERCE_ISSUES.multipleFound(key));
    if (customer === undefined) throw toRequestError(COMMERCE_ISSUES.notFound(key));
    return customer;
  }

  private async toResponse(
    transaction: Transaction,
    caller: Caller,
    customer: CommerceCustomer,
  ): Promise<CommerceCustomerResponse> {
    const { companyRef, parentRef } = customer;
    const [parent] =
      parentRef === null ? [] : await this.customers.listByIds(transaction, companyRef, [parentRef], false);
    return toCommerceCustomer(customer, parent ?? null, this.shownSsn(caller, customer));
  }

  /** Puts down whose number the caller is shown in clear, before it is. */
  private async noteClearReads(caller: Caller, customers: readonly CommerceCustomer[]): Promise<void> {
    if (!caller.scopes.has('customers:pii')) return;
    const shown = customers.filter(({ ssn }) => ssn !== null).map(({ customerId }) => customerId);
    if (shown.length === 0) return;
    const { subject: actor, company } = caller;
    const what = { action: 'ssn.read', fieldNames: ['ssn'], subject: shown.join(' '), times: shown.length };
    await this.trail.recordApart({ actor, companyRef: company.ref, ...what });
  }

  private shownSsn(caller: Caller, customer: CommerceCustomer): string | null {
    return this.ssns.shown(customer, caller.scopes.has('customers:pii'));
  }
}

function accepted(outcome: CommerceOutcome | undefined) {
  const [issue] = outcome?.issues ?? [];
  if (issue !== undefined) throw toRequestError(issue);
  if (outcome?.draft == null || outcome.outcome === 'failed') throw customerNotFound();
  return { action: outcome.outcome, draft: outcome.draft, met: outcome.addresses };
}
