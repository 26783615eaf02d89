import type { Transaction } from '../database/transaction';
import type { CodedIssue } from '../validation/coded-issue';
import type { HistoryEntry } from './history-entry.entity';
import type { Change } from './history-place';
import type { HistoryRepository, VersionedRecord } from './history.repository';
import type { Told } from './packed-change';
import { changedSince, entriesToRevert, isForeign, type UndoingJobs } from './reversal';

/** What of a record is to be taken back, oldest first, or why nothing is. */
export type ReversalPlan<E extends HistoryEntry> =
  { readonly own: readonly Change<E>[] } | { readonly issue: CodedIssue };

/**
 * Plans of records by their ids. Who changed those that are kept is looked up for all of them together: one by one it
 * took 5,000 of them 40 s.
 *
 * @param entries of the records, oldest first; all of the two jobs
 */
export async function planReversals<E extends HistoryEntry & Told>(
  transaction: Transaction,
  history: HistoryRepository<E>,
  records: readonly VersionedRecord[],
  entries: ReadonlyMap<number, readonly Change<E>[]>,
  jobs: UndoingJobs,
): Promise<Map<number, ReversalPlan<E>>> {
  const plans = new Map<number, ReversalPlan<E>>();
  const kept: (VersionedRecord & { readonly since: number })[] = [];
  for (const record of records) {
    const own = entriesToRevert(entries.get(record.id) ?? [], record.version, jobs);
    if ('since' in own) kept.push({ ...record, since: own.since });
    else plans.set(record.id, { own });
  }
  const latest = await history.listLatest(transaction, kept, (change) => isForeign(jobs, change));
  for (const { id } of kept) plans.set(id, { issue: changedSince(latest.get(id)) });
  return plans;
}
