import fc from 'fast-check';
import { resolveRef } from '../../test/program/schema-check';

const MOST_ITEMS = 3;
const USUAL_LENGTH = 24;
const patterns = new Map<string, fc.Arbitrary<string>>();

/** Texts that match a pattern; those of the service have no flags. */
function matching(pattern: string): fc.Arbitrary<string> {
  const known = patterns.get(pattern) ?? fc.stringMatching(new RegExp(pattern));
  patterns.set(pattern, known);
  return known;
}

const day = fc.date({ min: new Date('1900-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });

function texts({ pattern, format, minLength = 0, maxLength = 5_000 }: any): fc.Arbitrary<string> {
  if (pattern !== undefined) return matching(pattern);
  if (format === 'date') return day.map((date) => date.toISOString().slice(0, 10));
  if (format === 'date-time') return day.map((date) => date.toISOString());
  if (format === 'email') return fc.emailAddress();
  if (format === 'uri') return fc.webUrl();
  const usual = Math.max(minLength, Math.min(maxLength, USUAL_LENGTH));
  return fc.oneof(
    { weight: 8, arbitrary: fc.string({ minLength, maxLength: usual }) },
    {
      weight: 4,
      arbitrary: fc.string({ unit: 'grapheme', minLength, maxLength: usual }).filter((t) => [...t].length <= maxLength),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom('x'.repeat(minLength), 'x'.repeat(maxLength), '😀'.repeat(Math.min(maxLength, 500))),
    },
  );
}

function objects(document: any, { properties = {}, required = [], additionalProperties }: any): fc.Arbitrary<unknown> {
  const named = fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, fitting(document, schema)])),
    { requiredKeys: required, noNullPrototype: true },
  );
  if (additionalProperties === undefined || additionalProperties === false) return named;
  return fc
    .tuple(named, fc.dictionary(fc.string({ maxLength: 12 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }))
    .map(([fixed, free]) => ({ ...free, ...fixed }));
}

/** Values that fit a schema of OpenAPI 3.0, its example among them, its limits more often than chance would have it. */
export function fitting(document: any, schema: any): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) return fitting(document, resolveRef(document, schema.$ref));
  const alternatives = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  const plain: fc.Arbitrary<unknown> =
    alternatives !== undefined
      ? fc.oneof(...alternatives.map((one: any) => fitting(document, one)))
      : plainValues(document, schema);
  const weighted = [{ weight: 8, arbitrary: plain }];
  if (schema.example !== undefined) weighted.push({ weight: 8, arbitrary: fc.constant(schema.example) });
  if (schema.nullable === true) weighted.push({ weight: 1, arbitrary: fc.constant(null) });
  return fc.oneof(...weighted);
}

function plainValues(document: any, schema: any): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const { minimum = -(2 ** 31), maximum = 2 ** 31 - 1 } = schema;
  switch (schema.type) {
    case 'string':
      return texts(schema);
    case 'integer':
      return fc.integer({ min: minimum, max: maximum });
    case 'number':
      return fc.oneof(
        fc.integer({ min: Math.ceil(minimum), max: Math.floor(maximum) }),
        fc.double({ min: minimum, max: maximum, noNaN: true }),
      );
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(fitting(document, schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.max(schema.minItems ?? 0, Math.min(schema.maxItems ?? MOST_ITEMS, MOST_ITEMS)),
      });
    case 'object':
      return objects(document, schema);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}
