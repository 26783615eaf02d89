import type { CodedIssue } from '../validation/coded-issue';
import type { HistoryEntry } from './history-entry.entity';
import type { Change } from './history-place';

/** A record whose changes are to be taken back. */
export interface Reversal {
  /** Row of the job that takes them back. */
  readonly row: number;
  readonly recordRef: number;
  /** Pages of the history in which changes of it stand. */
  readonly pageIds: readonly number[];
}

/** What became of one reversal. */
export interface ReversalOutcome {
  readonly outcome: 'updated' | 'unchanged' | 'failed';
  readonly recordId: string | null;
  readonly issue: CodedIssue | null;
}

/** The job whose changes are taken back, and the one that does it. */
export interface UndoingJobs {
  readonly undone: string;
  readonly undoing: string | null;
}

/**
 * The entries of a record that a job wrote and that are to be taken back, oldest first; the version of the first of them
 * when anybody else changed the record since. Each change moves the version by one and has one entry, so the entries of
 * the two jobs must account for every version since.
 *
 * @param entries of the record, oldest first; all of the two jobs
 * @param version of the record now
 */
export function entriesToRevert<E extends Change<HistoryEntry>>(
  entries: readonly E[],
  version: number,
  jobs: UndoingJobs,
): readonly E[] | { readonly since: number } {
  const own = entries.filter(({ jobId }) => jobId === jobs.undone);
  const first = own[0]?.version;
  if (first === undefined) return own;
  const since = entries.filter((entry) => !isForeign(jobs, entry) && entry.version >= first);
  return since.length === version - first + 1 ? own : { since: first };
}

/** Whether anybody else made a change. */
export function isForeign({ undone, undoing }: UndoingJobs, { jobId }: Change<HistoryEntry>): boolean {
  return jobId !== undone && jobId !== undoing;
}

/** The record was changed by somebody else in the meantime. @param entry their newest change */
export function changedSince(entry: Change<HistoryEntry> | undefined): CodedIssue {
  const by = entry?.jobId ?? entry?.changedBy ?? 'somebody';
  const when = entry === undefined ? '' : ` at ${entry.changedAt.toISOString()}`;
  return {
    field: null,
    code: 'CHANGED_SINCE',
    message: `kept as it is, because ${by} changed the record${when}; undo that first, or change the record by hand`,
    rejectedValue: null,
  };
}

/** A change that nothing can bring back. */
export function notReversible(field: string): CodedIssue {
  return {
    field,
    code: 'NOT_REVERSIBLE',
    message: `kept as it is, because what ${field} was before cannot be brought back; change the record by hand`,
    rejectedValue: null,
  };
}
