import { defineError } from '../../platform/errors/app-error';

/** No such job for this caller: unknown and foreign ones look the same. */
export class JobNotFound extends defineError('JOB_NOT_FOUND', 'RECORD_NOT_FOUND') {}

/** The job has no such result file: nothing of that kind happened, it has not ended yet, or its files were erased. */
export class ResultNotFound extends defineError('RESULT_NOT_FOUND', 'RECORD_NOT_FOUND') {}

/** The service is being stopped; the job is safe and goes on by itself. */
export class JobInterrupted extends defineError('JOB_INTERRUPTED', 'SYSTEM_ERROR', 503) {}

/** Another process moved the checkpoint of the job; this one stored nothing since and leaves it alone. */
export class JobTakenOver extends defineError('JOB_TAKEN_OVER', 'SYSTEM_ERROR', 503) {}

/** The job ended without a trustworthy result. */
export class JobFailed extends defineError('JOB_FAILED', 'SYSTEM_ERROR') {}

/** The job has ended; there is nothing to cancel. */
export class JobEnded extends defineError('JOB_ENDED', 'UNPROCESSABLE_REQUEST', 409) {}

/** The job still waits or runs. */
export class JobNotEnded extends defineError('JOB_NOT_ENDED', 'UNPROCESSABLE_REQUEST', 409) {}

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
