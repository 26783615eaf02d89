import { Injectable } from '@nestjs/common';
import { LessThan, MoreThan } from 'typeorm';
import { insertHistory } from '../../platform/audit/audited-history';
import { toDatabaseTime } from '../../platform/database/columns';
import { databaseTraits } from '../../platform/database/database.traits';
import { insertMany, selectMany, STATEMENT_CHARACTERS } from '../../platform/database/set-based';
import { Transaction } from '../../platform/database/transaction';
import { giveWay } from '../../platform/event-loop/give-way';
import { CampaignRecord } from '../campaign-record.entity';
import { CampaignRecordHistory } from './campaign-record-history.entity';

/** The campaign whose records are meant, and the company it belongs to. */
export interface RecordOwner {
  readonly companyRef: number;
  readonly campaignRef: number;
}

/** A record as it is to be stored, and the version it was made from. */
export interface VersionedRecord {
  readonly record: CampaignRecord;
  readonly from: number;
}

/** The first records, as many as one statement should carry; at least one. */
function fitting(records: readonly VersionedRecord[]): readonly VersionedRecord[] {
  let characters = 0;
  const end = records.findIndex(({ record }, index) => {
    characters += record.data.length;
    return index > 0 && characters > STATEMENT_CHARACTERS;
  });
  return end < 0 ? records : records.slice(0, end);
}

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
   * Writes document, version and time of records that still have the version they were made from. False when at least
   * one has moved on: the transaction must then be rolled back.
   */
  async updateVersioned(transaction: Transaction, records: readonly VersionedRecord[]): Promise<boolean> {
    const [first] = records;
    if (first === undefined) return true;
    const updatedAt = toDatabaseTime(first.record.updatedAt);
    if (databaseTraits(transaction).dialect === 'sqlite') {
      for (const { record, from } of records) {
        const [row] = await transaction.query<unknown[]>(
          'UPDATE campaign_records SET data = ?, version = ?, updated_at = ? WHERE id = ? AND version = ? RETURNING id',
          [record.data, record.version, updatedAt, record.id, from],
        );
        if (row === undefined) return false;
        await giveWay();
      }
      return true;
    }
    // In order of the key, as every other writer goes.
    const sorted = [...records].sort((a, b) => a.record.id - b.record.id);
    let start = 0;
    while (start < sorted.length) {
      const part = fitting(sorted.slice(start));
      if ((await this.updatePart(transaction, part, updatedAt)) !== part.length) return false;
      start += part.length;
      await giveWay();
    }
    return true;
  }

  /**
   * Gives the number of records that still had their version. Measured: one statement joined to JSON_TABLE writes 10,000
   * documents in 0.3 s where one UPDATE per row needs 15 s.
   */
  private async updatePart(
    transaction: Transaction,
    records: readonly VersionedRecord[],
    updatedAt: string,
  ): Promise<number> {
    const rows = records.map(({ record, from }) => [record.id, from, record.version, record.data]);
    const result = await transaction.query<{ affectedRows: number }>(
      `UPDATE JSON_TABLE(?, '$[*]' COLUMNS (
         id BIGINT PATH '$[0]', from_version INT PATH '$[1]', to_version INT PATH '$[2]', data LONGTEXT PATH '$[3]'
       )) AS changed
       STRAIGHT_JOIN campaign_records AS record ON record.id = changed.id AND record.version = changed.from_version
       SET record.data = changed.data, record.version = changed.to_version, record.updated_at = ?`,
      [JSON.stringify(rows), updatedAt],
    );
    return result.affectedRows;
  }

  /** Entries of a record, newest first, from before the entry `before`. */
  listHistory(
    transaction: Transaction,
    { companyRef, id: recordRef }: CampaignRecord,
    limit: number,
    before: number | undefined,
  ): Promise<CampaignRecordHistory[]> {
    return transaction.find(CampaignRecordHistory, {
      where: { companyRef, recordRef, ...(before !== undefined && { id: LessThan(before) }) },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  async insertHistory(transaction: Transaction, entries: readonly Omit<CampaignRecordHistory, 'id'>[]): Promise<void> {
    await insertHistory(transaction, CampaignRecordHistory, 'campaign-record.changed', entries);
  }
}
