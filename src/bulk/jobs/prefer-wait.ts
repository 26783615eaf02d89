import { createParamDecorator, ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

const SECOND_MS = 1000;

/**
 * Seconds a call waits for its job by its `Prefer` header (RFC 7240): 0 for `respond-async`, N for `wait=N`; null when
 * the header says neither, or something that is neither (a preference is never an error).
 */
export function preferredWait(prefer: string | undefined): number | null {
  const preferences = (prefer ?? '').split(',').map((part) => part.split(';')[0]?.trim().toLowerCase() ?? '');
  if (preferences.includes('respond-async')) return 0;
  const seconds = /^wait="?(\d{1,6})"?$/.exec(preferences.find((part) => part.startsWith('wait=')) ?? '')?.[1];
  return seconds === undefined ? null : Number(seconds);
}

/** Milliseconds a request wants to wait for its job, at most; null: as long as the service does. */
export function preferredWaitOf(request: Request): number | null {
  const seconds = preferredWait(request.get('prefer'));
  return seconds === null ? null : seconds * SECOND_MS;
}

/** `preferredWaitOf` the request, as a parameter of a controller. */
export const PreferredWait = createParamDecorator((_: unknown, context: ExecutionContext) =>
  preferredWaitOf(context.switchToHttp().getRequest<Request>()),
);
