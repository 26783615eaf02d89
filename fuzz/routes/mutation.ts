import fc from 'fast-check';

/** One change of a JSON value, at the node that the number chooses. */
export interface Mutation {
  readonly at: number;
  readonly kind: 'replace' | 'remove' | 'add' | 'repeat';
  readonly value: unknown;
  readonly name: string;
}

const LONG = 70_000;

/** Values of the wrong type, or of the right one and out of every bound. */
const strangeValues = (texts: readonly string[]): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...texts) },
    {
      weight: 4,
      arbitrary: fc.constantFrom<unknown>(
        ...[null, true, false, '', ' ', 0, -1, 1.5, 2 ** 31, 2 ** 53 - 1, 2 ** 53, 1e21, 1e-7, -0.1],
        ...[[], {}, [[]], [null], { $gt: '' }, { toString: 'x' }, ['a', 'a'], 'x'.repeat(LONG), '2026-02-30', '24:00'],
      ),
    },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  );

const NAMES = [
  'x',
  '',
  ' ',
  '__proto__',
  'constructor',
  'toString',
  'ID',
  'customerID',
  '$where',
  'a.b',
  'version',
  '😀',
];

/** Mutations with the texts among their values. */
export const mutations = (texts: readonly string[]): fc.Arbitrary<Mutation> =>
  fc.record({
    at: fc.nat(),
    kind: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'add', 'repeat'),
    value: strangeValues(texts),
    name: fc.constantFrom(...NAMES),
  });

/** A node of a JSON value, by the list or object it stands in. */
interface Place {
  readonly holder: any;
  readonly key: string | number;
}

function placesOf(holder: any): Place[] {
  if (typeof holder !== 'object' || holder === null) return [];
  const keys = Array.isArray(holder) ? holder.map((_, at) => at) : Object.keys(holder);
  return keys.flatMap((key) => [{ holder, key }, ...placesOf(holder[key])]);
}

/** The value after the changes; it is not changed itself. */
export function mutate(value: unknown, list: readonly Mutation[]): unknown {
  const box = { value: structuredClone(value) };
  for (const { at, kind, value: strange, name } of list) {
    const places = placesOf(box);
    const place = places[at % places.length];
    if (place === undefined) continue;
    const { holder, key } = place;
    const found = holder[key];
    if (kind === 'remove' && holder !== box) {
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else Reflect.deleteProperty(holder, key);
    } else if (kind === 'add' && typeof found === 'object' && found !== null) {
      if (Array.isArray(found)) found.push(structuredClone(strange));
      // As JSON has it: a member of its own, whatever its name.
      else
        Object.defineProperty(found, name, {
          value: structuredClone(strange),
          enumerable: true,
          configurable: true,
          writable: true,
        });
    } else if (kind === 'repeat' && Array.isArray(found)) {
      found.push(...structuredClone(found));
    } else {
      Object.defineProperty(holder, key, {
        value: structuredClone(strange),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
  }
  return box.value;
}
