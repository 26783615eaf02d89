import { Injectable } from '@nestjs/common';
import { CustomerHistoryRepository } from '../../customer/customer-history.repository';
import { toHistoryItem } from '../../customer/dto/customer-history.dto';
import { CustomerReversalService } from '../../customer/reversal/customer-reversal.service';
import type { Transaction } from '../../platform/database/transaction';
import { changeContextOf } from '../engine/change-context';
import type {
  ChangeLedger,
  JobContext,
  JobScope,
  LedgerEntry,
  ReadyRow,
  RowResult,
} from '../engine/bulk-importer.contract';
import { toReversalResult } from '../undo/reversal-result';

/** What jobs of the receivables and the commerce API did to customers: they share the history. */
@Injectable()
export class CustomerLedger implements ChangeLedger {
  constructor(
    private readonly history: CustomerHistoryRepository,
    private readonly reversals: CustomerReversalService,
  ) {}

  last(transaction: Transaction, { companyRef, jobId }: JobScope): Promise<number> {
    return this.history.lastOfJob(transaction, companyRef, jobId);
  }

  async list(
    transaction: Transaction,
    { companyRef, jobId }: JobScope,
    after: number,
    limit: number,
  ): Promise<LedgerEntry[]> {
    const entries = await this.history.listOfJob(transaction, companyRef, jobId, after, limit);
    return entries.map((entry) => {
      const { changes } = toHistoryItem(entry);
      return { id: entry.id, row: entry.rowNo, recordRef: entry.customerRef, version: entry.version, changes };
    });
  }

  async revert(
    transaction: Transaction,
    job: JobContext,
    undone: string,
    records: readonly ReadyRow<number>[],
  ): Promise<RowResult[]> {
    const reversals = records.map(({ row, value }) => ({ row, recordRef: value }));
    const outcomes = await this.reversals.apply(transaction, changeContextOf(job), undone, reversals);
    return outcomes.map(toReversalResult);
  }
}
