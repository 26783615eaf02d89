import type { RowListeners } from '../files/result-files';
import type { RowOutcome } from './bulk-outcome.entity';

/** Code of an item its job did not come to. */
export const NOT_PROCESSED = 'NOT_PROCESSED';

/** Collects what became of the items of a JSON call, one outcome per item in the order of the request. */
export class ItemOutcomes implements RowListeners {
  readonly all: RowOutcome[] = [];

  readonly onOutcome = (outcome: RowOutcome): void => {
    this.all.push(outcome);
  };

  /** An answer has no third way between success and failure. */
  readonly onUnprocessed = (row: number): void => {
    const message = 'not processed, because the job was stopped before; send the item again';
    const issue = { field: null, code: NOT_PROCESSED, message, rejectedValue: null };
    this.all.push({ row, verdict: 'failed', recordId: null, issues: [issue], warnings: [] });
  };
}
