import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Request } from 'express';
import type { AuthenticatedRequest } from '../auth/auth.decorators';
import { mustBeNamed } from '../auth/scopes';
import type { CallName } from './idempotency-key.repository';
import { invalidKey } from './idempotency.errors';

const HEADER = 'idempotency-key';
const KEY = /^[ -~]{1,255}$/;

/** What fits into the column; an index bounds it. */
const ROUTE_CHARACTERS = 300;

/**
 * What the key of a request stands for; null when it has none.
 *
 * @throws IdempotencyKeyInvalid for a key that is empty, too long, not printable ASCII or sent twice.
 */
export function callNameOf(request: AuthenticatedRequest): CallName | null {
  // Node joins repeated headers to one; the raw list shows a second.
  const count = request.rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === HEADER).length;
  if (count === 0) return null;
  const sent = request.headers[HEADER];
  if (count > 1 || typeof sent !== 'string') throw invalidKey(null);
  if (!KEY.test(sent)) throw invalidKey(readable(sent));
  if (request.caller === undefined) throw new Error('An Idempotency-Key needs a caller');
  return { companyRef: request.caller.company.ref, route: routeOf(request), idempotencyKey: sent };
}

/** Node reads headers as Latin-1; most clients send UTF-8. */
function readable(header: string): string {
  const bytes = Buffer.from(header, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : header;
}

function routeOf({ method, path }: Request): string {
  const route = `${method} ${path}`;
  return route.length <= ROUTE_CHARACTERS ? route : `${method} sha256:${sha256(route)}`;
}

/**
 * Hash of the query in any order, and of what was sent otherwise, as hashes of the parts. Scopes that open more than
 * others count as well: nobody may be shown the answer of somebody who sees more.
 */
export function fingerprintOf(request: AuthenticatedRequest, parts: readonly (string | null)[]): string {
  const opened = [...(request.caller?.scopes ?? [])].filter(mustBeNamed).sort();
  const query = new URLSearchParams(request.originalUrl.split('?').slice(1).join('?'));
  const parameters = [...query].map((parameter) => JSON.stringify(parameter)).sort();
  return sha256(JSON.stringify([parameters, parts, opened]));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
