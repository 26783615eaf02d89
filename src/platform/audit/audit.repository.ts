import { Injectable } from '@nestjs/common';
import { IsNull, MoreThan } from 'typeorm';
import { entityTable } from '../database/entity-table';
import { insertMany, selectMany, updateMany } from '../database/set-based';
import { Transaction } from '../database/transaction';
import { HistoryEntry } from '../history/history-entry.entity';
import { HistoryPage } from '../history/history-page.entity';
import { AuditEntry } from './audit-entry.entity';
import { ENTRY_FACTS, EntryFacts } from './audit-event';
import { AuditHead } from './audit-head.entity';

/** Rows of a history read at once. */
const ROWS_AT_ONCE = 1_000;
/** A page has a megabyte of text, or more: of 1,000 at once the process would need two gigabytes. */
const PAGES_AT_ONCE = 8;

/** An entry as it is stored, and the values its mac covers as the driver gives them. */
export interface StoredEntry {
  readonly entry: AuditEntry;
  readonly values: readonly unknown[];
}

/** An entry that has no place in the chain yet. */
export type NewEntry = EntryFacts & { readonly mac: string };

/** The place of an entry in the chain. */
export type Link = Pick<AuditEntry, 'id'> & { readonly sequenceNo: number; readonly hash: string };

/** A history row as it is stored: its id and the values of all other columns. */
export interface StoredHistoryRow {
  readonly id: number;
  readonly values: readonly unknown[];
}

/** Which entries to show; what is undefined does not matter. */
export interface EntrySearch {
  readonly companyRef?: number;
  readonly action?: string;
  readonly jobId?: string;
}

/** Reads and writes of the audit trail, and the reads of history rows that it vouches for. */
@Injectable()
export class AuditRepository {
  /** The values of an entry that its mac covers, as they are stored. */
  valuesOf(transaction: Transaction, facts: EntryFacts): unknown[] {
    return entityTable(transaction.dataSource, AuditEntry).toParameters(ENTRY_FACTS)(facts);
  }

  async insertMany(transaction: Transaction, entries: readonly NewEntry[]): Promise<void> {
    const rows = entries.map((entry) => ({ ...entry, sequenceNo: null, hash: null }));
    await insertMany(transaction, AuditEntry, rows);
  }

  /** The end of the chain; null before the trail began. */
  findHead(transaction: Transaction): Promise<AuditHead | null> {
    return transaction.findOneBy(AuditHead, { id: 1 });
  }

  /** More than one, or none, is not what the service made. */
  countHeads(transaction: Transaction): Promise<number> {
    return transaction.count(AuditHead);
  }

  /** Like `findHead`, and keeps other processes from linking entries until the transaction ends. */
  async findHeadLocked(transaction: Transaction): Promise<AuditHead | null> {
    const [head] = await selectMany(transaction, AuditHead, { where: {}, property: 'id', values: [1], lock: true });
    return head ?? null;
  }

  /** @throws a unique violation when another process began the trail. */
  async insertHead(transaction: Transaction, head: AuditHead): Promise<void> {
    await transaction.insert(AuditHead, head);
  }

  async updateHead(transaction: Transaction, { id, sequenceNo, hash, mac }: AuditHead): Promise<void> {
    await transaction.update(AuditHead, { id }, { sequenceNo, hash, mac });
  }

  hasPending(transaction: Transaction): Promise<boolean> {
    return transaction.existsBy(AuditEntry, { sequenceNo: IsNull() });
  }

  /** Entries that have no place in the chain yet, in the order of their ids. */
  listPending(transaction: Transaction, limit: number): Promise<Pick<AuditEntry, 'id' | 'mac'>[]> {
    return transaction.find(AuditEntry, {
      where: { sequenceNo: IsNull() },
      select: { id: true, mac: true },
      order: { id: 'ASC' },
      take: limit,
    });
  }

  async link(transaction: Transaction, entries: readonly Link[]): Promise<void> {
    // Of an entry nothing but its id and what is to be written is looked at.
    await updateMany(transaction, AuditEntry, entries as readonly AuditEntry[], ['sequenceNo', 'hash']);
  }

  /** Linked entries behind that place, in order. */
  async listStored(transaction: Transaction, after: number, limit: number): Promise<StoredEntry[]> {
    const table = entityTable(transaction.dataSource, AuditEntry);
    const raw = await transaction.query<Record<string, unknown>[]>(
      `SELECT * FROM ${table.name} WHERE sequence_no > ? ORDER BY sequence_no, id LIMIT ?`,
      [after, limit],
    );
    const columns = ENTRY_FACTS.map((property) => table.column(property));
    const toEntity = table.toEntity(table.properties);
    const entityOf = (row: Record<string, unknown>) =>
      toEntity(table.properties.map((property) => row[table.column(property)]));
    return raw.map((row) => {
      const values = columns.map((column) => row[column]);
      try {
        return { entry: entityOf(row), values };
      } catch {
        // Somebody wrote into a column what it cannot hold; the check of the values will say so.
        const readable = { recorded_at: new Date(0), field_names: '[]', rewritten: null };
        return { entry: entityOf({ ...row, ...readable }), values };
      }
    });
  }

  /** Linked entries behind that place, in order, as far as they fit the search. */
  list(transaction: Transaction, search: EntrySearch, after: number, limit: number): Promise<AuditEntry[]> {
    const where = { ...search, sequenceNo: MoreThan(after) };
    return transaction.find(AuditEntry, { where, order: { sequenceNo: 'ASC' }, take: limit });
  }

  /** Tables of history rows, of the service and of its extensions. */
  historyTables(transaction: Transaction): string[] {
    return transaction.dataSource.entityMetadatas
      .filter(({ target }) => typeof target === 'function' && isHistory(target.prototype))
      .map(({ tableName }) => tableName);
  }

  /** Id of the last row of a history table; 0 for an empty one. */
  async lastHistoryId(transaction: Transaction, table: string): Promise<number> {
    const [row] = await transaction.query<{ id: number | null }[]>(`SELECT MAX(id) AS id FROM ${table}`);
    return row?.id ?? 0;
  }

  /** The first rows of a history table between two ids, both included, in order; none when there are none. */
  async listHistory(
    transaction: Transaction,
    name: string,
    [first, last]: readonly [number, number],
  ): Promise<StoredHistoryRow[]> {
    const metadata = transaction.dataSource.entityMetadatas.find(({ tableName }) => tableName === name);
    if (metadata === undefined) return [];
    const limit = isPage((metadata.target as { prototype?: unknown }).prototype) ? PAGES_AT_ONCE : ROWS_AT_ONCE;
    const table = entityTable(transaction.dataSource, metadata.target);
    const columns = table.properties.filter((property) => property !== 'id').map((property) => table.column(property));
    const raw = await transaction.query<Record<string, unknown>[]>(
      `SELECT id, ${columns.join(', ')} FROM ${name} WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?`,
      [first, last, limit],
    );
    return raw.map((row) => ({ id: Number(row['id']), values: columns.map((column) => row[column]) }));
  }
}

function isHistory(entity: unknown): boolean {
  return entity instanceof HistoryEntry || isPage(entity);
}

function isPage(entity: unknown): boolean {
  return entity instanceof HistoryPage;
}
