import { Injectable } from '@nestjs/common';
import { ChunkPage } from '../../platform/history/chunk-page';
import type { ChangeContext } from '../../platform/history/history-entry.entity';
import { Transaction } from '../../platform/database/transaction';
import { historyEntry } from '../customer-change';
import { CustomerHistoryRepository } from '../customer-history.repository';
import { ADDRESS_FIELDS } from './address.dto';
import type { CommerceBook } from './commerce-book';
import { CommerceCustomerRepository, WrittenColumn } from './commerce-customer.repository';
import { COMMERCE_FIELDS } from './commerce-item';
import type { CustomerDraft } from './customer-draft';

/** Every column an item can change; those of the identity, which are indexed, only when one of them did. */
const CHANGING: readonly WrittenColumn[] = [
  'legalName',
  ...COMMERCE_FIELDS,
  'ssn',
  'ssnIndex',
  'parentRef',
  'version',
  'updatedAt',
  'historyPage',
];

/** Stores what a batch made of its customers, in a handful of statements. */
@Injectable()
export class CommerceBookWriter {
  constructor(
    private readonly customers: CommerceCustomerRepository,
    private readonly history: CustomerHistoryRepository,
  ) {}

  async write(transaction: Transaction, context: ChangeContext, book: CommerceBook): Promise<void> {
    const drafts = [...book.touched];
    const added = drafts.filter(({ isNew }) => isNew);
    const page = ChunkPage.of(context);
    for (const { current, log } of drafts)
      if (log.length > 0) current.historyPage = page?.take(current) ?? current.historyPage;
    // A parent made in this batch has no id yet; its children get it in a second step.
    for (const draft of drafts) setParent(draft);
    const ids = await this.customers.insertMany(
      transaction,
      added.map(({ current }) => current),
    );
    added.forEach(({ current }, index) => (current.id = ids[index] ?? 0));
    const orphans = added.filter((draft) => setParent(draft));
    await this.customers.updateMany(
      transaction,
      orphans.map(({ current }) => current),
      ['parentRef'],
    );
    const known = drafts.filter(({ isNew }) => !isNew);
    for (const draft of known) setParent(draft);
    await this.customers.updateMany(
      transaction,
      known.map(({ current }) => current),
      columnsOf(known),
    );
    await this.saveAddresses(transaction, drafts);
    context.afterWriting?.();
    await this.history.insertMany(
      transaction,
      drafts.flatMap(({ current, log }) =>
        log.map(({ row, version, changes }) =>
          historyEntry(
            context,
            { id: current.id, version },
            row,
            changes.map((change) => change()),
          ),
        ),
      ),
      page,
    );
  }

  private async saveAddresses(transaction: Transaction, drafts: readonly CustomerDraft[]): Promise<void> {
    const written = drafts.flatMap(({ current, writtenAddresses }) => {
      for (const address of writtenAddresses) address.customerRef = current.id;
      return [...writtenAddresses];
    });
    // Writing all fields of 500 addresses took MariaDB 15 ms.
    const changed = ADDRESS_FIELDS.filter((field) => drafts.some((draft) => draft.changedAddressFields.has(field)));
    await this.customers.saveAddresses(transaction, written, changed);
  }
}

/** Points a customer at its parent as far as that is stored; true when the pointer moved. */
function setParent({ current, parent }: CustomerDraft): boolean {
  if (parent === undefined) return false;
  const ref = parent === null || parent.current.id === 0 ? null : parent.current.id;
  const moved = current.parentRef !== ref;
  current.parentRef = ref;
  return moved;
}

/** The columns at least one of the customers needs written; SQLite rewrites the index of every column that is named. */
function columnsOf(drafts: readonly CustomerDraft[]): WrittenColumn[] {
  return CHANGING.filter((column) => drafts.some(({ current, before }) => current[column] !== before[column]));
}
