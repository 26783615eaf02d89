import type { Type } from '@nestjs/common';
import { insertMany, selectMany, updateMany } from '../../platform/database/set-based';
import type { Transaction } from '../../platform/database/transaction';
import { historyFacts } from '../../platform/history/history-entry.entity';
import type { CodedIssue } from '../../platform/validation/coded-issue';
import { NO_CHANGE } from '../customers/customers.table';
import { changeContextOf } from '../engine/change-context';
import type {
  ImportCells,
  JobContext,
  ParsedRow,
  ReadyRow,
  RowResult,
  ShownChange,
  TableImporter,
} from '../engine/bulk-importer.contract';
import type { RecordKey } from '../engine/claims';
import type { ImportedRecordHistoryRepository } from './imported-record-history.repository';
import type { ImportedRecord } from './imported-record.entity';
import { missing, readRecord, RecordColumn, RecordField, RecordValues, sameValue } from './record.columns';

/** What is imported, and how its rows are read. */
export interface EntityImport<T extends ImportedRecord> {
  readonly entity: Type<T>;
  /** Name of the sheet. */
  readonly sheet: string;
  /** Property that tells the records of a company apart; its column is filled in every row. Text. */
  readonly key: RecordField<T>;
  readonly columns: readonly RecordColumn<T>[];
}

/** A row with its key; absent properties stay. */
interface KeyedValues {
  readonly key: string;
  readonly values: RecordValues;
}

interface Write<T> {
  readonly row: number;
  readonly record: T;
  readonly changes: ShownChange[];
}

/** Creates and changes the records of one entity: each row is the record of its key. */
export class EntityImportTable<T extends ImportedRecord> implements TableImporter<KeyedValues> {
  readonly name: string;
  readonly columns: readonly RecordColumn<T>[];
  readonly oneOf: readonly string[];
  readonly claimsRecordIds = true;

  constructor(
    private readonly definition: EntityImport<T>,
    private readonly history: ImportedRecordHistoryRepository,
  ) {
    this.name = definition.sheet;
    this.columns = definition.columns;
    this.oneOf = [definition.key];
  }

  parse(cells: ImportCells): ParsedRow<KeyedValues> {
    const { key } = this.definition;
    const { values, issues } = readRecord(this.columns, cells);
    const value = values[key];
    const isBroken = issues.some(({ field }) => field === key);
    if (typeof value !== 'string' || value === '') {
      const told = isBroken ? issues : [missing(key, cells[key] ?? null), ...issues];
      return { value: null, issues: told, warnings: [], recordId: null };
    }
    return { value: { key: value, values }, issues, warnings: [], recordId: value };
  }

  async apply(transaction: Transaction, job: JobContext, rows: readonly ReadyRow<KeyedValues>[]): Promise<RowResult[]> {
    const records = await this.listLocked(transaction, job.companyRef, rows);
    const created: Write<T>[] = [];
    const updated: Write<T>[] = [];
    const results = rows.map(({ row, value: { key, values } }): RowResult => {
      const current = records.get(key);
      const changes = this.changesOf(current, values);
      const issues = current === undefined ? this.missingOf(values) : [];
      const rival = issues.length > 0 ? null : job.claim(key, row);
      if (rival !== null) issues.push(duplicateRow(this.definition.key, key, rival));
      if (issues.length > 0) return result('failed', key, issues);
      if (current !== undefined && changes.length === 0) return result('unchanged', key, [], [NO_CHANGE]);
      const record = this.changed(job, current, changes);
      (current === undefined ? created : updated).push({ row, record, changes });
      return result(current === undefined ? 'created' : 'updated', key);
    });
    await this.write(transaction, job, created, updated);
    return results;
  }

  identify(
    _transaction: Transaction,
    _companyRef: number,
    rows: readonly ReadyRow<KeyedValues>[],
  ): Promise<(RecordKey | null)[]> {
    return Promise.resolve(rows.map(({ value }) => value.key));
  }

  private async listLocked(
    transaction: Transaction,
    companyRef: number,
    rows: readonly ReadyRow<KeyedValues>[],
  ): Promise<Map<unknown, T>> {
    const { entity, key } = this.definition;
    const where: Partial<ImportedRecord> = { companyRef, deletionKey: 0 };
    const values = rows.map(({ value }) => value.key);
    // Every T has the members of ImportedRecord, which the compiler cannot see of a Partial<T>.
    const options = { where: where as Partial<T>, property: key, values, lock: true };
    const records = await selectMany<T>(transaction, entity, options);
    return new Map(records.map((record) => [record[key], record]));
  }

  private changesOf(current: T | undefined, values: RecordValues): ShownChange[] {
    return this.columns.flatMap(({ name }) => {
      const from = current?.[name] ?? null;
      const to = values[name];
      return to === undefined || sameValue(from, to) ? [] : [{ field: name, from, to }];
    });
  }

  private missingOf(values: RecordValues): CodedIssue[] {
    const required = this.columns.filter((column) => column.required === true);
    return required.flatMap(({ name }) => (values[name] === undefined ? [missing(name, null)] : []));
  }

  private changed({ companyRef, at }: JobContext, current: T | undefined, changes: readonly ShownChange[]): T {
    const facts: ImportedRecord =
      current === undefined
        ? { id: 0, companyRef, version: 1, deletionKey: 0, deletedAt: null, createdAt: at, updatedAt: at }
        : { ...current, version: current.version + 1, updatedAt: at };
    const empty = current === undefined ? this.columns.map(({ name }) => [name, null]) : [];
    const members = [...empty, ...changes.map(({ field, to }) => [field, to])];
    // Its columns say which properties an entity has; the compiler cannot follow them by name.
    return { ...facts, ...Object.fromEntries(members) } as T;
  }

  private async write(
    transaction: Transaction,
    job: JobContext,
    created: readonly Write<T>[],
    updated: readonly Write<T>[],
  ): Promise<void> {
    const { entity } = this.definition;
    const ids = await insertMany(
      transaction,
      entity,
      created.map(({ record }) => record),
    );
    created.forEach(({ record }, index) => (record.id = ids[index] ?? 0));
    const fields = new Set(updated.flatMap(({ changes }) => changes.map(({ field }) => field as RecordField<T>)));
    const written = updated.map(({ record }) => record);
    await updateMany<T>(transaction, entity, written, [...fields, 'version', 'updatedAt']);
    const context = changeContextOf(job);
    const entries = [...created, ...updated].map(({ row, record, changes }) => ({
      ...historyFacts(context, record.version, row),
      recordRef: record.id,
      changes,
    }));
    await this.history.insertMany(transaction, entries);
  }
}

function result(
  verdict: RowResult['verdict'],
  recordId: string,
  issues: readonly CodedIssue[] = [],
  warnings: readonly CodedIssue[] = [],
): RowResult {
  return { verdict, recordId, issues, warnings, amount: null };
}

function duplicateRow(field: string, key: string, rival: number): CodedIssue {
  return {
    field,
    code: 'DUPLICATE_ROW',
    message: `row ${rival} of this file has the same ${field}; keep one of the two rows`,
    rejectedValue: key,
  };
}
