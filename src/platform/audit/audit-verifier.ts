import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../database/unit-of-work';
import type { AuditEntry } from './audit-entry.entity';
import type { AuditHead } from './audit-head.entity';
import { AuditRepository, EntrySearch, StoredEntry, type StoredHistoryRow } from './audit.repository';
import { AuditSealer } from './audit-sealer';
import { AuditTrail } from './audit-trail';
import { AuditFault, ChainCheck } from './chain-check';
import { HistoryCheck } from './history-check';

const PAGE = 1_000;
const MOST_FAULTS = 100;
const MOST_ATTEMPTS = 3;

/** What a check of the audit trail came to. */
export interface AuditReport {
  readonly intact: boolean;
  readonly entries: number;
  readonly historyRows: number;
  /** End of the chain, `<place>:<hash>`; noted elsewhere, it shows later whether the chain was exchanged as a whole. */
  readonly head: string;
  /** The first hundred, in the order of the chain. */
  readonly faults: readonly AuditFault[];
}

/** Checks the chain of audit entries, and the histories against it. The service may run meanwhile. */
@Injectable()
export class AuditVerifier {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly entries: AuditRepository,
    private readonly sealer: AuditSealer,
    private readonly trail: AuditTrail,
  ) {}

  /**
   * Links what waits to be linked, and checks everything.
   *
   * @param noted a `head` of before, which must be in the chain
   */
  async verify(noted?: string): Promise<AuditReport> {
    for (let attempt = 1; ; attempt++) {
      const { report, isOutdated } = await this.check(noted);
      if (!isOutdated || attempt >= MOST_ATTEMPTS) return report;
    }
  }

  /** Linked entries in the order of the chain, as far as they fit the search. @param after place in the chain */
  list(search: EntrySearch, after = 0): AsyncGenerator<AuditEntry> {
    const read = (place: number) =>
      this.unitOfWork.read((transaction) => this.entries.list(transaction, search, place, PAGE));
    return pagedFrom(after, read, ({ sequenceNo }) => sequenceNo);
  }

  private async check(noted?: string): Promise<{ report: AuditReport; isOutdated: boolean }> {
    await this.link();
    const { head, heads, tables } = await this.unitOfWork.read(async (transaction) => ({
      head: await this.entries.findHead(transaction),
      heads: await this.entries.countHeads(transaction),
      tables: this.entries.historyTables(transaction),
    }));
    const chain = new ChainCheck(this.trail.seal);
    const histories = new Map(tables.map((table) => [table, new HistoryCheck(table, this.trail.seal)]));
    let isNotedThere = noted === undefined;
    for await (const stored of this.chain(0)) {
      const { historyTable, sequenceNo, hash } = stored.entry;
      if (chain.next(stored) && historyTable !== null) histories.get(historyTable)?.add(stored.entry);
      if (`${sequenceNo}:${hash}` === noted) isNotedThere = true;
    }
    chain.finish(head, heads);
    const before = lastBefore(head);
    for (const [table, history] of histories) await this.readHistory(table, history, before[table] ?? 0);
    const later = await this.entriesBehind(chain.end.sequenceNo);
    const faults = [...chain.faults, ...[...histories.values()].flatMap((history) => history.faults(later))];
    if (!isNotedThere) {
      const fault = `the head ${noted} is not in the chain: it was exchanged, or cut off, since`;
      faults.push({ sequenceNo: null, entryId: null, fault });
    }
    faults.sort((a, b) => (a.sequenceNo ?? Infinity) - (b.sequenceNo ?? Infinity));
    const report = {
      intact: faults.length === 0,
      entries: chain.count,
      historyRows: [...histories.values()].reduce((sum, { count }) => sum + count, 0),
      head: `${chain.end.sequenceNo}:${chain.end.hash}`,
      faults: faults.slice(0, MOST_FAULTS),
    };
    // Rows that were written anew under our eyes look changed.
    return { report, isOutdated: faults.length > 0 && later.some(({ rewritten }) => rewritten !== null) };
  }

  /** Where the end of the chain was forged nothing can be linked; the check says so then. */
  private async link(): Promise<void> {
    await this.sealer.seal().catch(() => undefined);
  }

  private async readHistory(table: string, history: HistoryCheck, after: number): Promise<void> {
    history.begin();
    for (let last: number | undefined = after; last !== undefined;) {
      const span: readonly [number, number] = [last + 1, Number.MAX_SAFE_INTEGER];
      const rows: StoredHistoryRow[] = await this.unitOfWork.read((transaction) =>
        this.entries.listHistory(transaction, table, span),
      );
      for (const row of rows) history.row(row);
      last = rows.at(-1)?.id;
    }
  }

  /** Genuine entries that were put down since the check began. */
  private async entriesBehind(place: number): Promise<AuditEntry[]> {
    await this.link();
    const later: AuditEntry[] = [];
    for await (const { entry, values } of this.chain(place)) {
      if (this.trail.seal.ofEntry(values) === entry.mac) later.push(entry);
    }
    return later;
  }

  /** Linked entries behind that place. */
  private chain(after: number): AsyncGenerator<StoredEntry> {
    const read = (place: number) =>
      this.unitOfWork.read((transaction) => this.entries.listStored(transaction, place, PAGE));
    return pagedFrom(after, read, ({ entry }) => entry.sequenceNo);
  }
}

/** All there is behind a place in the chain, read page by page. */
async function* pagedFrom<T>(
  after: number,
  read: (place: number) => Promise<readonly T[]>,
  placeOf: (one: T) => number | null,
): AsyncGenerator<T> {
  for (let place: number | null = after; place !== null;) {
    const page: readonly T[] = await read(place);
    yield* page;
    const last = page.at(-1);
    place = page.length < PAGE || last === undefined ? null : placeOf(last);
  }
}

/** Last history row of each table from before the trail began; a note that was changed hides none. */
function lastBefore(head: AuditHead | null): Readonly<Record<string, number>> {
  try {
    return JSON.parse(head?.beforeAudit ?? '{}') as Record<string, number>;
  } catch {
    return {};
  }
}
