import { Injectable } from '@nestjs/common';
import { ChunkPage } from '../../platform/history/chunk-page';
import type { ChangeContext } from '../../platform/history/history-entry.entity';
import { LostRace } from '../../platform/database/database.errors';
import { Transaction } from '../../platform/database/transaction';
import { forEachGivingWay } from '../../platform/event-loop/give-way';
import { CampaignRecordRepository, RecordDocument, RecordOwner } from './campaign-record.repository';
import { changesBetween, JsonObject, mergeDocument } from './document-merge';
import { type RecordChange, recordHistoryEntry, RecordOutcome, RecordUpdate, refused } from './record-change';
import { RecordHistoryRepository } from './record-history.repository';
import { CONFLICT, MISSING } from './record.issues';

/** Largest document a record can grow to by being merged. */
const MOST_BYTES = 256 * 1024;

/** A record as it stands after the updates of a batch so far. */
interface RecordDraft {
  readonly before: RecordDocument;
  record: RecordDocument;
  document: JsonObject;
}

/** Merges changes into many records in a few statements inside the caller's transaction. Single requests go the same way. */
@Injectable()
export class RecordUpdateService {
  constructor(
    private readonly records: CampaignRecordRepository,
    private readonly history: RecordHistoryRepository,
  ) {}

  /**
   * Applies the updates in order; outcomes stand in the same order. Without a lock it reads, merges and writes what still
   * has the version that was read.
   *
   * @param lock holds the records from the first read on: slower, but cannot lose a race
   * @throws LostRace when a record moved on meanwhile: the transaction must be run again
   */
  async apply(
    transaction: Transaction,
    context: ChangeContext,
    campaignRef: number,
    updates: readonly RecordUpdate[],
    lock: boolean,
  ): Promise<RecordOutcome[]> {
    const owner = { companyRef: context.companyRef, campaignRef };
    const drafts = await this.load(transaction, owner, updates, lock);
    const entries: RecordChange[] = [];
    const outcomes: RecordOutcome[] = [];
    await forEachGivingWay(updates, (update) => {
      const draft = drafts.get(update.recordId);
      outcomes.push(draft === undefined ? { ...missing(), isRetried: true } : change(context, draft, update, entries));
    });
    const changed = [...drafts.values()].filter(({ record, before }) => record !== before);
    const page = ChunkPage.of(context);
    const written = changed.map(({ record: { id, data, version }, before }) => {
      const historyPage = page?.take(before) ?? before.historyPage;
      return { row: { id, data, version, updatedAt: context.at, historyPage }, from: before.version };
    });
    // Made ready before its turn comes: from then on the database is to have no pause.
    const writeRecords = await this.records.prepareVersioned(transaction, written);
    const writeHistory = await this.history.prepareInsert(transaction, entries, page);
    await context.beforeWriting?.(outcomes.some(({ outcome }) => outcome === 'failed'));
    if (!(await writeRecords())) throw new LostRace();
    await writeHistory();
    return outcomes;
  }

  /** What is not found is looked for a second time: another call may just be adding it. */
  private async load(
    transaction: Transaction,
    owner: RecordOwner,
    updates: readonly RecordUpdate[],
    lock: boolean,
  ): Promise<Map<string, RecordDraft>> {
    const ids = updates.map(({ recordId }) => recordId);
    const found = await this.records.listDocuments(transaction, owner, ids, lock);
    const known = new Set(found.map(({ recordId }) => recordId));
    const rest = ids.filter((id) => !known.has(id));
    const late = await this.records.listDocuments(transaction, owner, rest, lock);
    const drafts = new Map<string, RecordDraft>();
    await forEachGivingWay([...found, ...late], (record) =>
      drafts.set(record.recordId, { before: record, record, document: JSON.parse(record.data) as JsonObject }),
    );
    return drafts;
  }
}

function missing(): RecordOutcome {
  return refused(MISSING, 'Document not found');
}

function change(
  context: ChangeContext,
  draft: RecordDraft,
  { row, recordId, data, ifVersion }: RecordUpdate,
  entries: RecordChange[],
): RecordOutcome {
  const { record, document } = draft;
  if (ifVersion !== undefined && ifVersion !== record.version) {
    const message = `[${recordId}]: version conflict, current version [${record.version}] is different than the one provided [${ifVersion}]`;
    return refused(CONFLICT, message, record);
  }
  const merged = mergeDocument(document, data);
  const changes = changesBetween(document, merged);
  if (changes.length === 0) return { outcome: 'unchanged', record, issues: [] };
  const text = JSON.stringify(merged);
  const bytes = Buffer.byteLength(text);
  if (bytes > MOST_BYTES) {
    return refused('DOCUMENT_TOO_LARGE', `The document would have ${bytes} bytes; it can have ${MOST_BYTES}`, record);
  }
  draft.document = merged;
  draft.record = { ...record, data: text, version: record.version + 1 };
  entries.push(recordHistoryEntry(context, draft.record, row, changes));
  return { outcome: 'updated', record: draft.record, issues: [] };
}
