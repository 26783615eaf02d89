import { Injectable } from '@nestjs/common';
import { CustomerHistoryRepository } from '../../customer/customer-history.repository';
import { toHistoryItem } from '../../customer/dto/customer-history.dto';
import { CustomerReversalService } from '../../customer/reversal/customer-reversal.service';
import type { Transaction } from '../../platform/database/transaction';
import type { HistoryPlace } from '../../platform/history/history-place';
import { changeContextOf } from '../engine/change-context';
import type {
  ChangedRecord,
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

  last(transaction: Transaction, { companyRef, jobId }: JobScope): Promise<HistoryPlace> {
    return this.history.lastOfJob(transaction, companyRef, jobId);
  }

  async list(
    transaction: Transaction,
    { companyRef, jobId }: JobScope,
    after: HistoryPlace,
    limit: number,
  ): Promise<LedgerEntry[]> {
    const entries = await this.history.listOfJob(transaction, companyRef, jobId, after, limit);
    return entries.map(({ change, place, pageId }) => {
      const { rowNo: row, customerRef: recordRef, version } = change;
      return { place, pageId, row, recordRef, version, changes: toHistoryItem(change).changes };
    });
  }

  async revert(
    transaction: Transaction,
    job: JobContext,
    undone: string,
    records: readonly ReadyRow<ChangedRecord>[],
  ): Promise<RowResult[]> {
    const reversals = records.map(({ row, value }) => ({ row, ...value }));
    const outcomes = await this.reversals.apply(transaction, changeContextOf(job), undone, reversals);
    return outcomes.map(toReversalResult);
  }
}
