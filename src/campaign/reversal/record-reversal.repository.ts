import { Injectable } from '@nestjs/common';
import { selectMany, updateMany } from '../../platform/database/set-based';
import type { Transaction } from '../../platform/database/transaction';
import { CampaignRecord } from '../campaign-record.entity';

/** Reads and writes of campaign records whose changes are taken back. */
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

  /** Writes records back that were read by `listLocked`. */
  updateMany(transaction: Transaction, records: readonly CampaignRecord[]): Promise<void> {
    return updateMany(transaction, CampaignRecord, records, ['data', 'version', 'deletionKey', 'updatedAt']);
  }
}
