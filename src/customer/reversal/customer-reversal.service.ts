import { Injectable } from '@nestjs/common';
import { notReversible, Reversal, ReversalOutcome } from '../../platform/history/reversal';
import { planReversals, type ReversalPlan } from '../../platform/history/reversal-plan';
import type { ChangeContext } from '../../platform/history/history-entry.entity';
import type { Transaction } from '../../platform/database/transaction';
import { giveWay } from '../../platform/event-loop/give-way';
import type { CodedIssue } from '../../platform/validation/coded-issue';
import { COMMERCE_ISSUES } from '../commerce/commerce.issues';
import { CustomerSsnService } from '../commerce/customer-ssn.service';
import { CustomValues } from '../custom/custom-values';
import { historyEntry } from '../customer-change';
import type { CustomerHistory } from '../customer-history.entity';
import { CustomerHistoryRepository } from '../customer-history.repository';
import { ParentChains } from './parent-chains';
import { ReversalRepository } from './reversal.repository';
import { ReversedAddresses } from './reversed-addresses';
import { ReversedContacts } from './reversed-contacts';
import { ReversedCustomValues } from './reversed-custom-values';
import { IndexSsn, ReversedCustomer } from './reversed-customer';

/** Takes back what a job did to customers, with all that hangs on them. */
@Injectable()
export class CustomerReversalService {
  constructor(
    private readonly customers: ReversalRepository,
    private readonly history: CustomerHistoryRepository,
    private readonly ssns: CustomerSsnService,
    private readonly customValues: CustomValues,
  ) {}

  /**
   * Brings customers back to what they were before the job `undone`; outcomes stand in the order of the reversals. A
   * customer that was changed since by anybody else is kept, and one that would stand above itself. One that the job
   * created is deleted.
   */
  async apply(
    transaction: Transaction,
    context: ChangeContext,
    undone: string,
    reversals: readonly Reversal[],
  ): Promise<ReversalOutcome[]> {
    const refs = reversals.map(({ recordRef }) => recordRef);
    const drafts = await this.load(transaction, context.companyRef, refs);
    const entries = await this.history.listOfRecords(transaction, context.companyRef, reversals);
    const chains = await ParentChains.load(
      transaction,
      this.customers,
      context.companyRef,
      drafts.values(),
      entries.values(),
    );
    const jobs = { undone, undoing: context.jobId };
    const found = [...drafts.values()].map(({ before }) => before.receivables);
    const plans = await planReversals(transaction, this.history, found, entries, jobs);
    const reversed: { readonly draft: ReversedCustomer; readonly row: number }[] = [];
    const outcomes: ReversalOutcome[] = [];
    for (const { recordRef, row } of reversals) {
      const draft = drafts.get(recordRef);
      const plan = plans.get(recordRef);
      const outcome = draft === undefined || plan === undefined ? NOTHING : revert(draft, plan, chains, context.at);
      outcomes.push(outcome);
      if (draft !== undefined && outcome.outcome === 'updated') {
        chains.take(draft);
        reversed.push({ draft, row });
      }
      await giveWay();
    }
    await this.write(transaction, context, reversed);
    return outcomes;
  }

  private async load(
    transaction: Transaction,
    companyRef: number,
    refs: readonly number[],
  ): Promise<Map<number, ReversedCustomer>> {
    const found = await this.customers.listLocked(transaction, companyRef, refs);
    const contacts = await this.customers.listContacts(transaction, companyRef, refs);
    const addresses = await this.customers.listAddresses(transaction, companyRef, refs);
    const customOf = await this.customValues.listShown(transaction, companyRef, refs);
    return new Map(
      found.map((views) => {
        const { id } = views.receivables;
        const now = views.commerce;
        const indexSsn: IndexSsn = (customer, ssn) => {
          const number = this.ssns.open({ ...customer, ssn });
          // Sealed anew, the same number looks like another one.
          if (number === this.ssns.open(now)) return { ssn: now.ssn, ssnIndex: now.ssnIndex };
          return { ssn, ssnIndex: number === null ? null : this.ssns.indexOf(companyRef, number) };
        };
        const draft = new ReversedCustomer(
          views,
          new ReversedContacts(contacts.get(id) ?? []),
          new ReversedAddresses({ companyRef, customerRef: id }, addresses.get(id) ?? []),
          new ReversedCustomValues(customOf(id)),
          indexSsn,
        );
        return [id, draft];
      }),
    );
  }

  private async write(
    transaction: Transaction,
    context: ChangeContext,
    reversed: readonly { readonly draft: ReversedCustomer; readonly row: number }[],
  ): Promise<void> {
    for (const { draft } of reversed) {
      draft.receivables.version++;
      draft.receivables.updatedAt = context.at;
    }
    await this.customers.write(
      transaction,
      reversed.map(({ draft }) => draft),
    );
    await this.customValues.writeAll(
      transaction,
      context.companyRef,
      reversed.map(({ draft }) => ({ customerRef: draft.receivables.id, patch: draft.custom.patch })),
    );
    await this.history.insertMany(
      transaction,
      reversed.map(({ draft, row }) => historyEntry(context, draft.receivables, row, draft.changes())),
    );
  }
}

/** Takes back what is planned, in memory. */
function revert(
  draft: ReversedCustomer,
  plan: ReversalPlan<CustomerHistory>,
  chains: ParentChains,
  at: Date,
): ReversalOutcome {
  const recordId = draft.before.receivables.customerId;
  const failed = (issue: CodedIssue): ReversalOutcome => ({ outcome: 'failed', recordId, issue });
  if ('issue' in plan) return failed(plan.issue);
  for (const entry of [...plan.own].reverse()) {
    const unknown = draft.revert(entry, at);
    if (unknown !== null) return failed(notReversible(unknown));
  }
  if (chains.closesCircle(draft)) return failed(COMMERCE_ISSUES.parentCycle());
  return { outcome: draft.changes().length === 0 ? 'unchanged' : 'updated', recordId, issue: null };
}

const NOTHING: ReversalOutcome = { outcome: 'unchanged', recordId: null, issue: null };
