/** Finds what a reference of a document points at; throws when it points at nothing. */
export function resolveRef(document: any, ref: string): any {
  const target = ref
    .replace(/^#\//, '')
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((node, part) => node?.[part], document);
  if (!ref.startsWith('#/') || target === undefined) throw new Error(`${ref} points at nothing`);
  return target;
}

const TYPE_TESTS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  array: Array.isArray,
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

const isDateTime = (text: string): boolean => {
  const time = new Date(text);
  return !Number.isNaN(time.getTime()) && time.toISOString() === text;
};

/** What members that are not named must be; undefined where there may be none. */
function memberSchema({ properties, additionalProperties }: any): any {
  if (typeof additionalProperties === 'object') return additionalProperties;
  return additionalProperties === true || properties === undefined ? {} : undefined;
}

/** Faults of a value against a schema of OpenAPI 3.0; members a closed object does not name are faults too. */
export function schemaFaults(document: any, schema: any, value: any, at = '$'): string[] {
  if (schema.$ref !== undefined) return schemaFaults(document, resolveRef(document, schema.$ref), value, at);
  if (value === null && schema.nullable === true) return [];
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives !== undefined) {
    const fitting = alternatives.filter((one: any) => schemaFaults(document, one, value, at).length === 0).length;
    if (fitting === 0) return [`${at} fits none of the alternatives`];
    return schema.oneOf !== undefined && fitting > 1 ? [`${at} fits several of the alternatives`] : [];
  }
  if (schema.allOf !== undefined) return schema.allOf.flatMap((one: any) => schemaFaults(document, one, value, at));
  if (schema.type !== undefined && !TYPE_TESTS[schema.type]!(value)) return [`${at} is no ${schema.type}`];
  const faults: string[] = [];
  const check = (holds: boolean, words: string) => (holds ? undefined : faults.push(`${at} ${words}`));
  if (schema.enum !== undefined) check(schema.enum.includes(value), `is none of ${schema.enum.join(', ')}`);
  if (typeof value === 'string') {
    check(schema.pattern === undefined || new RegExp(schema.pattern).test(value), `does not match ${schema.pattern}`);
    const length = [...value].length;
    check(length >= (schema.minLength ?? 0), 'is too short');
    check(length <= (schema.maxLength ?? Infinity), 'is too long');
    check(schema.format !== 'date-time' || isDateTime(value), 'is no date-time');
    check(schema.format !== 'date' || isDateTime(`${value}T00:00:00.000Z`), 'is no date');
    check(schema.format !== 'email' || value.includes('@'), 'is no e-mail address');
    check(schema.format !== 'uri' || URL.canParse(value), 'is no URI');
  }
  if (typeof value === 'number') {
    check(value >= (schema.minimum ?? -Infinity) && value <= (schema.maximum ?? Infinity), 'is out of range');
  }
  if (Array.isArray(value)) {
    check(value.length >= (schema.minItems ?? 0), 'has too few items');
    check(value.length <= (schema.maxItems ?? Infinity), 'has too many items');
    check(schema.uniqueItems !== true || new Set(value).size === value.length, 'has an item twice');
    value.forEach((item, i) => faults.push(...schemaFaults(document, schema.items ?? {}, item, `${at}[${i}]`)));
  }
  if (TYPE_TESTS['object']!(value)) {
    const members = Object.entries(value);
    check(members.length >= (schema.minProperties ?? 0), 'has too few members');
    check(members.length <= (schema.maxProperties ?? Infinity), 'has too many members');
    for (const name of schema.required ?? []) check(Object.hasOwn(value, name), `lacks ${name}`);
    for (const [name, member] of members) {
      const known = Object.hasOwn(schema.properties ?? {}, name) ? schema.properties[name] : memberSchema(schema);
      if (known === undefined) faults.push(`${at}.${name} is not in the schema`);
      else faults.push(...schemaFaults(document, known, member, `${at}.${name}`));
    }
  }
  return faults;
}

/** The examples of a body. */
export const valuesOf = (media: any): unknown[] => [
  ...(media.example === undefined ? [] : [media.example]),
  ...Object.values(media.examples ?? {}).map((example: any) => example.value),
];

/** Shows every object and array of a document to a visitor. */
export function everyNode(node: unknown, visit: (node: any) => void): void {
  if (typeof node !== 'object' || node === null) return;
  visit(node);
  Object.values(node).forEach((child) => everyNode(child, visit));
}
