import { Injectable } from '@nestjs/common';
import { changeContextOf } from '../../bulk/engine/change-context';
import type {
  ChangedRecord,
  ChangeLedger,
  JobContext,
  JobScope,
  LedgerEntry,
  ReadyRow,
  RowResult,
} from '../../bulk/engine/bulk-importer.contract';
import { toReversalResult } from '../../bulk/undo/reversal-result';
import type { Transaction } from '../../platform/database/transaction';
import type { HistoryPlace } from '../../platform/history/history-place';
import { RecordReversalService } from '../reversal/record-reversal.service';
import { RecordHistoryRepository } from './record-history.repository';

/** What jobs did to campaign records. */
@Injectable()
export class RecordLedger implements ChangeLedger {
  constructor(
    private readonly history: RecordHistoryRepository,
    private readonly reversals: RecordReversalService,
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
      const { rowNo: row, recordRef, version, changes } = change;
      const shown = changes.map(({ field, from = null, to = null }) => ({ field, from, to }));
      return { place, pageId, row, recordRef, version, changes: shown };
    });
  }

  async revert(
    transaction: Transaction,
    job: JobContext,
    undone: string,
    records: readonly ReadyRow<ChangedRecord>[],
  ): Promise<RowResult[]> {
    const reversals = records.map(({ row, value }) => ({ row, ...value }));
    return (await this.reversals.apply(transaction, changeContextOf(job), undone, reversals)).map(toReversalResult);
  }
}
