import { Injectable } from '@nestjs/common';
import { changeContextOf } from '../../bulk/engine/change-context';
import type {
  ChangeLedger,
  JobContext,
  JobScope,
  LedgerEntry,
  ReadyRow,
  RowResult,
} from '../../bulk/engine/bulk-importer.contract';
import { toReversalResult } from '../../bulk/undo/reversal-result';
import type { Transaction } from '../../platform/database/transaction';
import { RecordReversalRepository } from '../reversal/record-reversal.repository';
import { RecordReversalService } from '../reversal/record-reversal.service';

/** What jobs did to campaign records. */
@Injectable()
export class RecordLedger implements ChangeLedger {
  constructor(
    private readonly history: RecordReversalRepository,
    private readonly reversals: RecordReversalService,
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
    return entries.map(({ id, rowNo, recordRef, version, changes }) => {
      const shown = changes.map(({ field, from = null, to = null }) => ({ field, from, to }));
      return { id, row: rowNo, recordRef, version, changes: shown };
    });
  }

  async revert(
    transaction: Transaction,
    job: JobContext,
    undone: string,
    records: readonly ReadyRow<number>[],
  ): Promise<RowResult[]> {
    const reversals = records.map(({ row, value }) => ({ row, recordRef: value }));
    return (await this.reversals.apply(transaction, changeContextOf(job), undone, reversals)).map(toReversalResult);
  }
}
