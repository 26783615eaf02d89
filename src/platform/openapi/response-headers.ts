import type { OpenAPIObject } from '@nestjs/swagger';
import { ERROR_TYPES } from '../errors/error-type';

/** Headers of answers, once for the whole document. */
export const HEADERS = {
  'X-Request-Id': {
    description:
      'Id of the request in the log: the one the caller sent, if it was 1-128 of `A-Za-z0-9_.:-`, or a new one.',
    schema: { type: 'string', pattern: '^[A-Za-z0-9_.:-]{1,128}$', example: '5f0c9a1b-2c3d-4e5f-8071-8293a4b5c6d7' },
  },
  'X-Error-Type': {
    description: 'The error class, the same list for all API families.',
    schema: { type: 'string', enum: [...ERROR_TYPES] },
  },
  'X-Job-Id': {
    description: 'Id of the bulk job that this call was; read it with `GET /api/v0/bulk/jobs/{jobId}`.',
    schema: { type: 'string', pattern: '^JOB[A-Z0-9]{26}$', example: 'JOB7Q2M9RX4T1B8ZC7Q2M9RX4T1B8' },
  },
  Location: {
    description: 'Address of the job that goes on.',
    schema: {
      type: 'string',
      format: 'uri-reference',
      example: '/api/v0/bulk/jobs/JOB7Q2M9RX4T1B8ZC7Q2M9RX4T1B8',
    },
  },
  'Idempotency-Key': {
    description: 'The key of the request, where the answer is remembered under it.',
    schema: { type: 'string', maxLength: 255, example: '8e03978e-40d5-43dd-bc93-6894a57f9324' },
  },
  'Idempotency-Key-Expires': {
    description: 'Until then (HTTP date) the key is remembered; the same call sent later is a new one.',
    schema: { type: 'string', maxLength: 29, example: 'Sat, 28 Nov 2026 08:34:46 GMT' },
  },
  'Idempotent-Replayed': {
    description: 'There when the answer is that of an earlier call under the same `Idempotency-Key`.',
    schema: { type: 'string', enum: ['true'] },
  },
  'Retry-After': {
    description: 'Seconds after which another try makes sense.',
    schema: { type: 'integer', format: 'int32', example: 5 },
  },
  'WWW-Authenticate': {
    description: 'What is wanted: a bearer token, or on the token route client id and secret (`Basic`).',
    schema: { type: 'string', example: 'Bearer realm="rollbook"' },
  },
  'Content-Disposition': {
    description: 'Name under which to save the file.',
    schema: { type: 'string', example: 'attachment; filename="customers-failure.csv"' },
  },
} satisfies NonNullable<OpenAPIObject['components']>['headers'];

/** Name of a documented header. */
export type HeaderName = keyof typeof HEADERS;

/** References to headers, as a response lists them. */
export function headerRefs(...names: readonly HeaderName[]): Record<string, { $ref: string }> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
