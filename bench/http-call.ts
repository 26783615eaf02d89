/** Where a process listens, and what lets one in. */
interface Address {
  readonly baseUrl: string;
  readonly token?: string;
}

interface CallOptions {
  readonly method?: string;
  readonly body?: string | Buffer | FormData;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A whole answer. */
export interface CallAnswer {
  readonly status: number;
  readonly text: string;
  readonly jobId: string | null;
}

/** Sends a request and gives the whole answer. @throws when it is not of the 200s */
export async function call({ baseUrl, token }: Address, path: string, options: CallOptions = {}): Promise<CallAnswer> {
  const { method = 'GET', body, headers } = options;
  const response = await fetch(`${baseUrl}${path}`, {
    method,
    headers: {
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      ...(typeof body === 'string' && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    body: Buffer.isBuffer(body) ? new Uint8Array(body) : body,
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
  return { status: response.status, text, jobId: response.headers.get('x-job-id') };
}

/** A file as the only part of a form. */
export function formOf(file: Buffer, name: string): FormData {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(file)]), name);
  return form;
}

/** Posts JSON there, and waits for the whole answer. */
export function bodyTo(address: Address, path: string): (body: string) => Promise<void> {
  return async (body) => {
    await call(address, path, { method: 'POST', body });
  };
}
