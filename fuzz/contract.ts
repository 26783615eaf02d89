import { Operation, printDocument } from '../test/program/openapi-document';
import { schemaFaults } from '../test/program/schema-check';
import type { Answer, Call } from './call';
import type { FindingKind } from './finding';

interface Fault {
  readonly kind: FindingKind;
  readonly words: string;
}

/** Answers to headers of HTTP itself, which the document does not name for each operation: RFC 9110, RFC 6585. */
const ABOUT_THE_REQUEST = new Set([304, 405, 406, 408, 417, 431]);
/** The same for a body where the operation takes none. */
const ABOUT_A_BODY = new Set([413, 415]);
const MOST_FAULTS = 3;

/** What the document of the service promises of its answers. */
export class Contract {
  private readonly routes: readonly { readonly pattern: RegExp; readonly operation: Operation }[];

  constructor(
    readonly document: any,
    readonly operations: readonly Operation[],
  ) {
    // Those without parameters first: they win over a parameter that would take the same segment.
    this.routes = [...operations]
      .sort((a, b) => a.path.split('{').length - b.path.split('{').length)
      .map((operation) => ({ operation, pattern: new RegExp(`^${operation.path.replace(/\{\w+\}/g, '[^/]+')}/?$`) }));
  }

  /** Reads the document as the command line prints it. */
  static async read(): Promise<Contract> {
    const { document, operations } = await printDocument();
    return new Contract(document, operations);
  }

  /** The operation a call goes to; undefined when it goes to none. */
  operationOf({ method, path }: Call): Operation | undefined {
    const [route = ''] = path.split('?');
    const wanted = (method === 'HEAD' ? 'GET' : method).toLowerCase();
    return this.routes.find(({ pattern, operation }) => operation.method === wanted && pattern.test(route))?.operation;
  }

  /** Where an answer breaks the document. */
  faultsOf(call: Call, { status, headers, body }: Answer): Fault[] {
    const operation = this.operationOf(call)?.operation;
    if (operation === undefined) return status < 400 && call.method !== 'OPTIONS' ? [strayAnswer(call, status)] : [];
    if (ABOUT_THE_REQUEST.has(status)) return [];
    if (ABOUT_A_BODY.has(status) && operation.requestBody === undefined) return [];
    const documented = operation.responses[String(status)];
    if (documented === undefined) return [{ kind: 'undocumented', words: `${status} is not documented` }];
    const faults: Fault[] = Object.keys(documented.headers ?? {})
      .filter((name) => name === 'X-Request-Id' && headers[name.toLowerCase()] === undefined)
      .map((name) => ({ kind: 'schema', words: `the header ${name} is missing` }));
    if (call.method === 'HEAD' || documented.content === undefined) return faults;
    const [type = ''] = (headers['content-type'] ?? '').split(';');
    const media = documented.content[type];
    if (media === undefined) {
      return [...faults, { kind: 'undocumented', words: `a body of type "${type}" is not documented for ${status}` }];
    }
    if (type !== 'application/json') return faults;
    return [...faults, ...this.bodyFaults(media.schema, body.toString())];
  }

  private bodyFaults(schema: any, text: string): Fault[] {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return [{ kind: 'schema', words: 'the body is no JSON' }];
    }
    const faults = schemaFaults(this.document, schema, value);
    return faults.slice(0, MOST_FAULTS).map((words) => ({ kind: 'schema', words }));
  }
}

function strayAnswer({ method }: Call, status: number): Fault {
  return { kind: 'undocumented', words: `${status} to ${method} of a path that is not in the document` };
}
