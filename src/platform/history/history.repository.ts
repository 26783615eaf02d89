import type { Type } from '@nestjs/common';
import { LessThan, type FindOptionsWhere } from 'typeorm';
import { insertHistoryApart, prepareHistory, preparePages } from '../audit/audited-history';
import { entityTable } from '../database/entity-table';
import { selectAfter, selectMany, updateMany, type Write } from '../database/set-based';
import type { Transaction } from '../database/transaction';
import type { ChunkPage, PagedRecord } from './chunk-page';
import type { HistoryEntry } from './history-entry.entity';
import type { HistoryPage } from './history-page.entity';
import type { Change, HistoryPlace, PlacedChange } from './history-place';
import type { Reversal } from './reversal';
import { HistoryPages, type PageTables } from './history-pages.repository';
import { type Told, type ToldBy, toPages, unpackedOf } from './packed-change';

/** One kind of records, and where its history stands. */
export interface HistoryTables<E> extends PageTables<E> {
  readonly entry: Type<E>;
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
  protected readonly pages: HistoryPages<E>;

  protected constructor(private readonly tables: HistoryTables<E>) {
    this.pages = new HistoryPages(tables);
  }

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
    for await (const { page, changes } of this.pages.walk(transaction, companyRef, record)) {
      const wanted = changes.filter(({ version }) => version < search.before);
      found.push(...wanted.map((change) => this.pages.entryOf(page, change)));
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

  /** Like `listEntries`, all of them, in no order, locked until the transaction ends. */
  listEntriesLocked(transaction: Transaction, companyRef: number, { id }: PagedRecord): Promise<E[]> {
    const { entry, recordRef } = this.tables;
    const where = { companyRef } as Partial<E>;
    return selectMany(transaction, entry, { where, property: recordRef, values: [id], lock: true });
  }

  /** Pages in which changes of a record stand, locked until the transaction ends: others have changes in them, too. */
  async listPagesLocked(transaction: Transaction, companyRef: number, record: PagedRecord): Promise<HistoryPage[]> {
    const values: number[] = [];
    for await (const { page } of this.pages.walk(transaction, companyRef, record)) values.push(page.id);
    return this.pages.select(transaction, { where: { companyRef }, property: 'id', values, lock: true });
  }

  /** Of each of some records of one company its newest change since a version that fits; of some there may be none. */
  async listLatest(
    transaction: Transaction,
    records: readonly (VersionedRecord & { readonly since: number })[],
    fits: (change: Change<E>) => boolean,
  ): Promise<Map<number, Change<E>>> {
    const [first] = records;
    if (first === undefined) return new Map();
    const { companyRef } = first;
    const sinceOf = new Map(records.map(({ id, since }) => [id, since]));
    const latest = new Map<number, Change<E>>();
    const versionOf = (ref: number) => latest.get(ref)?.version ?? (sinceOf.get(ref) ?? 0) - 1;
    const take = (ref: number, change: Change<E>) => {
      if (change.version > versionOf(ref) && fits(change)) latest.set(ref, change);
    };
    const { entry, recordRef } = this.tables;
    const where = { companyRef } as Partial<E>;
    const entries = await selectMany(transaction, entry, { where, property: recordRef, values: [...sinceOf.keys()] });
    for (const one of entries) take(this.refOf(one), one);
    let open = new Map(records.flatMap(({ id, historyPage }) => (historyPage === null ? [] : [[id, historyPage]])));
    // Each turn goes a version back at least: pages that somebody altered must not keep it reading for ever.
    const turns = Math.max(0, ...records.map(({ version, since }) => version - since + 1));
    for (let turn = 0; turn < turns && open.size > 0; turn++) {
      const further = new Map<number, number>();
      for await (const page of this.pages.some(transaction, { companyRef }, 'pageRef', open.values())) {
        for (const change of unpackedOf<ToldBy<E>>(page, open)) {
          const { recordRef: ref, version, before } = change;
          if (open.get(ref) !== page.pageRef) continue;
          take(ref, this.pages.entryOf(page, change));
          if (before !== null && versionOf(ref) < version) further.set(ref, before);
        }
      }
      open = further;
    }
    return latest;
  }

  /** Changes of records in those pages, and all that have a row of their own; by record, oldest first. */
  async listOfRecords(
    transaction: Transaction,
    companyRef: number,
    records: readonly Pick<Reversal, 'recordRef' | 'pageIds'>[],
  ): Promise<Map<number, Change<E>[]>> {
    const recordRefs = records.map(({ recordRef: ref }) => ref);
    const pageIds = records.flatMap((record) => record.pageIds);
    const found = new Map<number, Change<E>[]>(recordRefs.map((ref) => [ref, []]));
    const where = { companyRef };
    const { entry, recordRef } = this.tables;
    const search = { where: where as Partial<E>, property: recordRef, values: recordRefs };
    for (const one of await selectMany(transaction, entry, search)) found.get(this.refOf(one))?.push(one);
    for await (const page of this.pages.some(transaction, where, 'id', pageIds)) {
      for (const change of unpackedOf<ToldBy<E>>(page, found)) {
        found.get(change.recordRef)?.push(this.pages.entryOf(page, change));
      }
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
    const paged = await this.pages.listOfJob(transaction, companyRef, jobId, after);
    if (paged.length > 0) return paged;
    const job = { companyRef, jobId } as Partial<E>;
    const entries = await selectAfter<E>(transaction, this.tables.entry, job, { after: after.entry, limit });
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
    const refs = new Set(records.map(({ id }) => id));
    const search = { where: where as Partial<E>, property: recordRef, values: [...refs] };
    const entries = await selectMany(transaction, entry, search);
    const rows = new Map(entries.map((one) => [this.refOf(one), one.rowNo ?? 0]));
    const heads = records.flatMap(({ historyPage }) => historyPage ?? []);
    for await (const page of this.pages.some(transaction, where, 'pageRef', heads)) {
      for (const { recordRef: ref, rowNo } of unpackedOf<ToldBy<E>>(page, refs)) rows.set(ref, rowNo ?? 0);
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

  private refOf(entry: Change<E>): number {
    return (entry as Readonly<Record<string, unknown>>)[this.tables.recordRef] as number;
  }
}
