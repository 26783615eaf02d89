import { Injectable } from '@nestjs/common';
import { ChunkPage } from '../../platform/history/chunk-page';
import type { ChangeContext } from '../../platform/history/history-entry.entity';
import { Transaction } from '../../platform/database/transaction';
import type { CampaignRecord } from '../campaign-record.entity';
import { changesBetween } from './document-merge';
import { CampaignRecordRepository } from './campaign-record.repository';
import { RecordAddition, recordHistoryEntry, RecordOutcome, refused } from './record-change';
import { RecordHistoryRepository } from './record-history.repository';
import { CONFLICT } from './record.issues';

/** Adds many records to a campaign in a few statements inside the caller's transaction. */
@Injectable()
export class RecordAdditionService {
  constructor(
    private readonly records: CampaignRecordRepository,
    private readonly history: RecordHistoryRepository,
  ) {}

  /**
   * Adds records in order; outcomes stand in the same order. Of several of one id the first is added.
   *
   * @throws a unique violation when a rival added one of them meanwhile: run again, it exists
   */
  async apply(
    transaction: Transaction,
    context: ChangeContext,
    campaignRef: number,
    additions: readonly RecordAddition[],
  ): Promise<RecordOutcome[]> {
    const { companyRef, at } = context;
    const ids = additions.map(({ recordId }) => recordId);
    const found = await this.records.listByRecordIds(transaction, { companyRef, campaignRef }, ids, false);
    const taken = new Map(found.map((record) => [record.recordId, record]));
    const page = ChunkPage.of(context);
    const added: { record: CampaignRecord; addition: RecordAddition }[] = [];
    const outcomes = additions.map((addition): RecordOutcome => {
      const { recordId, data } = addition;
      const holder = taken.get(recordId);
      if (holder !== undefined) {
        return refused(CONFLICT, `[${recordId}]: version conflict, document already exists`, holder);
      }
      const text = JSON.stringify(data);
      const state = {
        data: text,
        version: 1,
        deletionKey: 0,
        createdAt: at,
        updatedAt: at,
        historyPage: page?.ref ?? null,
      };
      const record = { id: 0, companyRef, campaignRef, recordId, ...state };
      taken.set(recordId, record);
      added.push({ record, addition });
      return { outcome: 'created', record, issues: [] };
    });
    await context.beforeWriting?.(added.length < additions.length);
    const newIds = await this.records.insertMany(
      transaction,
      added.map(({ record }) => record),
    );
    added.forEach(({ record }, index) => (record.id = newIds[index] ?? 0));
    const entries = added.map(({ record, addition: { row, data } }) =>
      recordHistoryEntry(context, record, row, changesBetween({}, data)),
    );
    await this.history.insertMany(transaction, entries, page);
    return outcomes;
  }
}
