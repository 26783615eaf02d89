import { selectMany, updateMany } from '../../platform/database/set-based';
import type { Transaction } from '../../platform/database/transaction';
import { historyFacts } from '../../platform/history/history-entry.entity';
import { HISTORY_START, type HistoryPlace } from '../../platform/history/history-place';
import { changedSince, entriesToRevert, isForeign } from '../../platform/history/reversal';
import { changeContextOf } from '../engine/change-context';
import type {
  ChangedRecord,
  ChangeLedger,
  JobContext,
  JobScope,
  LedgerEntry,
  ReadyRow,
  RowResult,
  ShownChange,
} from '../engine/bulk-importer.contract';
import type { EntityImport } from './entity-import.table';
import type { ImportedRecordHistory } from './imported-record-history.entity';
import type { ImportedRecordHistoryRepository } from './imported-record-history.repository';
import type { ImportedRecord } from './imported-record.entity';
import { RecordField, sameValue } from './record.columns';

const DELETED = 'deletedAt';
const MASK = '********';

/** What taking back a job means for one record: nothing, a reason not to, or values to put back. */
type Plan = { readonly refusal: RowResult['issues'][number] } | { readonly back: ReadonlyMap<string, unknown> };

/** Remembers what jobs did to the records of an entity, in their history, and takes it back. */
export class EntityChangeLedger<T extends ImportedRecord> implements ChangeLedger {
  constructor(
    private readonly definition: EntityImport<T>,
    private readonly history: ImportedRecordHistoryRepository,
  ) {}

  async last(transaction: Transaction, scope: JobScope): Promise<HistoryPlace> {
    return { ...HISTORY_START, entry: await this.history.lastOfJob(transaction, scope) };
  }

  async list(transaction: Transaction, scope: JobScope, after: HistoryPlace, limit: number): Promise<LedgerEntry[]> {
    const secrets = this.definition.columns.filter(({ secret }) => secret === true).map(({ name }): string => name);
    const masked = (value: unknown) => (value === null ? null : MASK);
    const shown = (change: ShownChange): ShownChange =>
      secrets.includes(change.field) ? { ...change, from: masked(change.from), to: masked(change.to) } : change;
    const entries = await this.history.listOfJob(transaction, scope, after.entry, limit);
    return entries.map(({ id, rowNo, recordRef, version, changes }) => ({
      place: { ...after, entry: id },
      pageId: null,
      row: rowNo,
      recordRef,
      version,
      changes: changes.map(shown),
    }));
  }

  async revert(
    transaction: Transaction,
    job: JobContext,
    undone: string,
    rows: readonly ReadyRow<ChangedRecord>[],
  ): Promise<RowResult[]> {
    const records = await this.listLocked(
      transaction,
      job.companyRef,
      'id',
      rows.map(({ value }) => value.recordRef),
    );
    const byId = new Map(records.map((record) => [record.id, record]));
    const histories = await this.history.listOfRecords(transaction, job.companyRef, [...byId.keys()]);
    const holders = await this.holdersOf(transaction, job.companyRef, records);
    const written: T[] = [];
    const entries: Omit<ImportedRecordHistory, 'id' | 'entity'>[] = [];
    const results = rows.map(({ row, value: { recordRef: ref } }): RowResult => {
      const record = byId.get(ref);
      if (record === undefined) return { ...NOTHING_DONE, verdict: 'failed', issues: [GONE] };
      const recordId = String(record[this.definition.key]);
      const plan = planOf(record, histories.get(ref) ?? [], undone, job);
      if ('refusal' in plan) return { ...NOTHING_DONE, verdict: 'failed', recordId, issues: [plan.refusal] };
      const changes = changesBack(record, plan.back);
      if (changes.length === 0) return { ...NOTHING_DONE, recordId };
      const holder = holders.get(recordId);
      const comesBack = changes.some(({ field, to }) => field === DELETED && to === null);
      if (comesBack && holder !== undefined && holder !== ref) {
        return { ...NOTHING_DONE, verdict: 'failed', recordId, issues: [keyTaken(this.definition.key, recordId)] };
      }
      const next = reverted(record, changes, job.at);
      byId.set(ref, next);
      written.push(next);
      entries.push({ ...historyFacts(changeContextOf(job), next.version, row), recordRef: ref, changes });
      return { ...NOTHING_DONE, verdict: 'updated', recordId };
    });
    const fields = this.definition.columns.map(({ name }): RecordField<T> => name);
    const changing = [...fields, DELETED, 'deletionKey', 'version', 'updatedAt'] as const;
    await updateMany<T>(transaction, this.definition.entity, written, changing);
    await this.history.insertMany(transaction, entries);
    return results;
  }

