import { STATUS_CODES } from 'node:http';
import { getSchemaPath, type OpenAPIObject } from '@nestjs/swagger';
import { scopeMissing, tokenRequired } from '../auth/auth.errors';
import { isScope } from '../auth/scopes';
import type { ApiFamily } from '../errors/api-family';
import { AppError } from '../errors/app-error';
import type { FamilyRegistry } from '../errors/family.registry';
import { DependencyUnavailable, PayloadTooLarge, UnsupportedMediaType } from '../errors/http.errors';
import { toAppError } from '../errors/to-app-error';
import { malformedJson } from '../http/json-refusal';
import { ROUTE_ERRORS } from './api-errors';
import { headerRefs } from './response-headers';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;
type Response = Operation['responses'][string];

const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;

/** What an error answer of the examples knows about its request. */
const EXAMPLE_CONTEXT = {
  requestId: '5f0c9a1b-2c3d-4e5f-8071-8293a4b5c6d7',
  at: new Date('2024-10-10T08:34:46Z'),
  baseUrl: 'https://rollbook.example',
};

/** What can be wrong with a JSON body as such; a route that words one of them itself is taken at its word. */
const JSON_BODY_ERRORS: readonly AppError[] = [
  malformedJson({ line: 1, column: 2 }, 'a key in double quotes or }'),
  new PayloadTooLarge('The body may have at most 1048576 bytes; send less in one call.'),
  new UnsupportedMediaType('Send the body as JSON, with the header Content-Type: application/json.'),
];

/** The published pages' words for a status, where they are not those of HTTP. */
const PUBLISHED_NAMES: Readonly<Record<number, string>> = { 422: 'Unprocessable Request', 500: 'Server Error' };

/** All operations of a document with their paths. */
export function operationsOf(document: OpenAPIObject): { path: string; operation: Operation }[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => (item[method] === undefined ? [] : [{ path, operation: item[method] }])),
  );
}

/**
 * Gives every operation its error answers, in the words and the body of its family: rendered by the very code that
 * renders them at run time, so that an example cannot differ from the real thing.
 */
export function addErrorResponses(document: OpenAPIObject, families: FamilyRegistry): void {
  for (const { path, operation } of operationsOf(document)) {
    const members = operation as unknown as Record<string, unknown>;
    const own = (members[ROUTE_ERRORS] ?? []) as readonly AppError[];
    Reflect.deleteProperty(operation, ROUTE_ERRORS);
    const byStatus = new Map<number, AppError[]>();
    for (const error of [...own, ...standingErrors(operation, own)]) {
      byStatus.set(error.status, [...(byStatus.get(error.status) ?? []), error]);
    }
    for (const [status, errors] of byStatus) {
      operation.responses[String(status)] = errorResponse(families.of(path), status, errors);
    }
  }
}

/** Errors that follow from what an operation is: guarded, with a JSON body, dependent on the database. */
function standingErrors({ security = [], requestBody }: Operation, own: readonly AppError[]): AppError[] {
  const scopes = security.flatMap((requirement) => Object.values(requirement).flat()).filter(isScope);
  if (scopes.length === 0) return [];
  const hasJsonBody =
    requestBody !== undefined && 'content' in requestBody && 'application/json' in requestBody.content;
  return [
    tokenRequired(),
    ...scopes.map(scopeMissing),
    ...(hasJsonBody ? JSON_BODY_ERRORS.filter(({ code }) => !own.some((error) => error.code === code)) : []),
    toAppError(null),
    new DependencyUnavailable('The database does not answer at the moment; try again shortly.'),
  ];
}

function errorResponse(family: ApiFamily, status: number, errors: readonly AppError[]): Response {
  const model = family.errorModels?.[status] ?? family.errorModels?.other;
  const examples: Record<string, object> = {};
  for (const [index, error] of errors.entries()) {
    const namesakes = errors.slice(0, index).filter(({ code }) => code === error.code).length;
    const name = namesakes === 0 ? error.code : `${error.code}_${namesakes + 1}`;
    examples[name] = { summary: error.message, value: family.render(error, EXAMPLE_CONTEXT).body };
  }
  return {
    description: PUBLISHED_NAMES[status] ?? STATUS_CODES[status] ?? 'Error',
    headers: headerRefs(
      'X-Error-Type',
      ...(status === 401 ? (['WWW-Authenticate'] as const) : []),
      ...(isForLater(status, errors) ? (['Retry-After'] as const) : []),
    ),
    content: {
      'application/json': {
        schema: model === undefined ? { type: 'object' } : { $ref: getSchemaPath(model) },
        examples,
      },
    },
  };
}

function isForLater(status: number, errors: readonly AppError[]): boolean {
  return status === 429 || status === 503 || errors.some(({ retryAfterSeconds }) => retryAfterSeconds !== undefined);
}
