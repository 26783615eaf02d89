import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export const BOUNDARY = 'rollbook-b0undary';

/** One part of a form; without a file name it is a field. */
export interface FormPart {
  readonly name: string;
  readonly fileName?: string;
  readonly content: Buffer | string;
}

/** A form byte by byte. */
export function formOf(parts: readonly FormPart[], end = `--${BOUNDARY}--\r\n`): Buffer {
  const chunks = parts.flatMap(({ name, fileName, content }) => {
    const file = fileName === undefined ? '' : `; filename="${fileName}"`;
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`;
    return [Buffer.from(head), Buffer.from(content as string), Buffer.from('\r\n')];
  });
  return Buffer.concat([...chunks, Buffer.from(end)]);
}

export interface RawCall {
  readonly url: string;
  readonly token: string;
  readonly body: Buffer;
  readonly contentType?: string;
  /** Sends the body in pieces without telling its length. */
  readonly chunked?: boolean;
  /** Hangs up after that many bytes. */
  readonly abortAfter?: number;
}

export interface RawAnswer {
  readonly status: number;
  readonly body: any;
}

/** POSTs bytes as they are; null when the connection ended without an answer. */
export function postRaw({ url, token, body, contentType, chunked, abortAfter }: RawCall): Promise<RawAnswer | null> {
  return new Promise((resolve) => {
    const call = request(url, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': contentType ?? `multipart/form-data; boundary=${BOUNDARY}`,
        ...(chunked === true ? { 'Transfer-Encoding': 'chunked' } : { 'Content-Length': body.length }),
      },
    });
    call.on('response', (response) => {
      const received: Buffer[] = [];
      response.on('data', (chunk: Buffer) => received.push(chunk));
      response.on('close', () => {
        const text = Buffer.concat(received).toString();
        resolve({ status: response.statusCode ?? 0, body: text === '' ? {} : JSON.parse(text) });
      });
    });
    // An answer may come before the body is sent; the connection then breaks under the rest of it.
    call.on('error', () => void sleep(200).then(() => resolve(null)));
    if (abortAfter === undefined) {
      if (chunked === true) for (let at = 0; at < body.length; at += 16_384) call.write(body.subarray(at, at + 16_384));
      call.end(chunked === true ? undefined : body);
    } else {
      call.write(body.subarray(0, abortAfter), () => void sleep(50).then(() => call.destroy()));
    }
  });
}
