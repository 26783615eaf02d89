import { defineError } from '../errors/app-error';

const OutcomeUnknown = defineError('COMMIT_OUTCOME_UNKNOWN', 'SYSTEM_ERROR', 503);

/** The connection broke while COMMIT was under way: the transaction is stored as a whole, or not at all. */
export class CommitOutcomeUnknown extends OutcomeUnknown {
  constructor(cause: unknown) {
    super('The database went away while saving; read the record before sending the change again.', { cause });
  }
}

/** A row moved between reading and writing it; the transaction must be run again from its start. */
export class LostRace extends Error {
  constructor() {
    super('a row was changed by another transaction between reading and writing it');
    this.name = 'LostRace';
  }
}

/** The error of a database that was waited for in vain; drivers call a link without an answer the same. */
export function unansweredInTime(what: string): Error {
  return Object.assign(new Error(`gave up waiting for the database: ${what}`), { code: 'ETIMEDOUT', fatal: true });
}
