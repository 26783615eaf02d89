import type { CodedIssue } from '../validation/coded-issue';
import type { HistoryEntry } from './history-entry.entity';

/** A record whose changes are to be taken back. */
export interface Reversal {
  /** Row of the job that takes them back. */
  readonly row: number;
  readonly recordRef: number;
}

/** What became of one reversal. */
export interface ReversalOutcome {
  readonly outcome: 'updated' | 'unchanged' | 'failed';
  readonly recordId: string | null;
  readonly issue: CodedIssue | null;
}

/**
 * True when nobody else changed a record since the first of the entries to be taken back. Each change moves the version
 * by one and has one entry, so the entries must account for every version since.
 *
 * @param own entries to be taken back, oldest first; at least one
 * @param accepted those, and others that may stand behind them
 * @param version of the record now
 */
export function coversAllSince(
  own: readonly HistoryEntry[],
  accepted: readonly HistoryEntry[],
  version: number,
): boolean {
  const first = own[0]?.version ?? version;
  const since = accepted.filter((entry) => entry.version >= first);
  return since.length === version - first + 1;
}

/** The record was changed by somebody else in the meantime. @param entry their newest change */
export function changedSince(entry: HistoryEntry | undefined): CodedIssue {
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