  /** Living holders of the keys of deleted records, by key. */
  private async holdersOf(
    transaction: Transaction,
    companyRef: number,
    records: readonly T[],
  ): Promise<Map<string, number>> {
    const { key } = this.definition;
    const keys = records.filter(({ deletionKey }) => deletionKey !== 0).map((record) => String(record[key]));
    const holders = await this.listLocked(transaction, companyRef, key, keys);
    const living = holders.filter(({ deletionKey }) => deletionKey === 0);
    return new Map(living.map((record) => [String(record[key]), record.id]));
  }

  private listLocked(
    transaction: Transaction,
    companyRef: number,
    property: keyof T & string,
    values: readonly string[] | readonly number[],
  ): Promise<T[]> {
    const where: Partial<ImportedRecord> = { companyRef };
    // Every T has the members of ImportedRecord, which the compiler cannot see of a Partial<T>.
    const options = { where: where as Partial<T>, property, values, lock: true };
    return selectMany<T>(transaction, this.definition.entity, options);
  }
}

const NOTHING_DONE: RowResult = { verdict: 'unchanged', recordId: null, issues: [], warnings: [], amount: null };

const GONE = {
  field: null,
  code: 'NOT_FOUND',
  message: 'the record is no longer there; nothing can be taken back',
  rejectedValue: null,
};

/** What the record was before the first entry of the undone job, unless somebody else changed it since. */
function planOf(
  { version }: ImportedRecord,
  entries: readonly ImportedRecordHistory[],
  undone: string,
  { jobId, at }: JobContext,
): Plan {
  const jobs = { undone, undoing: jobId };
  const own = entriesToRevert(entries, version, jobs);
  if ('since' in own) return { refusal: changedSince(entries.findLast((entry) => isForeign(jobs, entry))) };
  if (own[0]?.version === 1) return { back: new Map([[DELETED, at.toISOString()]]) };
  const back = new Map<string, unknown>();
  for (const { field, from } of own.flatMap(({ changes }) => changes)) if (!back.has(field)) back.set(field, from);
  return { back };
}

function keyTaken(field: string, key: string): RowResult['issues'][number] {
  return {
    field,
    code: 'DUPLICATE_VALUE',
    message: `the record stays deleted: another one has its ${field} since`,
    rejectedValue: key,
  };
}

function changesBack(record: ImportedRecord, back: ReadonlyMap<string, unknown>): ShownChange[] {
  const current = record as unknown as Readonly<Record<string, unknown>>;
  return [...back].flatMap(([field, to]) => {
    const from = current[field] instanceof Date ? current[field].toISOString() : (current[field] ?? null);
    // A record that is deleted already stays so, whenever that was.
    const isSame = field === DELETED ? (from === null) === (to === null) : sameValue(from, to);
    return isSame ? [] : [{ field, from, to }];
  });
}

function reverted<T extends ImportedRecord>(record: T, changes: readonly ShownChange[], at: Date): T {
  const next: T = { ...record, version: record.version + 1, updatedAt: at };
  for (const { field, to } of changes) {
    if (field !== DELETED) Object.assign(next, { [field]: to });
    else if (typeof to === 'string') Object.assign(next, { deletedAt: new Date(to), deletionKey: record.id });
    else Object.assign(next, { deletedAt: null, deletionKey: 0 });
  }
  return next;
}
