import type { IncomingMessage, ServerResponse } from 'node:http';

/** Middleware: no browser and no proxy keeps an answer, as nearly all of them hold personal data (RFC 9111, 5.2.2.5). */
export function forbidStoring(_request: IncomingMessage, response: ServerResponse, next: () => void): void {
  response.setHeader('Cache-Control', 'no-store');
  next();
}
