import { defineError } from '../errors/app-error';
import { TooManyRequests } from '../errors/http.errors';

/** So long a place for a large body, or for a job, takes to become free as a rule. */
const RETRY_SECONDS = 10;

/** Too many wrong tokens or client secrets came from the caller's address. */
export class TooManyFailedLogins extends defineError('TOO_MANY_FAILED_LOGINS', 'CLIENT_REQUEST_ERROR', 429) {}

/** The company is sending as many large bodies as one may. */
export class TooManyLargeBodies extends defineError('TOO_MANY_LARGE_BODIES', 'CLIENT_REQUEST_ERROR', 429) {}

/** All places for large bodies are taken, not by this caller alone. */
export class ServiceBusy extends defineError('SERVICE_BUSY', 'SYSTEM_ERROR', 503) {}

/** The company has as many unfinished jobs as it may. */
export class TooManyJobs extends defineError('TOO_MANY_JOBS', 'CLIENT_REQUEST_ERROR', 429) {}

/** The files of the company's jobs take as much room as they may. It gets free by erasing, not by waiting a while. */
export class StorageFull extends defineError('STORAGE_FULL', 'CLIENT_REQUEST_ERROR', 413) {}

/** The words for a caller that is too fast. */
export function tooManyRequests(whose: 'token' | 'company', perMinute: number, retryAfterSeconds: number) {
  const message = `This ${whose} has used up its ${perMinute} requests per minute; wait as long as Retry-After says.`;
  return new TooManyRequests(message, { retryAfterSeconds });
}

/** The words for an address that tried too many wrong tokens. */
export function tooManyFailedLogins(retryAfterSeconds: number): TooManyFailedLogins {
  return new TooManyFailedLogins(
    'Too many wrong tokens or secrets came from this address; correct yours, and wait as long as Retry-After says.',
    { retryAfterSeconds },
  );
}

/** The words for a company that sends too much at once. */
export function tooManyLargeBodies(): TooManyLargeBodies {
  return new TooManyLargeBodies(
    'This company is sending too many large bodies at once; wait for one of them to be answered.',
    { retryAfterSeconds: RETRY_SECONDS },
  );
}

/** The words for a service that takes in all it can. */
export function serviceBusy(): ServiceBusy {
  return new ServiceBusy('The service is taking in as many large bodies as it can; send this one again shortly.', {
    retryAfterSeconds: RETRY_SECONDS,
  });
}

/** The words for a company that has enough to be worked on. */
export function tooManyJobs(most: number): TooManyJobs {
  return new TooManyJobs(
    `This company has ${most} unfinished jobs, the most it may have; wait for one to end, or cancel one.`,
    { retryAfterSeconds: RETRY_SECONDS },
  );
}

/** The words for a company whose files take all the room they may. @param resultDays after which they go by themselves */
export function storageFull(stored: number, most: number, resultDays: number): StorageFull {
  return new StorageFull(
    `The files of this company's jobs take ${stored} bytes, and ${most} are the most; nothing was applied. Erase jobs ` +
      `that have ended (DELETE /api/v0/bulk/jobs/{jobId}), or wait: a job's files go ${resultDays} days after its end.`,
  );
}
