import { Agent, request } from 'node:http';
import type { ServiceProcess } from './service-process';

/** A whole answer; null stands for a connection that broke before it was there. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly jobId: string | null;
  /** Seconds to wait before the next try; null when nothing is said of it. */
  readonly retryAfter: number | null;
}

type Address = Pick<ServiceProcess, 'baseUrl' | 'token'>;

/** Path of bulk creations and bulk updates of customers. */
export const CREATE_PATH = '/api/v0/customer/bulk';
export const UPDATE_PATH = '/api/v0/customer/bulk/update';

/**
 * Uploads a file and gives the answer, or null when the process died before all of it had come.
 *
 * @param key Idempotency-Key of the call
 */
export async function upload(
  { baseUrl, token }: Address,
  path: string,
  file: Buffer,
  prefer: string | null,
  key: string | null = null,
): Promise<Answer | null> {
  const body = new FormData();
  body.append('file', new Blob([new Uint8Array(file)]), 'customers.csv');
  const headers = {
    Authorization: `Bearer ${token}`,
    ...(prefer !== null && { Prefer: prefer }),
    ...(key !== null && { 'Idempotency-Key': key }),
  };
  try {
    const response = await fetch(`${baseUrl}${path}`, { method: 'POST', headers, body });
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

/** Status of a call without a body, on the connections of the agent. @throws when its connection broke */
export function statusOf({ baseUrl, token }: Address, agent: Agent, method: string, path: string): Promise<number> {
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
export async function read({ baseUrl, token }: Address, path: string): Promise<string> {
  const response = await fetch(`${baseUrl}${path}`, { headers: { Authorization: `Bearer ${token}` } });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`GET ${path}: ${response.status} ${text.slice(0, 300)}`);
  return text;
}
