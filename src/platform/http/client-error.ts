import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { AppError } from '../errors/app-error';
import type { FamilyRegistry } from '../errors/family.registry';
import { RequestTimeout, UnreadableBody } from '../errors/http.errors';

/** Time a client has to read the answer and close; one that does not would keep the connection for ever. */
const LINGER_MS = 5_000;

function toAppError({ code }: NodeJS.ErrnoException): AppError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new RequestTimeout('The request took too long to arrive; send it again.');
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new UnreadableBody('The headers of the request are too large; send fewer or shorter ones.');
  }
  return new UnreadableBody('The request is not well-formed HTTP; check its request line, headers and length.');
}

/**
 * Answers what Node refuses before there is a request to route (malformed HTTP, headers too large or too slow) like any
 * other error: without a URL, in the words of the family for unknown ones. The connection is closed.
 */
export function answerClientErrors(server: Server, families: FamilyRegistry): void {
  server.on('clientError', (cause: NodeJS.ErrnoException, socket: Socket) => {
    if (cause.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
    const error = toAppError(cause);
    const requestId = randomUUID();
    const { status, body } = families.of('/').render(error, { requestId, at: new Date(), baseUrl: '' });
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
