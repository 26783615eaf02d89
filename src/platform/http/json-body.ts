import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Request } from 'express';
import getRawBody from 'raw-body';
import { PayloadTooLarge, RequestAborted, UnreadableBody, UnsupportedMediaType } from '../errors/http.errors';
import { giveWay } from '../event-loop/give-way';
import { parseJson } from './json-parser';

const BYTE_ORDER_MARK = '\uFEFF';
const CHARSET = /;\s*charset\s*=\s*([^;]*)/gi;

/** Bytes decoded at once, in less than a millisecond; a large body as a whole takes fifty. */
const DECODED_BYTES = 256 * 1024;

/** SHA-256 of the bodies that were read, in hex. */
const HASHES = new WeakMap<IncomingMessage, string>();

/** What a route takes. */
export interface JsonBodyRule {
  readonly maxBytes: number;
  /** Keys that are refused wherever they stand. */
  readonly forbiddenKeys: ReadonlySet<string>;
}

/**
 * Reads the body of a request that was not read yet as JSON: an object or list in UTF-8, exactly as it was sent.
 *
 * @throws UnsupportedMediaType for another encoding, PayloadTooLarge, RequestAborted, and what `parseJson` throws.
 */
export async function readJsonBody(request: Request, { maxBytes, forbiddenKeys }: JsonBodyRule): Promise<object> {
  refuseEncodings(request.headers);
  const bytes = await readBytes(request, maxBytes);
  if (!isUtf8(bytes)) throw new UnreadableBody('The body is not UTF-8 text throughout; send the JSON in UTF-8.');
  const { text, sha256 } = await decode(bytes);
  HASHES.set(request, sha256);
  const value = await parseJson(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text, forbiddenKeys);
  if (typeof value !== 'object' || value === null) {
    throw new UnreadableBody('The body is a single value; send a JSON object.');
  }
  return value;
}

/** SHA-256, in hex, of the bytes of a body that `readJsonBody` has read; null for a request without one. */
export function bodyHashOf(request: IncomingMessage): string | null {
  return HASHES.get(request) ?? null;
}

/** RFC 8259 section 8.1: JSON between systems is UTF-8. */
function refuseEncodings(headers: IncomingHttpHeaders): void {
  const charsets = [...(headers['content-type'] ?? '').matchAll(CHARSET)];
  if (!charsets.every(([, charset = '']) => /^"?utf-8"?$/i.test(charset.trim()))) {
    throw new UnsupportedMediaType('The charset of the Content-Type is not supported; send the JSON in UTF-8.');
  }
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') {
    throw new UnsupportedMediaType('The Content-Encoding is not supported; send the body without compression.');
  }
}

async function readBytes(request: Request, maxBytes: number): Promise<Buffer> {
  if (request.destroyed) throw new RequestAborted('The request broke off before it was complete; nothing was applied.');
  try {
    return await getRawBody(request, { limit: maxBytes, length: request.headers['content-length'] });
  } catch (cause) {
    if ((cause as getRawBody.RawBodyError).type !== 'entity.too.large') throw cause;
    throw new PayloadTooLarge(`The body may have at most ${maxBytes} bytes; send less in one call.`, { cause });
  }
}

/** Text of valid UTF-8, and the hash of the bytes. */
async function decode(bytes: Buffer): Promise<{ text: string; sha256: string }> {
  const hash = createHash('sha256');
  let text = '';
  for (let start = 0; start < bytes.length;) {
    let end = Math.min(start + DECODED_BYTES, bytes.length);
    while (isContinuation(bytes[end])) end--;
    text += bytes.toString('utf8', start, end);
    hash.update(bytes.subarray(start, end));
    start = end;
    await giveWay();
  }
  return { text, sha256: hash.digest('hex') };
}

/** True inside a character of several bytes (RFC 3629). */
function isContinuation(byte = 0): boolean {
  return (byte & 0b1100_0000) === 0b1000_0000;
}
