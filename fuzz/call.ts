import { Agent, request } from 'node:http';
import { randomBytes } from 'node:crypto';

/** One request as it goes over the wire. */
export interface Call {
  readonly method: string;
  /** Path and query, percent-encoded. */
  readonly path: string;
  /** Beside the token, which is added unless `Authorization` is here; an empty one sends none. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** A whole answer; header names in small letters. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Where a service listens, and what lets one in. */
export interface Address {
  readonly baseUrl: string;
  readonly token: string;
}

const LONGEST_ANSWER_MS = 10_000;

const agent = new Agent({ keepAlive: true, maxSockets: 32 });

/** A call with a JSON body; what has no JSON text can be given as text. */
export function jsonCall(method: string, path: string, body: unknown, headers: Record<string, string> = {}): Call {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { method, path, headers: { 'Content-Type': 'application/json', ...headers }, body: Buffer.from(text) };
}

/** One part of a form. */
export interface FormPart {
  readonly name: string;
  readonly fileName: string;
  readonly bytes: Buffer;
}

/** A call with files as a form. */
export function formCall(path: string, parts: readonly FormPart[], headers: Record<string, string> = {}): Call {
  const boundary = `----rollbook${randomBytes(12).toString('hex')}`;
  const body = parts.flatMap(({ name, fileName, bytes }) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${fileName}"\r\n` +
        'Content-Type: application/octet-stream\r\n\r\n',
    ),
    bytes,
    Buffer.from('\r\n'),
  ]);
  return {
    method: 'POST',
    path,
    headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}`, ...headers },
    body: Buffer.concat([...body, Buffer.from(`--${boundary}--\r\n`)]),
  };
}

/** Sends a call; what went wrong, in words, when there is no whole answer in ten seconds or the connection breaks. */
export function send({ baseUrl, token }: Address, call: Call): Promise<Answer | string> {
  const { hostname, port } = new URL(baseUrl);
  const headers: Record<string, string> = { Authorization: `Bearer ${token}`, ...call.headers };
  if (headers['Authorization'] === '') delete headers['Authorization'];
  if (call.body !== undefined) headers['Content-Length'] ??= String(call.body.length);
  return new Promise((resolve) => {
    const { method, path } = call;
    const sent = request({ agent, hostname, port, method, path, headers });
    const slow = `no whole answer within ${LONGEST_ANSWER_MS / 1000} s`;
    const timer = setTimeout(() => sent.destroy(new Error(slow)), LONGEST_ANSWER_MS);
    const end = (answer: Answer | string) => {
      clearTimeout(timer);
      resolve(answer);
    };
    sent.once('error', (error) => end(error.message));
    sent.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', (error) => end(error.message));
      response.once('end', () => {
        const flat = Object.entries(response.headers).map(([name, value]) => [name, String(value)] as const);
        end({ status: response.statusCode ?? 0, headers: Object.fromEntries(flat), body: Buffer.concat(chunks) });
      });
    });
    sent.end(call.body);
  });
}
