import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../../platform/audit/audit-trail';
import { Transaction } from '../../platform/database/transaction';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { ReindexStep, SealedColumn, SealedColumnOwner } from '../../platform/encryption/sealed-column.registry';
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

/** The numbers customers had before, sealed in their history, for key rotation. */
@Injectable()
@SealedColumn()
export class CustomerHistorySsnColumn implements SealedColumnOwner {
  readonly name = 'customer_history.changes';
  private readonly walk = new Walk();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly customers: CommerceCustomerRepository,
    private readonly history: CustomerHistoryRepository,
    private readonly ssns: CustomerSsnService,
    private readonly trail: AuditTrail,
  ) {}

  reseal(limit: number): Promise<number> {
    return this.walk.next((afterId) =>
      this.unitOfWork.run(async (transaction) => {
        const entries = await this.history.listByField(transaction, 'ssn', afterId, limit);
        const sealed = await this.resealed(transaction, entries);
        if (sealed.length > 0) await this.replaceChanges(transaction, sealed);
        const last = entries.at(-1);
        return last === undefined ? null : { sealed: sealed.length, lastId: last.id };
      }),
    );
  }

  /** A history has no index. */
  reindex(): Promise<null> {
    return Promise.resolve(null);
  }

  /** The audit trail vouches for what history says: it is told that this is only sealed anew. */
  private replaceChanges(transaction: Transaction, entries: readonly CustomerHistory[]): Promise<void> {
    const ids = entries.map(({ id }) => id);
    const event = { actor: 'operator', action: 'history.resealed' };
    return this.trail.rewriteHistory(transaction, 'customer_history', ids, event, () =>
      this.history.replaceChanges(transaction, entries),
    );
  }

  private async resealed(transaction: Transaction, entries: readonly CustomerHistory[]): Promise<CustomerHistory[]> {
    const owners = await this.customers.listOwners(
      transaction,
      entries.map(({ customerRef }) => customerRef),
    );
    return entries.flatMap((entry) => {
      const owner = owners.get(entry.customerRef);
      if (owner === undefined) return [];
      const reseal = (envelope: unknown) =>
        typeof envelope === 'string' ? (this.ssns.reseal(owner, envelope) ?? envelope) : envelope;
      const changes = entry.changes.map((change): FieldChange =>
        change.field === 'ssn' ? { ...change, from: reseal(change.from), to: reseal(change.to) } : change,
      );
      const isSame = JSON.stringify(changes) === JSON.stringify(entry.changes);
      return isSame ? [] : [{ ...entry, changes }];
    });
  }
}
