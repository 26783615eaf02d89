import { randomUUID } from 'node:crypto';
import { type IncomingMessage, STATUS_CODES, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { AppError } from '../errors/app-error';
import type { FamilyRegistry } from '../errors/family.registry';
import { RequestAborted, RequestTimeout, UnreadableBody } from '../errors/http.errors';
import { requestIdOf } from './request-id';

/** Time a client has to read the answer and close; one that does not would keep the connection for ever. */
const LINGER_MS = 5_000;

/** A request whose head has arrived, and the answer to it. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

function toAppError({ code }: NodeJS.ErrnoException, underWay: Exchange | null): AppError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new RequestTimeout('The request took too long to arrive; send it again.');
  }
  if (code === 'HPE_INVALID_EOF_STATE' && underWay !== null) {
    return new RequestAborted('The request broke off before it was complete; nothing was applied.');
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new UnreadableBody('The headers of the request are too large; send fewer or shorter ones.');
  }
  return new UnreadableBody('The request is not well-formed HTTP; check its request line, headers and length.');
}

/**
 * Answers what Node refuses (malformed HTTP, headers too large or too slow, a body that breaks off) like any other error:
 * in the words of the family of its URL and under its id, and before there is one, in those for unknown URLs. The
 * connection is closed.
 */
export function answerClientErrors(server: Server, families: FamilyRegistry): void {
  const latest = new WeakMap<Socket, Exchange>();
  server.prependListener('request', (request, response) => latest.set(request.socket, { request, response }));
  server.on('clientError', (cause: NodeJS.ErrnoException, socket: Socket) => {
    const last = latest.get(socket);
    const underWay = last === undefined || last.request.complete ? null : last;
    // What was answered before all of it had come is not answered again.
    if (cause.code === 'ECONNRESET' || !socket.writable || underWay?.response.headersSent === true) {
      socket.destroy();
      return;
    }
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
    const error = toAppError(cause, underWay);
    const requestId = underWay === null ? randomUUID() : requestIdOf(underWay.request);
    const family = families.of(underWay?.request.url ?? '/');
    const { status, body } = family.render(error, { requestId, at: new Date(), baseUrl: '' });
    const text = JSON.stringify(body);
    socket.end(
      [
        `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
        'Connection: close',
        'Content-Type: application/json; charset=utf-8',
        `Content-Length: ${Buffer.byteLength(text)}`,
        `X-Error-Type: ${error.errorType}`,
        `X-Request-Id: ${requestId}`,
        '',
        text,
      ].join('\r\n'),
    );
  });
}
