import type { ReversalOutcome } from '../../platform/history/reversal';
import type { RowResult } from '../engine/bulk-importer.contract';

/** What became of a reversal -> result of its row. */
export function toReversalResult({ outcome, recordId, issue }: ReversalOutcome): RowResult {
  return { verdict: outcome, recordId, issues: issue === null ? [] : [issue], warnings: [], amount: null };
}
