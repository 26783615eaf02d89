import { defineError } from '../errors/app-error';

const OutcomeUnknown = defineError('COMMIT_OUTCOME_UNKNOWN', 'SYSTEM_ERROR', 503);

/** The connection broke while COMMIT was under way: the transaction is stored as a whole, or not at all. */
export class CommitOutcomeUnknown extends OutcomeUnknown {
  constructor(cause: unknown) {
    super('The database went away while saving; read the record before sending the change again.', { cause });
  }
}
