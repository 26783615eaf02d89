import type { Type } from '@nestjs/common';
import { prepareInsert, type Write } from '../database/set-based';
import { entityTable } from '../database/entity-table';
import type { Transaction } from '../database/transaction';
import { forEachGivingWay } from '../event-loop/give-way';
import type { HistoryEntry } from '../history/history-entry.entity';
import type { HistoryPage } from '../history/history-page.entity';
import type { Told } from '../history/packed-change';
import type { AuditEvent } from './audit-event';
import type { AuditSeal } from './audit-seal';
import { toSpans } from './id-spans';

const MOST_NAMES = 100;
const MOST_NAME_CHARACTERS = 64;

/** A history entry with what it tells. */
type ToldEntry = HistoryEntry & Told & { readonly customerRef?: number; readonly recordRef?: number };

/** Whoever puts down what is written to the histories of one database. */
interface Witness {
  readonly seal: AuditSeal;
  record(transaction: Transaction, ...events: readonly AuditEvent[]): Promise<void>;
}

const witnesses = new WeakMap<object, Witness>();

/** From now on what is written to a history of that database is put down by the witness. */
export function useForHistory({ dataSource }: Transaction, witness: Witness): void {
  witnesses.set(dataSource, witness);
}

/**
 * Writes history entries and one audit entry that vouches for them. All entries are of one company, one caller and, if
 * any, one job, as those of a chunk or of a single request are.
 *
 * @param action such as `customer.changed`
 */
export async function insertHistory<T extends ToldEntry>(
  transaction: Transaction,
  entity: Type<T>,
  action: string,
  entries: readonly Omit<T, 'id'>[],
): Promise<void> {
  await (
    await prepareHistory(transaction, entity, action, entries)
  )();
}

/**
 * Writes history entries of several requests, one entry of each, and for each an audit entry that names its request.
 *
 * @param entries of one company; callers may differ
 * @param requestIds of the entries, in their order; null outside of a request
 */
export async function insertHistoryApart<T extends ToldEntry>(
  transaction: Transaction,
  entity: Type<T>,
  action: string,
  entries: readonly Omit<T, 'id'>[],
  requestIds: readonly (string | null)[],
): Promise<void> {
  const events = entries.flatMap((entry, at) =>
    factsOf(action, [entry]).map((facts) => ({ ...facts, requestId: requestIds[at] ?? null })),
  );
  const write = await prepareVouched(transaction, entity, entries, events);
  await write();
}

/** Like `insertHistory`, in two steps. */
export function prepareHistory<T extends ToldEntry>(
  transaction: Transaction,
  entity: Type<T>,
  action: string,
  entries: readonly Omit<T, 'id'>[],
): Promise<Write> {
  return prepareVouched(transaction, entity, entries, factsOf(action, entries));
}

/** Like `prepareHistory`, for entries that stand in the pages of their chunk. @param pages made of the entries */
export function preparePages<T extends ToldEntry>(
  transaction: Transaction,
  entity: Type<HistoryPage>,
  action: string,
  entries: readonly Omit<T, 'id'>[],
  pages: readonly Omit<HistoryPage, 'id'>[],
): Promise<Write> {
  return prepareVouched(transaction, entity, pages, factsOf(action, entries));
}

/** @param events one that vouches for all rows, or one for each of them; none when there is nothing to write */
async function prepareVouched<T extends HistoryEntry | HistoryPage>(
  transaction: Transaction,
  entity: Type<T>,
  rows: readonly Omit<T, 'id'>[],
  events: readonly AuditEvent[],
): Promise<Write> {
  if (events.length === 0) return () => Promise.resolve();
  const witness = witnessOf(transaction);
  const { seal } = witness;
  const { parameters, write } = await prepareInsert(transaction, entity, rows);
  const texts: string[] = [];
  await forEachGivingWay(parameters, (values) => texts.push(seal.rowText(values)));
  const historyTable = entityTable(transaction.dataSource, entity).name;
  return async () => {
    const ids = await write();
    const fingerprints: string[] = [];
    await forEachGivingWay(ids, (id, at) => fingerprints.push(seal.fingerprintOf(id, texts[at] ?? '')));
    const sealed = events.map((event, at): AuditEvent => {
      const [first, end] = events.length === 1 ? [0, ids.length] : [at, at + 1];
      const historyIds = toSpans(ids.slice(first, end));
      return { ...event, historyTable, historyIds, digest: seal.digest(fingerprints.slice(first, end)) };
    });
    await witness.record(transaction, ...sealed);
  };
}

/** What one audit entry says of these changes; nothing when there are none. */
function factsOf(action: string, entries: readonly Omit<ToldEntry, 'id'>[]): AuditEvent[] {
  const [first] = entries;
  if (first === undefined) return [];
  const facts = {
    recordedAt: first.changedAt,
    companyRef: first.companyRef,
    actor: first.changedBy,
    action,
    subject: entries.length === 1 ? String(first.customerRef ?? first.recordRef) : null,
    jobId: first.jobId,
    jobRows: spanOfRows(entries),
    fieldNames: namesOf(entries),
    times: entries.length,
  };
  return [facts];
}

function witnessOf({ dataSource }: Transaction): Witness {
  const witness = witnesses.get(dataSource);
  if (witness === undefined) throw new Error('The audit trail of this database has not begun');
  return witness;
}

/** First and last row of the job; null outside of one. */
function spanOfRows(rows: readonly Told[]): string | null {
  let span: [number, number] | null = null;
  for (const { rowNo } of rows) {
    if (rowNo === null) continue;
    span = span === null ? [rowNo, rowNo] : [Math.min(span[0], rowNo), Math.max(span[1], rowNo)];
  }
  return span?.join('-') ?? null;
}

/** Names of the fields that were changed, without the ids in them; of a document its outermost members. */
function namesOf(rows: readonly Told[]): string[] {
  const fields = new Set<string>();
  for (const { changes } of rows) for (const { field } of changes) fields.add(field);
  const names = [...fields].map((field) => field.replace(/\[[^\]]*\]/g, '').replace(/\/.*$/, ''));
  return [...new Set(names.map((name) => name.slice(0, MOST_NAME_CHARACTERS)))].sort().slice(0, MOST_NAMES);
}
