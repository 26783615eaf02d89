import { Injectable } from '@nestjs/common';
import { MoreThan } from 'typeorm';
import {
  insertMany,
  prepareVersioned,
  selectMany,
  selectParts,
  type VersionedRow,
  type Write,
} from '../../platform/database/set-based';
import { Transaction } from '../../platform/database/transaction';
import { CampaignRecord } from '../campaign-record.entity';

/** The campaign whose records are meant, and the company it belongs to. */
export interface RecordOwner {
  readonly companyRef: number;
  readonly campaignRef: number;
}

const DOCUMENT_PARTS = ['id', 'recordId', 'data', 'version', 'historyPage'] as const;
const WRITTEN_PARTS = ['data', 'version', 'updatedAt', 'historyPage'] as const;

/** What a change of a document needs of its record. */
export type RecordDocument = Pick<CampaignRecord, (typeof DOCUMENT_PARTS)[number]>;

/** What a change of a document writes. */
export type WrittenDocument = Pick<CampaignRecord, 'id' | (typeof WRITTEN_PARTS)[number]>;

/** Reads and writes of campaign records; deleted ones are not there. */
@Injectable()
export class CampaignRecordRepository {
  /** Records of those ids, in no order. */
  listByRecordIds(
    transaction: Transaction,
    owner: RecordOwner,
    values: readonly string[],
    lock: boolean,
  ): Promise<CampaignRecord[]> {
    const where = { ...owner, deletionKey: 0 };
    return selectMany(transaction, CampaignRecord, { where, property: 'recordId', values, lock });
  }

  /** The documents of records of those ids, in no order. */
  listDocuments(
    transaction: Transaction,
    owner: RecordOwner,
    values: readonly string[],
    lock: boolean,
  ): Promise<RecordDocument[]> {
    const where = { ...owner, deletionKey: 0 };
    return selectParts(transaction, CampaignRecord, DOCUMENT_PARTS, { where, property: 'recordId', values, lock });
  }

  /** Records behind the one of that database id, in the order they were added. */
  list(transaction: Transaction, owner: RecordOwner, limit: number, after: number): Promise<CampaignRecord[]> {
    return transaction.find(CampaignRecord, {
      where: { ...owner, deletionKey: 0, id: MoreThan(after) },
      order: { id: 'ASC' },
      take: limit,
    });
  }

  count(transaction: Transaction, owner: RecordOwner): Promise<number> {
    return transaction.countBy(CampaignRecord, { ...owner, deletionKey: 0 });
  }

  insertMany(transaction: Transaction, records: readonly Omit<CampaignRecord, 'id'>[]): Promise<number[]> {
    return insertMany(transaction, CampaignRecord, records);
  }

  /**
   * Makes ready to write document, version and time of records that still have the version they were made from. False
   * when at least one has moved on: the transaction must then be rolled back.
   */
  prepareVersioned(
    transaction: Transaction,
    records: readonly VersionedRow<WrittenDocument>[],
  ): Promise<Write<boolean>> {
    // In order of the key, as every other writer goes.
    const sorted = [...records].sort((a, b) => a.row.id - b.row.id);
    return prepareVersioned(transaction, CampaignRecord, sorted, WRITTEN_PARTS);
  }
}
