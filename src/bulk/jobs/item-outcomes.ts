import type { CodedIssue } from '../../platform/validation/coded-issue';
import type { RowListeners } from '../files/result-files';
import type { RowOutcome } from './bulk-outcome.entity';

/** Code of an item its job did not come to. */
export const NOT_PROCESSED = 'NOT_PROCESSED';

/** Why a row that its job did not come to stands among those that failed: an answer has no third way. */
export const NOT_PROCESSED_ISSUE: CodedIssue = {
  field: null,
  code: NOT_PROCESSED,
  message: 'not processed, because the job was stopped before; send it again',
  rejectedValue: null,
};

/** Collects what became of the items of a JSON call, one outcome per item in the order of the request. */
export class ItemOutcomes implements RowListeners {
  readonly all: RowOutcome[] = [];

  readonly onOutcome = (outcome: RowOutcome): void => {
    this.all.push(outcome);
  };

  readonly onUnprocessed = (row: number): void => {
    this.all.push({ row, verdict: 'failed', recordId: null, issues: [NOT_PROCESSED_ISSUE], warnings: [] });
  };

  readonly onRestart = (): void => {
    this.all.length = 0;
  };
}
