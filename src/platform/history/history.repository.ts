import type { Type } from '@nestjs/common';
import { LessThan, LessThanOrEqual, MoreThanOrEqual, type FindOptionsWhere } from 'typeorm';
import { insertHistoryApart, prepareHistory, preparePages } from '../audit/audited-history';
import { entityTable } from '../database/entity-table';
import { selectAfter, selectMany, updateMany, type Write } from '../database/set-based';
import type { Transaction } from '../database/transaction';
import type { ChunkPage, PagedRecord } from './chunk-page';
import type { HistoryEntry } from './history-entry.entity';
import type { HistoryPage } from './history-page.entity';
import type { Change, HistoryPlace, PlacedChange } from './history-place';
import type { Reversal } from './reversal';
import { type PagedChange, type Told, toPages, unpacked } from './packed-change';

/** Pages of a job read at once, each with the changes of a chunk. */
const PAGES_AT_ONCE = 2;

/** One kind of records, and where its history stands. */
export interface HistoryTables<E> {
  readonly entry: Type<E>;
  readonly page: Type<HistoryPage>;
  /** What an entry calls the id of its record. */
  readonly recordRef: keyof E & string;
  /** What the audit trail calls a change, such as `customer.changed`. */
  readonly action: string;
}

/** A record as it was read. */
export interface VersionedRecord extends PagedRecord {
  readonly companyRef: number;
  readonly version: number;
}

/** Which changes of a record are wanted; all of them, if nothing is said. */
export interface HistorySearch {
  readonly limit?: number;
  /** Versions before this one alone. */
  readonly before?: number;
}

/**
 * The history of one kind of records. What chunks of jobs change stands in pages, what single requests change in entries
 * of their own; both are read as one.
 */
export abstract class HistoryRepository<E extends HistoryEntry & Told> {
  protected constructor(private readonly tables: HistoryTables<E>) {}

  /** Writes entries, into the page of their chunk where there is one. */
  async insertMany(
    transaction: Transaction,
    entries: readonly Change<E>[],
    page: ChunkPage | null = null,
  ): Promise<void> {
    await (
      await this.prepareInsert(transaction, entries, page)
    )();
  }

  /** Writes entries of several requests of one company, one entry of each. @param requestIds in the order of the entries */
  insertApart(
    transaction: Transaction,
    entries: readonly Change<E>[],
    requestIds: readonly (string | null)[],
  ): Promise<void> {
    const { entry, action } = this.tables;
    return insertHistoryApart<E>(transaction, entry, action, entries, requestIds);
  }

  /** Like `insertMany`, in two steps. */
  async prepareInsert(
    transaction: Transaction,
    entries: readonly Change<E>[],
    page: ChunkPage | null = null,
  ): Promise<Write> {
    const { entry, page: pageEntity, action } = this.tables;
    if (page === null) return prepareHistory<E>(transaction, entry, action, entries);
    const pages = await toPages(page, entries as readonly Told[], (one) => this.refOf(one as Change<E>));
    return preparePages<E>(transaction, pageEntity, action, entries, pages);
  }

  /** Changes that made a record what it is in the version that is given, newest first. */
  async list(
    transaction: Transaction,
    record: VersionedRecord,
    { limit = Infinity, before = Infinity }: HistorySearch = {},
  ): Promise<Change<E>[]> {
    const { companyRef, version: current } = record;
    // Of what was changed since the record was read, its page is not known: entries of that would leave gaps.
    const search = { limit, before: Math.min(before, current + 1) };
    const found: Change<E>[] = await this.listEntries(transaction, companyRef, record, search);
    let paged = 0;
    for await (const { page, changes } of this.walk(transaction, companyRef, record)) {
      const wanted = changes.filter(({ version }) => version < search.before);
      found.push(...wanted.map((change) => this.changeOf(page, change)));
      paged += wanted.length;
      if (paged >= limit) break;
    }
    return found.sort((a, b) => b.version - a.version).slice(0, limit);
  }

