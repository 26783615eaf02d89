import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { UnreadableBody } from '../errors/http.errors';

/** Lets requests of HTTP/1.1 without a Host through, which Node would refuse by itself, with a bare 400 (RFC 9112, 3.2). */
export function takeMissingHosts(server: Server): void {
  // An option of `createServer`, which Nest calls without options; the server reads it at each request.
  Object.assign(server, { requireHostHeader: false });
}

/** Middleware: refuses them like any other request that is not well-formed. HTTP/1.0 knows no such header. */
export function refuseMissingHosts(
  { httpVersion, headers: { host } }: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
): void {
  if (host !== undefined || httpVersion !== '1.1') {
    next();
    return;
  }
  response.setHeader('Connection', 'close');
  next(new UnreadableBody('The request has no Host header, which HTTP/1.1 asks for; send it.'));
}
