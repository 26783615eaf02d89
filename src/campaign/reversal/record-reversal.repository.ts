import { Injectable } from '@nestjs/common';
import { selectAfter, selectMany, updateMany } from '../../platform/database/set-based';
import type { Transaction } from '../../platform/database/transaction';
import { CampaignRecord } from '../campaign-record.entity';
import { CampaignRecordHistory } from '../records/campaign-record-history.entity';

/** Reads of what jobs did to campaign records, and writes of what taking it back makes of them. */
@Injectable()
export class RecordReversalRepository {
  /** Records of those database ids, deleted ones too, locked until the transaction ends. */
  async listLocked(
    transaction: Transaction,
    companyRef: number,
    values: readonly number[],
  ): Promise<Map<number, CampaignRecord>> {
    const search = { where: { companyRef }, property: 'id', values, lock: true } as const;
    const found = await selectMany(transaction, CampaignRecord, search);
    return new Map(found.map((record) => [record.id, record]));
  }

  /** All entries of those records, oldest first, by record. */
  async listHistory(
    transaction: Transaction,
    companyRef: number,
    values: readonly number[],
  ): Promise<Map<number, CampaignRecordHistory[]>> {
    const search = { where: { companyRef }, property: 'recordRef', values } as const;
    const found = await selectMany(transaction, CampaignRecordHistory, search);
    const entries = new Map<number, CampaignRecordHistory[]>(values.map((ref) => [ref, []]));
    for (const entry of found.sort((a, b) => a.id - b.id)) entries.get(entry.recordRef)?.push(entry);
    return entries;
  }

  /** Writes records back that were read by `listLocked`. */
  updateMany(transaction: Transaction, records: readonly CampaignRecord[]): Promise<void> {
    return updateMany(transaction, CampaignRecord, records, ['data', 'version', 'deletionKey', 'updatedAt']);
  }

  /** Id of the latest entry of a job; 0 while there is none. */
  async lastOfJob(transaction: Transaction, companyRef: number, jobId: string): Promise<number> {
    const [entry] = await transaction.find(CampaignRecordHistory, {
      where: { companyRef, jobId },
      select: { id: true },
      order: { id: 'DESC' },
      take: 1,
    });
    return entry?.id ?? 0;
  }

  /** Entries of a job behind the id `after`, in order. */
  listOfJob(
    transaction: Transaction,
    companyRef: number,
    jobId: string,
    after: number,
    limit: number,
  ): Promise<CampaignRecordHistory[]> {
    return selectAfter(transaction, CampaignRecordHistory, { companyRef, jobId }, { after, limit });
  }
}
