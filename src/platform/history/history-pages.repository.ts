import type { Type } from '@nestjs/common';
import { LessThanOrEqual, MoreThanOrEqual } from 'typeorm';
import { selectAfter, selectMany } from '../database/set-based';
import type { Transaction } from '../database/transaction';
import { giveWay } from '../event-loop/give-way';
import type { PagedRecord } from './chunk-page';
import type { HistoryEntry } from './history-entry.entity';
import type { HistoryPage } from './history-page.entity';
import type { Change, HistoryPlace, PlacedChange } from './history-place';
import { type PagedChange, type Told, type ToldBy, unpacked, unpackedOf } from './packed-change';

/** Pages read at once of which few changes are wanted. Each has those of a chunk: a megabyte of text, rarely more. */
const PAGES_AT_ONCE = 8;
/** Pages read at once of which all changes are wanted. */
const WHOLE_PAGES_AT_ONCE = 2;

/** One kind of records, and where the pages of its history stand. */
export interface PageTables<E> {
  readonly page: Type<HistoryPage>;
  /** What an entry calls the id of its record. */
  readonly recordRef: keyof E & string;
}

/** Reads of the pages of a history. */
export class HistoryPages<E extends HistoryEntry & Told> {
  constructor(private readonly tables: PageTables<E>) {}

  select(
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

  /** Pages with one of those numbers, a few at a time: a chunk may have to do with hundreds of them. */
  async *some(
    transaction: Transaction,
    where: Partial<HistoryPage>,
    property: 'id' | 'pageRef',
    numbers: Iterable<number>,
  ): AsyncGenerator<HistoryPage> {
    const all = [...new Set(numbers)];
    for (let start = 0; start < all.length; start += PAGES_AT_ONCE) {
      const values = all.slice(start, start + PAGES_AT_ONCE);
      for (const page of await this.select(transaction, { where, property, values })) {
        yield page;
        await giveWay();
      }
    }
  }

  /** The pages a record has changes in, and these; newest first. */
  async *walk(
    transaction: Transaction,
    companyRef: number,
    { id, historyPage }: PagedRecord,
  ): AsyncGenerator<{ page: HistoryPage; changes: PagedChange<ToldBy<E>>[] }> {
    const one = new Set([id]);
    // What the service writes never leads back; pages that somebody altered must not keep it reading for ever.
    const seen = new Set<number>();
    for (let pageRef = historyPage; pageRef !== null && !seen.has(pageRef);) {
      seen.add(pageRef);
      const pages = await transaction.find(this.tables.page, {
        where: { companyRef, pageRef, leastRef: LessThanOrEqual(id), greatestRef: MoreThanOrEqual(id) },
        order: { id: 'DESC' },
      });
      const found = pages.map((page) => ({ page, changes: unpackedOf<ToldBy<E>>(page, one) }));
      yield* found.filter(({ changes }) => changes.length > 0);
      pageRef = found.flatMap(({ changes }) => changes)[0]?.before ?? null;
      await giveWay();
    }
  }

  /** Changes of a job in its next pages behind a place; none at the end. */
  async listOfJob(
    transaction: Transaction,
    companyRef: number,
    jobId: string,
    after: HistoryPlace,
  ): Promise<PlacedChange<E>[]> {
    const some = { after: after.page, limit: WHOLE_PAGES_AT_ONCE };
    const pages = await selectAfter(transaction, this.tables.page, { companyRef, jobId }, some);
    return pages.flatMap((page) =>
      unpacked<ToldBy<E>>(page).map((change) => {
        const place = { entry: after.entry, page: page.id };
        return { change: this.entryOf(page, change), place, pageId: page.id };
      }),
    );
  }

  /** A change in a page as the entry it would be. */
  entryOf(page: HistoryPage, change: PagedChange<ToldBy<E>>): Change<E> {
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
}
