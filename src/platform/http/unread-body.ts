import type { Request, Response } from 'express';

const MIB = 1024 * 1024;

/** A rest that is read before the answer, so that the connection can be used again. */
const SMALL_REST = { bytes: 4 * MIB, milliseconds: 2_000 };

/** How long a larger rest is read behind the answer; shorter than a stop of the service waits for requests. */
const LARGE_REST = { bytes: Number.POSITIVE_INFINITY, milliseconds: 5_000 };

/**
 * Sends JSON to a request whose body may not be read. Closing the connection under a client that still sends resets it,
 * often before the client has read the answer (RFC 9112 section 9.6): what it sends is read and dropped, within limits.
 */
export async function answerUnread(request: Request, response: Response, body: object): Promise<void> {
  await dropRest(request, SMALL_REST);
  if (request.complete) {
    response.json(body);
    return;
  }
  const text = JSON.stringify(body);
  // The rest of the body would be taken for the next request.
  response.setHeader('Connection', 'close');
  response.type('json').setHeader('Content-Length', Buffer.byteLength(text));
  response.write(text);
  await dropRest(request, LARGE_REST);
  response.end();
}

/** Reads and drops a body to its end, until the client is gone or the limit is reached. */
function dropRest(request: Request, { bytes, milliseconds }: typeof SMALL_REST): Promise<void> {
  if (request.complete || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let dropped = 0;
    const count = (chunk: Buffer): void => {
      dropped += chunk.length;
      if (dropped > bytes) finish();
    };
    const finish = (): void => {
      clearTimeout(timer);
      request.off('data', count).off('end', finish).off('close', finish);
      resolve();
    };
    const timer = setTimeout(finish, milliseconds);
    request.on('data', count).on('end', finish).on('close', finish).resume();
  });
}
