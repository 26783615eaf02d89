import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { requestIdOf } from './request-id';

const requests = new AsyncLocalStorage<string>();

/** Middleware that lets whatever is done for a request know its id. */
export function rememberRequest(request: IncomingMessage, _response: ServerResponse, next: () => void): void {
  requests.run(requestIdOf(request), next);
}

/** Id of the request that is being worked on; null outside of one, as in a job that was taken up again. */
export function currentRequestId(): string | null {
  return requests.getStore() ?? null;
}
