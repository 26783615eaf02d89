import type { ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { Request } from 'express';

/** Media types read as JSON; the second is that of a merge patch (RFC 7396). */
const JSON_TYPES: readonly string[] = ['application/json', 'application/merge-patch+json'];

/** Where `@ApiConsumes` keeps what a route takes. */
const CONSUMES = 'swagger/apiConsumes';

/** True when the headers announce a body (RFC 9112 section 6.3); a body in chunks may still turn out empty. */
export function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** True when the body of the request is called JSON. */
export function isJson(request: Request): boolean {
  return typeof request.is([...JSON_TYPES]) === 'string';
}

/** True for routes with `@ApiConsumes`: they take something else than JSON, and read it themselves. */
export function readsOwnBody(reflector: Reflector, context: ExecutionContext): boolean {
  return reflector.getAllAndOverride<unknown>(CONSUMES, [context.getHandler(), context.getClass()]) !== undefined;
}
