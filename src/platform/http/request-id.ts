import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

const ACCEPTED = /^[A-Za-z0-9_.:-]{1,128}$/;

/**
 * Middleware that keeps the caller's `X-Request-Id` when it is 1-128 of `[A-Za-z0-9_.:-]`, else makes one; answers carry
 * it. Stands before all others, so that a body that cannot be read has one too.
 */
export function assignRequestId(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && ACCEPTED.test(given) ? given : randomUUID();
  request.id = id;
  response.setHeader('X-Request-Id', id);
  next();
}

/** Id of a request that went through `assignRequestId`. */
export function requestIdOf(request: IncomingMessage): string {
  return typeof request.id === 'string' ? request.id : '';
}
