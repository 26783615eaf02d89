import type { AppError } from '../platform/errors/app-error';
import { BULK_BODY_TOO_LARGE } from '../platform/openapi/api-errors';
import { JOB_EXAMPLE } from './bulk.openapi';
import { JobInterrupted } from './jobs/bulk-job.errors';

/** What can befall every bulk call in JSON. */
export const BULK_CALL_ERRORS: readonly AppError[] = [
  BULK_BODY_TOO_LARGE,
  new JobInterrupted(`The service is being stopped; the job ${JOB_EXAMPLE.jobId} goes on by itself when it is back.`),
];
