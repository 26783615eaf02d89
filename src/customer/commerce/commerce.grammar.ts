import { ValidationTypes } from 'class-validator';
import type { Violation } from '../../platform/validation/compiled-validator';

/** What the value of a rule must be; a rule that is not listed is about text. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  unknownValue: ['JSONObject'],
  isObject: ['JSONObject'],
  [ValidationTypes.NESTED_VALIDATION]: ['JSONObject'],
  isArray: ['JSONArray'],
  arrayMinSize: ['JSONArray'],
  arrayMaxSize: ['JSONArray'],
  isInt: ['Integer'],
  min: ['Integer'],
  max: ['Integer'],
  isTextOrInteger: ['String', 'Integer'],
  isSsn: ['String', 'Integer'],
};

/** Keys are shown up to this length: enough to find a mistyped one, too little to fill an answer with. */
const SHOWN_KEY = 100;

function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'Null';
  if (Array.isArray(value)) return 'JSONArray';
  if (typeof value === 'object') return 'JSONObject';
  if (typeof value === 'number') return Number.isInteger(value) ? 'Integer' : 'Double';
  return typeof value === 'string' ? 'String' : 'Boolean';
}

function wrongType(pointer: string, types: readonly string[], value: unknown): string {
  return `${pointer}: expected type: ${types.join(' or ')}, found: ${typeName(value)}`;
}

/** `addresses[1].street` -> `/addresses/1/street`; consists of known members and indexes only. */
function toPointer(base: string, path: string): string {
  return path === '' ? base : `${base}/${path.replace(/\[(\d+)\]/g, '/$1').replace(/\./g, '/')}`;
}

/** What a violation says in the printed grammar of the commerce API, without the place. */
function fault({ constraint, limits, value, message, property }: Violation): string {
  const [limit] = limits;
  const count = Array.isArray(value) ? value.length : Array.from(String(value)).length;
  switch (constraint) {
    case 'arrayMaxSize':
      return `expected maximum item count: ${String(limit)}, found: ${count}`;
    case 'arrayMinSize':
      return `expected minimum item count: ${String(limit)}, found: ${count}`;
    case 'minLength':
      return `expected minLength: ${String(limit)}, actual: ${count}`;
    case 'maxLength':
      return `expected maxLength: ${String(limit)}, actual: ${count}`;
    case 'min':
      return `expected minimum: ${String(limit)}, found: ${String(value)}`;
    default:
      return message.replace(property, 'value');
  }
}

/**
 * The messages of an object's violations in the published grammar: `#/customers/0: extraneous key [company] is not
 * permitted`, `#/customers/3/email: expected type: String, found: Integer`. Values are never shown: one may be a secret.
 *
 * @param base pointer of the object that was validated, such as `#/customers/3`
 */
export function schemaMessages(violations: readonly Violation[], base: string): ReadonlySet<string> {
  // Where no list stands although one is wanted, nothing below that place is worth judging.
  const noLists = violations.filter(({ constraint }) => constraint === 'isArray');
  const told = violations.filter(
    (violation) => !noLists.some((noList) => noList !== violation && violation.path.startsWith(noList.path)),
  );
  return new Set(told.flatMap((violation) => messagesOf(violation, base)));
}

function messagesOf(violation: Violation, base: string): string[] {
  const { path, property, constraint, value, each } = violation;
  const parent = toPointer(base, path.slice(0, path.length - property.length).replace(/\.$/, ''));
  if (constraint === ValidationTypes.WHITELIST) {
    const key = Array.from(property).slice(0, SHOWN_KEY).join('');
    return [`${parent}: extraneous key [${key}${key === property ? '' : '…'}] is not permitted`];
  }
  if (value === undefined && constraint !== 'unknownValue') return [`${parent}: required key [${property}] not found`];
  const pointer = toPointer(base, path);
  const types = TYPES[constraint] ?? ['String'];
  const elements =
    each && Array.isArray(value)
      ? value.map((element: unknown, at) => ({ element, at: `${pointer}/${at}` }))
      : [{ element: value, at: pointer }];
  const wrong = elements.filter(({ element }) => !types.includes(typeName(element)));
  return wrong.length > 0
    ? wrong.map(({ element, at }) => wrongType(at, types, element))
    : [`${pointer}: ${fault(violation)}`];
}
