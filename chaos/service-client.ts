import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceProcess } from './service-process';

/** A whole answer; null stands for a connection that broke before it was there. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly jobId: string | null;
  /** Seconds to wait before the next try; null when nothing is said of it. */
  readonly retryAfter: number | null;
}

/** Where calls go, and under which token. */
export type ServiceAddress = Pick<ServiceProcess, 'baseUrl' | 'token'>;

/** Path of bulk creations and bulk updates of customers. */
export const CREATE_PATH = '/api/v0/customer/bulk';
export const UPDATE_PATH = '/api/v0/customer/bulk/update';

/**
 * Uploads a file and gives the answer, or null when the process died before all of it had come.
 *
 * @param key Idempotency-Key of the call
 * @param contacts file of the second part, where there is one
 */
export function upload(
  to: ServiceAddress,
  path: string,
  file: Buffer,
  prefer: string | null,
  key: string | null = null,
  contacts: Buffer | null = null,
): Promise<Answer | null> {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(file)]), 'customers.csv');
  if (contacts !== null) form.append('contacts', new Blob([new Uint8Array(contacts)]), 'contacts.csv');
  return exchange(to, 'POST', path, form, { ...(prefer !== null && { Prefer: prefer }), ...keyHeader(key) });
}

/**
 * Sends JSON, or nothing, and gives the answer, or null when the process died before all of it had come.
 *
 * @param key Idempotency-Key of the call
 */
export function sendJson(
  to: ServiceAddress,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body: unknown = null,
  key: string | null = null,
): Promise<Answer | null> {
  if (body === null) return exchange(to, method, path, null, keyHeader(key));
  return exchange(to, method, path, JSON.stringify(body), { 'Content-Type': 'application/json', ...keyHeader(key) });
}

function keyHeader(key: string | null): Record<string, string> {
  return key === null ? {} : { 'Idempotency-Key': key };
}

async function exchange(
  { baseUrl, token }: ServiceAddress,
  method: string,
  path: string,
  body: FormData | string | null,
  headers: Readonly<Record<string, string>>,
): Promise<Answer | null> {
  try {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, ...headers },
      body,
    });
    const wait = response.headers.get('retry-after');
    return {
      status: response.status,
      text: await response.text(),
      jobId: response.headers.get('x-job-id'),
      retryAfter: wait === null ? null : Number(wait),
    };
  } catch {
    return null;
  }
}

/** A client that is told so comes again: the same call still runs, the service or its database is out of order. */
const AGAIN = new Set([409, 429, 503]);
const PAUSE_MS = 300;
const MOST_TRIES = 400;

/**
 * Makes a call under a key until it is answered, as a client does that never gives up.
 *
 * @param onTry told of each try that has to be repeated
 */
export async function untilAnswered(
  call: (key: string) => Promise<Answer | null>,
  onTry: (figure: string) => void,
): Promise<Answer> {
  const key = randomUUID();
  for (let tries = 1; ; tries++) {
    const answer = await call(key);
    if (answer !== null && (!AGAIN.has(answer.status) || tries >= MOST_TRIES)) return answer;
    onTry(answer === null ? 'broken calls' : `answers ${answer.status}`);
    if (answer !== null && answer.retryAfter === null) return { ...answer, text: `no Retry-After: ${answer.text}` };
    await sleep(PAUSE_MS);
  }
}

/** Status of a call without a body, on the connections of the agent. @throws when its connection broke */
export function statusOf(
  { baseUrl, token }: ServiceAddress,
  agent: Agent,
  method: string,
  path: string,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${token}` };
    const call = request(`${baseUrl}${path}`, { agent, method, headers }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
      answer.on('error', ({ message }) => reject(new Error(`broke off: ${message}`)));
    });
    call.on('error', reject);
    call.end();
  });
}

/** Reads a path of the API as text. @throws when the answer is not 200 */
export async function read({ baseUrl, token }: ServiceAddress, path: string): Promise<string> {
  const response = await fetch(`${baseUrl}${path}`, { headers: { Authorization: `Bearer ${token}` } });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`GET ${path}: ${response.status} ${text.slice(0, 300)}`);
  return text;
}