  /** Like `list`, those with a row of their own alone. */
  listEntries(
    transaction: Transaction,
    companyRef: number,
    { id }: PagedRecord,
    { limit = Infinity, before = Infinity }: HistorySearch = {},
  ): Promise<E[]> {
    const { entry, recordRef } = this.tables;
    const where = { companyRef, [recordRef]: id, ...(before !== Infinity && { version: LessThan(before) }) };
    // The compiler cannot see that every E has these members.
    return transaction.find<HistoryEntry>(entry, {
      where: where as FindOptionsWhere<HistoryEntry>,
      order: { version: 'DESC' },
      ...(limit !== Infinity && { take: limit }),
    }) as Promise<E[]>;
  }

  /** Pages in which changes of a record stand, locked until the transaction ends: others have changes in them, too. */
  async listPagesLocked(transaction: Transaction, companyRef: number, record: PagedRecord): Promise<HistoryPage[]> {
    const values: number[] = [];
    for await (const { page } of this.walk(transaction, companyRef, record)) values.push(page.id);
    return this.selectPages(transaction, { where: { companyRef }, property: 'id', values, lock: true });
  }

  /** Changes of a record from that version on, oldest first. */
  async listSince(transaction: Transaction, record: VersionedRecord, since: number): Promise<Change<E>[]> {
    const limit = record.version - since + 1;
    return (await this.list(transaction, record, { limit })).reverse();
  }

  /** Changes of records in those pages, and all that have a row of their own; by record, oldest first. */
  async listOfRecords(
    transaction: Transaction,
    companyRef: number,
    records: readonly Pick<Reversal, 'recordRef' | 'pageIds'>[],
  ): Promise<Map<number, Change<E>[]>> {
    const recordRefs = records.map(({ recordRef: ref }) => ref);
    const pageIds = [...new Set(records.flatMap((record) => record.pageIds))];
    const found = new Map<number, Change<E>[]>(recordRefs.map((ref) => [ref, []]));
    const where = { companyRef };
    const { entry, recordRef } = this.tables;
    const search = { where: where as Partial<E>, property: recordRef, values: recordRefs };
    for (const one of await selectMany(transaction, entry, search)) found.get(this.refOf(one))?.push(one);
    for (const page of await this.selectPages(transaction, { where, property: 'id', values: pageIds })) {
      for (const change of this.unpacked(page)) found.get(change.recordRef)?.push(this.changeOf(page, change));
    }
    for (const changes of found.values()) changes.sort((a, b) => a.version - b.version);
    return found;
  }

  /** How far the history of a job goes. */
  async lastOfJob(transaction: Transaction, companyRef: number, jobId: string): Promise<HistoryPlace> {
    // One statement, and not of TypeORM: it is asked for each chunk of a dry run.
    const last = (entity: Type<unknown>) =>
      `(SELECT MAX(id) FROM ${entityTable(transaction.dataSource, entity).name} WHERE company_ref = ? AND job_id = ?)`;
    const [place] = await transaction.query<{ entry: number | null; page: number | null }[]>(
      `SELECT ${last(this.tables.entry)} AS entry, ${last(this.tables.page)} AS page`,
      [companyRef, jobId, companyRef, jobId],
    );
    return { entry: place?.entry ?? 0, page: place?.page ?? 0 };
  }

  /** Changes of a job behind a place, those in pages first; some `limit` of them, and none at the end. */
  async listOfJob(
    transaction: Transaction,
    companyRef: number,
    jobId: string,
    after: HistoryPlace,
    limit: number,
  ): Promise<PlacedChange<E>[]> {
    const { entry, page: pageEntity } = this.tables;
    const job = { companyRef, jobId };
    const some = { after: after.page, limit: PAGES_AT_ONCE };
    const pages = await selectAfter(transaction, pageEntity, job, some);
    const paged = pages.flatMap((page) =>
      this.unpacked(page).map((change) => {
        const place = { entry: after.entry, page: page.id };
        return { change: this.changeOf(page, change), place, pageId: page.id };
      }),
    );
    if (paged.length > 0) return paged;
    const entries = await selectAfter<E>(transaction, entry, job as Partial<E>, { after: after.entry, limit });
    return entries.map((one) => ({ change: one, place: { entry: one.id, page: after.page }, pageId: null }));
  }

