import { Injectable } from '@nestjs/common';
import { ChunkPage } from '../platform/history/chunk-page';
import type { ChangeContext } from '../platform/history/history-entry.entity';
import { Transaction } from '../platform/database/transaction';
import type { CodedIssue } from '../platform/validation/coded-issue';
import { type CustomerChange, CustomerOutcome, CustomerUpdate, failed, historyEntry } from './customer-change';
import { CustomerHistoryRepository } from './customer-history.repository';
import type { CustomValueBatch } from './custom/custom-value.batch';
import { CustomValues } from './custom/custom-values';
import type { Customer } from './customer.entity';
import { CustomerRepository } from './customer.repository';
import { LockedCustomers } from './locked-customers';
import { CustomerField, customerIssues, customerWarnings, mergeCustomer } from './rules/customer.rules';

/**
 * Tells whether this job already applied a row to that customer, and which; null reserves the customer for the row.
 * Called once per customer that is about to be applied.
 */
export type ClaimCustomer = (customerId: string, row: number) => number | null;

/** What its caller knows of the customers of a batch. */
export interface KnownOfBatch {
  readonly claim?: ClaimCustomer;
  /** Customers that were read with a lock in this transaction already. */
  readonly held?: readonly Customer[];
}

/**
 * Changes many customers in a few statements inside the caller's transaction: read with locks, decide in memory, write
 * set-based, write the history. Single requests go the same way, so every rule has one place.
 */
@Injectable()
export class CustomerUpdateService {
  constructor(
    private readonly customers: CustomerRepository,
    private readonly history: CustomerHistoryRepository,
    private readonly customValues: CustomValues,
  ) {}

  /** Applies the updates in order; outcomes stand in the same order. */
  async apply(
    transaction: Transaction,
    context: ChangeContext,
    updates: readonly CustomerUpdate[],
    { claim = () => null, held = [] }: KnownOfBatch = {},
  ): Promise<CustomerOutcome[]> {
    const batch = await LockedCustomers.load(transaction, this.customers, context.companyRef, updates, held);
    const custom = await this.openCustom(transaction, context.companyRef, batch, updates);
    const entries: CustomerChange[] = [];
    const isRehearsal = context.isRehearsal === true;
    const page = isRehearsal ? null : ChunkPage.of(context);
    const changedFields = new Set<CustomerField>();
    const outcomes = updates.map((update): CustomerOutcome => {
      const current = batch.find(update);
      if (current === null || current.deletedAt !== null) return failed(current, [unusable(update, current)]);

      const { next, changes: ownChanges } = mergeCustomer(current, update.patch);
      const customChanges = custom.changesOf(current.id, update.patch.custom);
      const changes = [...ownChanges, ...customChanges, ...(update.dependentChanges ?? [])];
      const issues = [...customerIssues(next), ...batch.refNoIssues(current, next)];
      if (issues.length > 0) return failed(current, issues);
      const claimedBy = update.row === null ? null : claim(current.customerId, update.row);
      if (claimedBy !== null) return failed(current, [duplicateRow(update, claimedBy)]);

      const warnings = customerWarnings(next, update.patch);
      if (changes.length === 0) return { outcome: 'unchanged', customer: current, issues: [], warnings };
      const historyPage = page?.take(current) ?? current.historyPage;
      const stored = { ...next, version: current.version + 1, updatedAt: context.at, historyPage };
      batch.replace(current, stored);
      custom.apply(current.id, update.patch.custom);
      for (const { field } of ownChanges) changedFields.add(field);
      const change = { version: stored.version, changes };
      if (isRehearsal) return { outcome: 'updated', customer: stored, issues: [], warnings, change };
      entries.push(historyEntry(context, stored, update.row, changes));
      return { outcome: 'updated', customer: stored, issues: [], warnings };
    });
    // Made ready before its turn comes: from then on the database is to have no pause.
    const writeCustomers = await this.customers.prepareUpdate(transaction, batch.changed(), changedFields, isRehearsal);
    const writeHistory = await this.history.prepareInsert(transaction, entries, page);
    await context.beforeWriting?.(outcomes.some(({ outcome }) => outcome === 'failed'));
    await writeCustomers();
    await this.customValues.write(transaction, custom);
    context.afterWriting?.();
    await writeHistory();
    return outcomes;
  }

  /** Custom values of the customers of which an update names any. */
  private openCustom(
    transaction: Transaction,
    companyRef: number,
    batch: LockedCustomers,
    updates: readonly CustomerUpdate[],
  ): Promise<CustomValueBatch> {
    const naming = updates.filter(({ patch }) => patch.custom !== undefined);
    const refs = naming.flatMap((update) => batch.find(update)?.id ?? []);
    return this.customValues.open(transaction, companyRef, refs);
  }

  /** Public ids of the customers the updates name, in the same order; null for those not found. Writes nothing. */
  async identify(
    transaction: Transaction,
    companyRef: number,
    updates: readonly CustomerUpdate[],
  ): Promise<(string | null)[]> {
    const batch = await LockedCustomers.load(transaction, this.customers, companyRef, updates);
    return updates.map((update) => batch.find(update)?.customerId ?? null);
  }
}

function unusable({ customerId, uniqueRefNo }: CustomerUpdate, customer: Customer | null): CodedIssue {
  const field = customerId === null ? 'uniqueRefNo' : 'customerId';
  const rejectedValue = customerId ?? uniqueRefNo;
  return customer === null
    ? {
        field,
        code: 'NOT_FOUND',
        message: `this company has no customer with this ${field}; correct it, or create the customer first`,
        rejectedValue,
      }
    : {
        field,
        code: 'CUSTOMER_DELETED',
        message: `the customer with this ${field} was deleted; remove the row, or create the customer anew`,
        rejectedValue,
      };
}

function duplicateRow({ customerId, uniqueRefNo }: CustomerUpdate, first: number): CodedIssue {
  return {
    field: customerId === null ? 'uniqueRefNo' : 'customerId',
    code: 'DUPLICATE_ROW',
    message: `row ${first} of this file is for the same customer; keep one of the two rows`,
    rejectedValue: customerId ?? uniqueRefNo,
  };
}
