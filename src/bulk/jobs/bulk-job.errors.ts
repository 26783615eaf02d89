import { defineError } from '../../platform/errors/app-error';

/** No such job for this caller: unknown and foreign ones look the same. */
export class JobNotFound extends defineError('JOB_NOT_FOUND', 'RECORD_NOT_FOUND') {}

/** The job has no such result file: nothing of that kind happened, it has not ended yet, or its files were erased. */
export class ResultNotFound extends defineError('RESULT_NOT_FOUND', 'RECORD_NOT_FOUND') {}

/** The job ended without a trustworthy result. */
export class JobFailed extends defineError('JOB_FAILED', 'SYSTEM_ERROR') {}