  /** Which row of a job changed each of those records, as far as no other job did since. */
  async findRowsOfJob(
    transaction: Transaction,
    companyRef: number,
    jobId: string,
    records: readonly PagedRecord[],
  ): Promise<Map<number, number>> {
    const { entry, recordRef } = this.tables;
    const where = { companyRef, jobId };
    const refs = records.map(({ id }) => id);
    const heads = records.flatMap(({ historyPage }) => historyPage ?? []);
    const pages = await this.selectPages(transaction, { where, property: 'pageRef', values: heads });
    const search = { where: where as Partial<E>, property: recordRef, values: refs };
    const entries = await selectMany(transaction, entry, search);
    const rows = new Map(entries.map((one) => [this.refOf(one), one.rowNo ?? 0]));
    const wanted = new Set(refs);
    for (const change of pages.flatMap((page) => this.unpacked(page))) {
      if (wanted.has(change.recordRef)) rows.set(change.recordRef, change.rowNo ?? 0);
    }
    return rows;
  }

  /** Writes what entries tell anew. */
  replaceChanges(transaction: Transaction, entries: readonly E[]): Promise<void> {
    return updateMany(transaction, this.tables.entry, entries, ['changes']);
  }

  /** Writes pages anew that were read by `listPagesLocked` or like it. */
  replacePages(transaction: Transaction, pages: readonly HistoryPage[]): Promise<void> {
    return updateMany(transaction, this.tables.page, pages, ['changes']);
  }

  protected selectPages(
    transaction: Transaction,
    search: {
      readonly where: Partial<HistoryPage>;
      readonly property: 'id' | 'pageRef';
      readonly values: readonly number[];
      readonly lock?: boolean;
    },
  ): Promise<HistoryPage[]> {
    return selectMany(transaction, this.tables.page, search);
  }

  private unpacked(page: HistoryPage): PagedChange<E['changes'][number]>[] {
    return unpacked(page);
  }

  private refOf(entry: Change<E>): number {
    return (entry as Readonly<Record<string, unknown>>)[this.tables.recordRef] as number;
  }

  /** A change in a page as the entry it would be. */
  private changeOf(page: HistoryPage, change: PagedChange<E['changes'][number]>): Change<E> {
    const { companyRef, changedAt, changedBy, jobId } = page;
    const { recordRef, version, rowNo, changes } = change;
    const ref = this.tables.recordRef;
    // Every E has these members and no other, which the compiler cannot see.
    return {
      companyRef,
      version,
      changedAt,
      changedBy,
      jobId,
      rowNo,
      [ref]: recordRef,
      changes,
    } as unknown as Change<E>;
  }

  /** The pages a record has changes in, and these; newest first. */
  private async *walk(
    transaction: Transaction,
    companyRef: number,
    { id, historyPage }: PagedRecord,
  ): AsyncGenerator<{ page: HistoryPage; changes: PagedChange<E['changes'][number]>[] }> {
    // What the service writes never leads back; pages that somebody altered must not keep it reading for ever.
    const seen = new Set<number>();
    for (let pageRef = historyPage; pageRef !== null && !seen.has(pageRef);) {
      seen.add(pageRef);
      const pages = await transaction.find(this.tables.page, {
        where: { companyRef, pageRef, leastRef: LessThanOrEqual(id), greatestRef: MoreThanOrEqual(id) },
        order: { id: 'DESC' },
      });
      const found = pages.map((page) => {
        return { page, changes: this.unpacked(page).filter(({ recordRef }) => recordRef === id) };
      });
      yield* found.filter(({ changes }) => changes.length > 0);
      pageRef = found.flatMap(({ changes }) => changes)[0]?.before ?? null;
    }
  }
}
