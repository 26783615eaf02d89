import { Injectable } from '@nestjs/common';
import type { ChangeContext } from '../../platform/history/history-entry.entity';
import { CompanyService } from '../../platform/companies/company.service';
import { Transaction } from '../../platform/database/transaction';
import { forEachGivingWay } from '../../platform/event-loop/give-way';
import type { CodedIssue } from '../../platform/validation/coded-issue';
import { CommerceBook, SEVERAL } from './commerce-book';
import { CommerceBookWriter } from './commerce-book.writer';
import { changesOfItem, ItemChanges } from './commerce-changes';
import type { CommerceCustomer } from './commerce-customer.entity';
import { CommerceCustomerRepository } from './commerce-customer.repository';
import type { CommerceItem, CustomerKey } from './commerce-item';
import { COMMERCE_ISSUES } from './commerce.issues';
import type { MetAddress } from './address.plan';
import { CustomerDraft, newCommerceCustomer } from './customer-draft';
import { CustomerSsnService } from './customer-ssn.service';

/** What became of one item. The draft is the customer as stored when the batch is; null when there is none. */
export interface CommerceOutcome {
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'failed';
  readonly draft: CustomerDraft | null;
  readonly addresses: readonly MetAddress[];
  readonly issues: readonly CodedIssue[];
}

/**
 * Creates and changes many customers by source id or id in a few statements inside the caller's transaction: read with
 * locks, decide in memory item by item, write set-based. Single requests go the same way.
 */
@Injectable()
export class CommerceUpsertService {
  constructor(
    private readonly customers: CommerceCustomerRepository,
    private readonly writer: CommerceBookWriter,
    private readonly companies: CompanyService,
    private readonly ssns: CustomerSsnService,
  ) {}

  /**
   * Applies the items in order, so that an item sees what those before it did; outcomes stand in the same order.
   *
   * @throws a unique violation when a rival created the same customer meanwhile: run again, it is an update
   */
  async apply(
    transaction: Transaction,
    context: ChangeContext,
    items: readonly CommerceItem[],
  ): Promise<CommerceOutcome[]> {
    const book = await CommerceBook.load(transaction, this.customers, context.companyRef, items);
    const language = await this.companies.getDefaultLanguage(context.companyRef);
    const outcomes: CommerceOutcome[] = [];
    await forEachGivingWay(items, (item) => outcomes.push(this.decide(book, context, item, language)));
    await context.beforeWriting?.(outcomes.some((each, at) => dependsOnReads(each, items[at])));
    await this.writer.write(transaction, context, book);
    return outcomes;
  }

  private decide(
    book: CommerceBook,
    context: ChangeContext,
    item: CommerceItem,
    defaultLanguage: string,
  ): CommerceOutcome {
    const { key } = item;
    const found = key === null ? null : book.find(key);
    const refusal = key === null ? null : refusalOf(key, found, item.intent);
    if (refusal !== null) return failed(refusal);

    const known = found === SEVERAL ? null : found;
    const draft = known ?? new CustomerDraft(newCommerceCustomer(context));
    const planned = changesOfItem(book, draft, item, { defaultLanguage, ssns: this.ssns });
    if ('code' in planned) return failed(planned, known);
    if (known !== null && planned.changes.length === 0) return outcome('unchanged', draft, planned);
    this.accept(book, context, draft, item, planned);
    return outcome(known === null ? 'created' : 'updated', draft, planned);
  }

  private accept(
    book: CommerceBook,
    { at }: ChangeContext,
    draft: CustomerDraft,
    { row }: CommerceItem,
    { next, parent, addresses, changes }: ItemChanges,
  ): void {
    const stored: CommerceCustomer = { ...next, version: draft.current.version + 1, updatedAt: at };
    if (parent !== undefined) draft.parent = parent;
    if (addresses !== null) {
      draft.addresses = addresses.addresses;
      for (const address of addresses.written) draft.writtenAddresses.add(address);
      for (const field of addresses.changedFields) draft.changedAddressFields.add(field);
    }
    draft.log.push({ row, version: stored.version, changes });
    book.put(draft, stored);
  }
}

/**
 * True for an outcome that a customer nobody has stored yet could change: of an item that failed, and of one that creates
 * a customer under another identity than it asked for, since its key names any language or source. The database refuses
 * the same identity twice alone.
 */
function dependsOnReads({ outcome: verdict }: CommerceOutcome, item: CommerceItem | undefined): boolean {
  if (verdict !== 'created') return verdict === 'failed';
  const key = item?.key ?? null;
  return key !== null && !('id' in key) && (key.language === null || key.source === null);
}

/** Why an item cannot have the customer its key finds, or does not find; null when it can. */
function refusalOf(
  key: CustomerKey,
  found: CustomerDraft | typeof SEVERAL | null,
  intent: CommerceItem['intent'],
): CodedIssue | null {
  // Whichever of several was meant, it exists.
  if (found !== null && intent === 'create') return COMMERCE_ISSUES.exists(key);
  if (found === SEVERAL) return COMMERCE_ISSUES.multipleFound(key);
  return found === null && intent === 'update' ? COMMERCE_ISSUES.notFound(key) : null;
}

function outcome(
  verdict: 'created' | 'updated' | 'unchanged',
  draft: CustomerDraft,
  { addresses }: ItemChanges,
): CommerceOutcome {
  return { outcome: verdict, draft, addresses: addresses?.met ?? [], issues: [] };
}

/** @param draft the customer that stays as it is; null when the item names none */
function failed(issue: CodedIssue, draft: CustomerDraft | null = null): CommerceOutcome {
  return { outcome: 'failed', draft, addresses: [], issues: [issue] };
}
