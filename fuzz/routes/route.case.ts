import fc from 'fast-check';
import type { Operation } from '../../test/program/openapi-document';
import { schemaFaults, valuesOf } from '../../test/program/schema-check';
import { Call, formCall } from '../call';
import type { Contract } from '../contract';
import type { KnownIds } from './known-ids';
import { mutate, Mutation, mutations } from './mutation';
import { twists } from './request.twists';
import { fitting } from './schema.arbitrary';

/** A request to be, as it is drawn: ids are filled in when it is sent. */
export interface RouteCase {
  /** Turns it into a call, and tells why it must be refused; null when the document allows it. */
  build(known: KnownIds): { readonly call: Call; readonly refusal: string | null };
}

/** How the value of a parameter is found. */
interface ParameterDraw {
  readonly kind: 'known' | 'fitting' | 'strange' | 'absent';
  readonly fit: unknown;
  readonly strange: string;
  readonly choice: number;
}

const JSON_TYPE = 'application/json';

function parameterDraw(contract: Contract, { schema, required, in: place }: any, texts: readonly string[]) {
  const isNeeded = required === true || place === 'path';
  return fc.record({
    kind: fc.oneof(
      { weight: isNeeded ? 12 : 2, arbitrary: fc.constant('known' as const) },
      { weight: 3, arbitrary: fc.constant('fitting' as const) },
      { weight: 1, arbitrary: fc.constant('strange' as const) },
      {
        weight: isNeeded ? 1 : 14,
        arbitrary: fc.constant(place === 'path' ? ('known' as const) : ('absent' as const)),
      },
    ),
    fit: fitting(contract.document, schema),
    strange: fc.constantFrom(...texts),
    choice: fc.nat(),
  });
}

/** Why the text of a parameter breaks its schema. */
function parameterFaults(document: any, schema: any, text: string): string[] {
  if (schema.type === 'integer') return schemaFaults(document, schema, /^-?\d+$/.test(text) ? Number(text) : text);
  if (schema.type === 'boolean')
    return schemaFaults(document, schema, text === 'true' ? true : text === 'false' ? false : text);
  return schemaFaults(document, schema, text);
}

function textOf({ name, schema }: any, { kind, fit, strange, choice }: ParameterDraw, path: string, known: KnownIds) {
  if (kind === 'absent') return undefined;
  if (kind === 'strange') return strange.toWellFormed();
  const id = kind === 'known' ? known.idFor(name, path, choice) : undefined;
  return id ?? (schema.example !== undefined && kind === 'known' ? String(schema.example) : String(fit));
}

/** Fills ids of records that are there into the numeric ids of a body. */
function withKnownNumbers(value: any, known: KnownIds, choice: number): any {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item, at) => withKnownNumbers(item, known, choice + at));
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      key === 'id' && typeof member === 'number'
        ? Number(known.idFor('lookupValue', '', choice) ?? member)
        : withKnownNumbers(member, known, choice),
    ]),
  );
}

function bodyDraw(contract: Contract, { operation }: Operation, texts: readonly string[]) {
  const content = operation.requestBody?.content ?? {};
  const [type] = Object.keys(content);
  if (type === undefined) return fc.constant(null);
  const media = content[type];
  const examples = valuesOf(media);
  const drawn = fitting(contract.document, media.schema);
  return fc.record({
    type: fc.constant(type),
    schema: fc.constant(media.schema),
    value:
      examples.length === 0
        ? drawn
        : fc.oneof({ weight: 2, arbitrary: drawn }, { weight: 1, arbitrary: fc.constantFrom(...examples) }),
    changes: fc.oneof(fc.constant<Mutation[]>([]), fc.array(mutations(texts), { minLength: 1, maxLength: 3 })),
    choice: fc.nat({ max: 1_000 }),
  });
}

/** Requests to an operation: most as the document describes them, the others off by a value, a header or a byte. */
export function routeCases(
  contract: Contract,
  operation: Operation,
  texts: readonly string[],
): fc.Arbitrary<RouteCase> {
  const parameters: any[] = operation.operation.parameters ?? [];
  return fc
    .record({
      draws: fc.tuple(...parameters.map((one) => parameterDraw(contract, one, texts))),
      body: bodyDraw(contract, operation, texts),
      twist: twists,
    })
    .map(({ draws, body, twist: { twist, choice } }) => ({
      build: (known) => {
        const refusals: string[] = [];
        let path = operation.path;
        const query: string[] = [];
        const headers: Record<string, string> = {};
        parameters.forEach((parameter, at) => {
          const draw = draws[at];
          const text = draw === undefined ? undefined : textOf(parameter, draw, operation.path, known);
          const { name, in: place, schema, required } = parameter;
          if (text === undefined) {
            if (required === true) refusals.push(`${name} is missing`);
            return;
          }
          if (place === 'path') path = path.replace(`{${name}}`, encodeURIComponent(text === '' ? ' ' : text));
          else if (place === 'query') query.push(`${name}=${encodeURIComponent(text)}`);
          else headers[name] = text.trim().replace(/[^\t\x20-\x7e\x80-\xff]/g, '?');
          // Unknown preferences are to be ignored (RFC 7240), and so is the id of an event that never was.
          const isBinding = name !== 'Prefer' && name !== 'Last-Event-ID' && place !== 'path';
          if (isBinding && text !== '')
            refusals.push(...parameterFaults(contract.document, schema, headers[name] ?? text));
        });
        let call: Call = {
          method: operation.method.toUpperCase(),
          path: query.length > 0 ? `${path}?${query.join('&')}` : path,
          headers,
        };
        if (body !== null) {
          const value = mutate(withKnownNumbers(body.value, known, body.choice), body.changes);
          if (body.type !== 'multipart/form-data')
            refusals.push(...schemaFaults(contract.document, body.schema, value));
          call = { ...call, ...bodyOf(body.type, call.path, value, headers) };
        }
        if (twist === null) return { call, refusal: refusals[0] ?? null };
        return {
          call: twist.change(call, choice),
          refusal: twist.isRefused && operation.operation.security.length > 0 ? twist.name : null,
        };
      },
    }));
}

function bodyOf(type: string, path: string, value: unknown, headers: Record<string, string>): Partial<Call> {
  if (type === JSON_TYPE) {
    return { headers: { 'Content-Type': type, ...headers }, body: Buffer.from(JSON.stringify(value ?? null)) };
  }
  const members = typeof value === 'object' && value !== null ? Object.entries(value as Record<string, unknown>) : [];
  const texts = members.map(([name, member]): [string, string] => [
    name,
    typeof member === 'string' ? member : JSON.stringify(member),
  ]);
  if (type === 'multipart/form-data') {
    const parts = texts.map(([name, text]) => ({
      name: encodeURIComponent(name.toWellFormed()),
      fileName: 'fuzz.csv',
      bytes: Buffer.from(
        `legalName,customerId,pincode,credit limit\n"${text.replaceAll('"', '""')}",,411001,12.50\nFuzz Traders,,,\n`,
      ),
    }));
    return formCall(path, parts, headers);
  }
  const form = new URLSearchParams(texts);
  return { headers: { 'Content-Type': type, ...headers }, body: Buffer.from(form.toString()) };
}
