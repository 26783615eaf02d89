import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { UnmetExpectation } from '../errors/http.errors';

/** Lets requests through whose header Expect Node would refuse by itself, with a bare 417 (RFC 9110, 10.1.1). */
export function takeExpectations(server: Server): void {
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
}

/** Middleware: refuses them like any other request that cannot be met. */
export function refuseExpectations(
  { headers: { expect } }: IncomingMessage,
  _response: ServerResponse,
  next: (error?: unknown) => void,
): void {
  if (expect === undefined || expect.toLowerCase() === '100-continue') next();
  else next(new UnmetExpectation('The header Expect may only say 100-continue; send that, or leave the header out.'));
}
