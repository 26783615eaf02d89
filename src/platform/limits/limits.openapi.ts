import type { OpenAPIObject } from '@nestjs/swagger';
import type { AppError } from '../errors/app-error';
import { BULK_BODY_TOO_LARGE, ROUTE_ERRORS } from '../openapi/api-errors';
import { operationsOf } from '../openapi/error-responses';
import {
  serviceBusy,
  storageFull,
  tooManyFailedLogins,
  tooManyJobs,
  tooManyLargeBodies,
  tooManyRequests,
} from './limit.errors';

const OF_LOGINS: readonly AppError[] = [tooManyFailedLogins(1)];
const OF_TOKENS: readonly AppError[] = [tooManyRequests('token', 6000, 1), ...OF_LOGINS];
const OF_BODIES: readonly AppError[] = [tooManyLargeBodies(), serviceBusy()];
const OF_JOBS: readonly AppError[] = [tooManyJobs(100), storageFull(1_073_808_032, 1_073_741_824, 30)];

/** Gives every operation the refusals of its limits; those still wait for the words of their family. */
export function documentLimits(document: OpenAPIObject): void {
  for (const { operation } of operationsOf(document)) {
    const { security = [], requestBody, responses } = operation;
    const schemes = security.flatMap((requirement) => Object.keys(requirement));
    if (schemes.length === 0) continue;
    const members = operation as unknown as Record<string, unknown>;
    const own = (members[ROUTE_ERRORS] ?? []) as readonly AppError[];
    const isForm =
      requestBody !== undefined && 'content' in requestBody && 'multipart/form-data' in requestBody.content;
    const makesJob = Object.values(responses).some(
      (response) => response !== undefined && !('$ref' in response) && 'X-Job-Id' in (response.headers ?? {}),
    );
    members[ROUTE_ERRORS] = [
      ...own,
      ...(schemes.includes('bearer') ? OF_TOKENS : OF_LOGINS),
      ...(isForm || own.includes(BULK_BODY_TOO_LARGE) ? OF_BODIES : []),
      ...(makesJob ? OF_JOBS : []),
    ];
  }
}
