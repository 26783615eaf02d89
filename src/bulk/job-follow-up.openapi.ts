import { applyDecorators } from '@nestjs/common';
import { ApiReceivablesSuccess } from '../families/receivables.openapi';
import { invalidField } from '../platform/openapi/api-errors';
import { countDiffers } from '../platform/validation/expected-count';
import type { AppError } from '../platform/errors/app-error';
import { ApiJobErrors, JOB_EXAMPLE, RUNNING_JOB_EXAMPLE } from './bulk.openapi';
import { JobResponse } from './dto/job-response.dto';
import { jobHasNotEnded } from './jobs/bulk-job.errors';
import { ApiPreferHeader } from './prefer.openapi';

const PARENT_ID = 'JOB4T1B8ZC7Q2M9RX4T1B8ZC7Q2M9';

/** Documents a route that makes a job out of another. @param own what sets the new job apart in the examples */
export function ApiJobFollowUp(own: Partial<JobResponse>, ...errors: readonly AppError[]): MethodDecorator {
  const made = { parentJobId: PARENT_ID, ...own };
  return applyDecorators(
    ApiPreferHeader(),
    ApiReceivablesSuccess(JobResponse, {
      description: 'The new job, which has ended.',
      payloads: { 'A job that has ended': { ...JOB_EXAMPLE, ...made } },
      headers: ['X-Job-Id'],
    }),
    ApiReceivablesSuccess(JobResponse, {
      status: 202,
      description: 'The new job, which is not done yet and goes on.',
      payloads: { 'A call that did not wait': { ...RUNNING_JOB_EXAMPLE, ...made } },
      headers: ['X-Job-Id', 'Location'],
    }),
    ApiJobErrors(
      invalidField('JobFollowUpQuery', 'expectedRows', -1, 'expectedRows must not be less than 0'),
      jobHasNotEnded('running'),
      countDiffers('expectedRows', 5, 3),
      ...errors,
    ),
  );
}
