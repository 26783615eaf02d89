import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../../platform/audit/audit-trail';
import { Transaction } from '../../platform/database/transaction';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { ReindexStep, SealedColumn, SealedColumnOwner } from '../../platform/encryption/sealed-column.registry';
import type { HistoryPage } from '../../platform/history/history-page.entity';
import { rewritten, unpacked } from '../../platform/history/packed-change';
import type { CustomerHistory, FieldChange } from '../customer-history.entity';
import { CustomerHistoryRepository } from '../customer-history.repository';
import { CommerceCustomerRepository } from './commerce-customer.repository';
import { CustomerSsnService } from './customer-ssn.service';

/** Walks a table in order of the id, so that each value is looked at once however few are left to seal. */
class Walk {
  private lastId = 0;

  /** Runs `step` from where the last walk stopped until it sealed something; 0, and back to the start, at the end. */
  async next(step: (afterId: number) => Promise<{ sealed: number; lastId: number } | null>): Promise<number> {
    for (;;) {
      const done = await step(this.lastId);
      this.lastId = done?.lastId ?? 0;
      if (done === null || done.sealed > 0) return done?.sealed ?? 0;
    }
  }
}

/** The social security numbers of customers, for key rotation. */
@Injectable()
@SealedColumn()
export class CustomerSsnColumn implements SealedColumnOwner {
  readonly name = 'customers.ssn';
  private readonly walk = new Walk();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly customers: CommerceCustomerRepository,
    private readonly ssns: CustomerSsnService,
  ) {}

  reseal(limit: number): Promise<number> {
    return this.walk.next((afterId) =>
      this.unitOfWork.run(async (transaction) => {
        const found = await this.customers.listWithSsn(transaction, afterId, limit);
        const sealed = found.flatMap((customer) => {
          const ssn = this.ssns.reseal(customer, customer.ssn ?? '');
          return ssn === null ? [] : [{ ...customer, ssn }];
        });
        await this.customers.updateMany(transaction, sealed, ['ssn']);
        const last = found.at(-1);
        return last === undefined ? null : { sealed: sealed.length, lastId: last.id };
      }),
    );
  }

  reindex(limit: number, afterId: number): Promise<ReindexStep | null> {
    return this.unitOfWork.run(async (transaction) => {
      const found = await this.customers.listWithSsn(transaction, afterId, limit);
      const indexed = found.map((customer) => ({
        ...customer,
        ssnIndex: this.ssns.indexOf(customer.companyRef, this.ssns.open(customer) ?? ''),
      }));
      await this.customers.updateMany(transaction, indexed, ['ssnIndex']);
      const last = found.at(-1);
      return last === undefined ? null : { count: found.length, lastId: last.id };
    });
  }
}

/** Numbers in changes of customers, sealed under the active key. */
@Injectable()
export class CustomerSsnResealer {
  constructor(
    private readonly customers: CommerceCustomerRepository,
    private readonly ssns: CustomerSsnService,
  ) {}

  /** Makes a function that gives the changes of a customer with the numbers in them sealed anew, null when none needs to be. */
  async open(
    transaction: Transaction,
    customerRefs: readonly number[],
  ): Promise<(customerRef: number, changes: readonly FieldChange[]) => FieldChange[] | null> {
    const owners = await this.customers.listOwners(transaction, customerRefs);
    return (customerRef, changes) => {
      const owner = owners.get(customerRef);
      if (owner === undefined) return null;
      const reseal = (envelope: unknown) =>
        typeof envelope === 'string' ? (this.ssns.reseal(owner, envelope) ?? envelope) : envelope;
      const resealed = changes.map((change): FieldChange =>
        change.field === 'ssn' ? { ...change, from: reseal(change.from), to: reseal(change.to) } : change,
      );
      return JSON.stringify(resealed) === JSON.stringify(changes) ? null : resealed;
    };
  }
}

/** The audit trail vouches for what history says: it is told that this is only sealed anew. */
const RESEALED = { actor: 'operator', action: 'history.resealed' } as const;

/** The numbers customers had before, sealed in entries of their history, for key rotation. */
@Injectable()
@SealedColumn()
export class CustomerHistorySsnColumn implements SealedColumnOwner {
  readonly name = 'customer_history.changes';
  private readonly walk = new Walk();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly history: CustomerHistoryRepository,
    private readonly resealer: CustomerSsnResealer,
    private readonly trail: AuditTrail,
  ) {}

  reseal(limit: number): Promise<number> {
    return this.walk.next((afterId) =>
      this.unitOfWork.run(async (transaction) => {
        const entries = await this.history.listByFieldLocked(transaction, 'ssn', afterId, limit);
        const refs = entries.map(({ customerRef }) => customerRef);
        const resealed = await this.resealer.open(transaction, refs);
        const sealed = entries.flatMap((entry) => {
          const changes = resealed(entry.customerRef, entry.changes);
          return changes === null ? [] : [{ ...entry, changes }];
        });
        if (sealed.length > 0) await this.replace(transaction, sealed);
        const last = entries.at(-1);
        return last === undefined ? null : { sealed: sealed.length, lastId: last.id };
      }),
    );
  }

  /** A history has no index. */
  reindex(): Promise<null> {
    return Promise.resolve(null);
  }

  private replace(transaction: Transaction, entries: readonly CustomerHistory[]): Promise<void> {
    const ids = entries.map(({ id }) => id);
    return this.trail.rewriteHistory(transaction, 'customer_history', ids, RESEALED, () =>
      this.history.replaceChanges(transaction, entries),
    );
  }
}

/** Like `CustomerHistorySsnColumn`, those in pages of the history. */
@Injectable()
@SealedColumn()
export class CustomerHistoryPageSsnColumn implements SealedColumnOwner {
  readonly name = 'customer_history_pages.changes';
  private readonly walk = new Walk();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly history: CustomerHistoryRepository,
    private readonly resealer: CustomerSsnResealer,
    private readonly trail: AuditTrail,
  ) {}

  /** One page at a time, whatever the limit: it is written as a whole. */
  reseal(): Promise<number> {
    return this.walk.next((afterId) =>
      this.unitOfWork.run(async (transaction) => {
        const page = await this.history.nextPageLocked(transaction, 'ssn', afterId);
        if (page === null) return null;
        const refs = unpacked(page).map(({ recordRef }) => recordRef);
        const resealed = await this.resealer.open(transaction, refs);
        let sealed = 0;
        const anew = rewritten<FieldChange>(page, ({ recordRef, changes }) => {
          const other = resealed(recordRef, changes);
          if (other !== null) sealed++;
          return other ?? changes;
        });
        if (sealed > 0) await this.replace(transaction, anew, sealed);
        return { sealed, lastId: page.id };
      }),
    );
  }

  /** A history has no index. */
  reindex(): Promise<null> {
    return Promise.resolve(null);
  }

  private replace(transaction: Transaction, page: HistoryPage, times: number): Promise<void> {
    return this.trail.rewriteHistory(transaction, 'customer_history_pages', [page.id], { ...RESEALED, times }, () =>
      this.history.replacePages(transaction, [page]),
    );
  }
}
