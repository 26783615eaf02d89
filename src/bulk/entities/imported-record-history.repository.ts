import type { Type } from '@nestjs/common';
import { insertHistory } from '../../platform/audit/audited-history';
import { entityTable } from '../../platform/database/entity-table';
import { selectAfter, selectMany } from '../../platform/database/set-based';
import type { Transaction } from '../../platform/database/transaction';
import type { JobScope } from '../engine/bulk-importer.contract';
import { ImportedRecordHistory } from './imported-record-history.entity';
import type { ImportedRecord } from './imported-record.entity';

/** Reads and writes of the history of the records of one table. */
export class ImportedRecordHistoryRepository {
  constructor(private readonly entity: Type<ImportedRecord>) {}

  async insertMany(
    transaction: Transaction,
    entries: readonly Omit<ImportedRecordHistory, 'id' | 'entity'>[],
  ): Promise<void> {
    const entity = this.tableName(transaction);
    const rows = entries.map((entry) => ({ ...entry, entity }));
    await insertHistory(transaction, ImportedRecordHistory, 'record.changed', rows);
  }

  /** Id of the latest entry of a job; 0 while there is none. */
  async lastOfJob(transaction: Transaction, { companyRef, jobId }: JobScope): Promise<number> {
    const [entry] = await transaction.find(ImportedRecordHistory, {
      where: { companyRef, jobId, entity: this.tableName(transaction) },
      order: { id: 'DESC' },
      take: 1,
    });
    return entry?.id ?? 0;
  }

  /** What a job did, oldest first: entries behind the id `after`. */
  listOfJob(
    transaction: Transaction,
    { companyRef, jobId }: JobScope,
    after: number,
    limit: number,
  ): Promise<ImportedRecordHistory[]> {
    const where = { companyRef, jobId, entity: this.tableName(transaction) };
    return selectAfter(transaction, ImportedRecordHistory, where, { after, limit });
  }

  /** All entries of those records by record, oldest first. */
  async listOfRecords(
    transaction: Transaction,
    companyRef: number,
    recordRefs: readonly number[],
  ): Promise<Map<number, ImportedRecordHistory[]>> {
    const where = { companyRef, entity: this.tableName(transaction) };
    const entries = await selectMany(transaction, ImportedRecordHistory, {
      where,
      property: 'recordRef',
      values: recordRefs,
    });
    entries.sort((a, b) => a.id - b.id);
    const byRecord = new Map<number, ImportedRecordHistory[]>();
    for (const entry of entries) byRecord.set(entry.recordRef, [...(byRecord.get(entry.recordRef) ?? []), entry]);
    return byRecord;
  }

  private tableName(transaction: Transaction): string {
    return entityTable(transaction.dataSource, this.entity).name;
  }
}
