import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createDatabase } from '../support/engines';
import { resolveRef, schemaFaults, valuesOf } from './schema-check';

export const ROOT = join(__dirname, '..', '..');
export const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;

/** One method of one path of the document. */
export interface Operation {
  readonly path: string;
  readonly method: (typeof METHODS)[number];
  /** Such as `GET /customers/{lookupKey}/{lookupValue}`. */
  readonly name: string;
  readonly operation: any;
}

/** The document that the command line prints: through the starter, because only the build knows the docstrings. */
export async function printDocument(): Promise<{ document: any; operations: Operation[] }> {
  const database = await createDatabase('sqlite');
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(ROOT, 'scripts', 'start.mjs'), 'cli', 'openapi'],
      {
        // The caller's own service has nothing to do with it.
        env: { ...process.env, DATABASE_URL: undefined, ...database.environment },
        maxBuffer: 64 * 1024 * 1024,
      },
    );
    const document = JSON.parse(stdout);
    const operations = Object.entries<any>(document.paths).flatMap(([path, item]) =>
      METHODS.filter((method) => item[method] !== undefined).map((method) => ({
        path,
        method,
        name: `${method.toUpperCase()} ${path}`,
        operation: item[method],
      })),
    );
    return { document, operations };
  } finally {
    await database.remove();
  }
}

/** Path of an operation with the examples of the parameters it cannot do without. */
export function examplePath({ path, operation }: Operation): string {
  const exampleOf = (name: string): string => operation.parameters.find((one: any) => one.name === name).schema.example;
  const query = operation.parameters
    .filter((one: any) => one.in === 'query' && one.required)
    .map(({ name }: any) => `${name}=${exampleOf(name)}`);
  return (
    path.replace(/\{(\w+)\}/g, (_, name: string) => exampleOf(name)) + (query.length > 0 ? `?${query.join('&')}` : '')
  );
}

/** Errors that need a broken service, or a token that is none; and those of keys and limits, which have tests of their own. */
const NOT_PROVOKED = [
  'UNAUTHORIZED',
  'UNKNOWN_ERROR',
  'DEPENDENCY_UNAVAILABLE',
  'JOB_INTERRUPTED',
  'IDEMPOTENCY_KEY_INVALID',
  'IDEMPOTENCY_KEY_REUSED',
  'CALL_STILL_RUNNING',
  'TOO_MANY_REQUESTS',
  'TOO_MANY_FAILED_LOGINS',
  'TOO_MANY_LARGE_BODIES',
  'SERVICE_BUSY',
  'TOO_MANY_JOBS',
  'STORAGE_FULL',
];

/** What the document says of the routes below a path. */
export class DocumentedRoutes {
  private constructor(
    readonly document: any,
    readonly operations: readonly Operation[],
  ) {}

  static async below(prefix: string): Promise<DocumentedRoutes> {
    const { document, operations } = await printDocument();
    return new DocumentedRoutes(
      document,
      operations.filter(({ path }) => path.startsWith(prefix)),
    );
  }

  operationOf(name: string): Operation {
    const found = this.operations.find((one) => one.name === name);
    if (found === undefined) throw new Error(`${name} is not in the document`);
    return found;
  }

  /** Examples of the body of a request. */
  requestsOf(name: string): any[] {
    return valuesOf(this.operationOf(name).operation.requestBody?.content['application/json'] ?? {});
  }

  /** Examples of an answer. */
  answersOf(name: string, status = 200): any[] {
    return valuesOf(this.operationOf(name).operation.responses[status].content['application/json']);
  }

  /** Examples of errors that a caller can provoke. */
  errorsOf(name: string): { status: number; code: string; value: any }[] {
    return Object.entries<any>(this.operationOf(name).operation.responses)
      .filter(([status]) => Number(status) >= 400)
      .flatMap(([status, { content }]) =>
        Object.entries<any>(content['application/json'].examples).map(([code, { value }]) => ({
          status: Number(status),
          code,
          value,
        })),
      )
      .filter(({ code }) => !NOT_PROVOKED.includes(code));
  }

  /** Requires that an answer is a documented success: its status, its body, its headers. */
  expectDocumented(name: string, { status, body, headers }: { status: number; body: any; headers: any }): void {
    const documented = this.operationOf(name).operation.responses[status];
    expect([name, status < 300 ? documented : body]).toEqual([
      name,
      expect.objectContaining({ content: expect.anything() }),
    ]);
    const { schema } = documented.content['application/json'];
    expect([name, schemaFaults(this.document, schema, body)]).toEqual([name, []]);
    for (const [header, { $ref }] of Object.entries<any>(documented.headers)) {
      // There for calls with a key only.
      if (header.startsWith('Idempoten') && headers['idempotency-key'] === undefined) continue;
      const faults = schemaFaults(this.document, resolveRef(this.document, $ref).schema, headers[header.toLowerCase()]);
      expect([name, header, faults]).toEqual([name, header, []]);
    }
  }
}
