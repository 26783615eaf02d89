import { HttpStatus } from '@nestjs/common';
import type { Response } from 'express';
import { jobPath } from '../files/job-path';
import type { BulkRun } from '../jobs/job-wait';

/** Names the job in the headers of an answer; one that is not done yet makes it 202 with the job's address. */
export function announceJob(response: Response, { job: { jobId }, isDone }: BulkRun): void {
  response.setHeader('X-Job-Id', jobId);
  if (isDone) return;
  response.status(HttpStatus.ACCEPTED);
  response.setHeader('Location', jobPath(jobId));
}
