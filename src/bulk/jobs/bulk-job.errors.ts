import { CustomerHeld } from '../../customer/customer.errors';
import { defineError } from '../../platform/errors/app-error';

/** No such job for this caller: unknown and foreign ones look the same. */
export class JobNotFound extends defineError('JOB_NOT_FOUND', 'RECORD_NOT_FOUND') {}

/** The job has no such result file: nothing of that kind happened, it has not ended yet, or its files were erased. */
export class ResultNotFound extends defineError('RESULT_NOT_FOUND', 'RECORD_NOT_FOUND') {}

/** The service is being stopped; the job is safe and goes on by itself. */
export class JobInterrupted extends defineError('JOB_INTERRUPTED', 'SYSTEM_ERROR', 503) {}

/** Another process moved the checkpoint of the job; this one stored nothing since and leaves it alone. */
export class JobTakenOver extends defineError('JOB_TAKEN_OVER', 'SYSTEM_ERROR', 503) {}

/** The words for a job that somebody else works on. */
export function takenOver(jobId: string): JobTakenOver {
  return new JobTakenOver(`Another process goes on with the job ${jobId}; read the job for its result.`);
}

/** The job ended without a trustworthy result. */
export class JobFailed extends defineError('JOB_FAILED', 'SYSTEM_ERROR') {}

/** The rows of a job and their outcomes do not match one to one. */
export class RowsUnaccounted extends defineError('ROWS_UNACCOUNTED', 'SYSTEM_ERROR') {}

/** The job has ended; there is nothing to cancel. */
export class JobEnded extends defineError('JOB_ENDED', 'UNPROCESSABLE_REQUEST', 409) {}

/** The job still waits or runs. */
export class JobNotEnded extends defineError('JOB_NOT_ENDED', 'UNPROCESSABLE_REQUEST', 409) {}

/** The job is none that can be done for real. */
export class JobNotCommittable extends defineError('JOB_NOT_COMMITTABLE', 'UNPROCESSABLE_REQUEST', 409) {}

/** What the job did cannot be taken back. */
export class JobNotReversible extends defineError('JOB_NOT_REVERSIBLE', 'UNPROCESSABLE_REQUEST', 409) {}

/** The rows of the job were tried again before. */
export class JobRetried extends defineError('JOB_RETRIED', 'UNPROCESSABLE_REQUEST', 409) {}

/** A job that would have no row. */
export class NothingToDo extends defineError('NOTHING_TO_DO', 'UNPROCESSABLE_REQUEST', 409) {}

/** The words for a job that has done its work already. */
export function notADryRun(): JobNotCommittable {
  return new JobNotCommittable('The job was no dry run; what it did is stored already.');
}

/** The words for a dry run that did not come to its end. */
export function dryRunIncomplete(state: string): JobNotCommittable {
  return new JobNotCommittable(`The dry run is ${state}; run it again to its end.`);
}

/** The words for a dry run that was done for real before. */
export function alreadyCommitted(jobId: string): JobNotCommittable {
  return new JobNotCommittable(`The job ${jobId} did this dry run for real already; read it for the result.`);
}

/** The words for a job whose rows were tried again before. */
export function alreadyRetried(jobId: string): JobRetried {
  return new JobRetried(`The job ${jobId} tried these rows again already; read it, and retry it where rows are left.`);
}

/** The words for a dry run that is to be undone or tried again. */
export function onlyADryRun(): JobNotReversible {
  return new JobNotReversible('The job was only a dry run; it changed nothing.');
}

/** The words for a job that keeps something about a customer who is not to be erased. */
export function heldByJob(): CustomerHeld {
  return new CustomerHeld(
    'The job has rows about a customer under a legal hold, and nothing of it is erased; try again when the hold is lifted.',
  );
}

/** The words for a job whose files are gone. */
export function rowsErased(cause?: unknown): ResultNotFound {
  return new ResultNotFound('The rows of the job were erased; its counters are all that is left.', { cause });
}

/** The words for a job that has ended. */
export function jobHasEnded(state: string): JobEnded {
  return new JobEnded(`The job has ended already: it is ${state}.`);
}

/** The words for a job that has not. */
export function jobHasNotEnded(state: string): JobNotEnded {
  return new JobNotEnded(`The job is ${state}; wait for its end, or cancel it.`);
}

/** The words for an unknown or foreign job. */
export function jobNotFound(): JobNotFound {
  return new JobNotFound('There is no such job; check the job id.');
}
