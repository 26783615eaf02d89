import fc from 'fast-check';
import {
  changesBetween,
  DocumentChange,
  isJsonObject,
  Json,
  jsonEquals,
  JsonObject,
  mergeDocument,
} from '../../src/campaign/records/document-merge';

const key = fc.oneof(
  fc.constantFrom('a', 'b', 'a/b', '~', '~1', '', 'ü', '0', 'toString'),
  fc.string({ maxLength: 3 }),
);
const safeKey = key.filter((name) => name !== '__proto__');
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<Json>(null, true, false, 0, 1, -1.5, '', 'x'),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(safeKey, tie('json'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const object = fc.dictionary(safeKey, json, { maxKeys: 5, noNullPrototype: true });

/** Carries out changes on a copy; `back` undoes them. */
function replay(document: JsonObject, changes: readonly DocumentChange[], back = false): JsonObject {
  const copy = structuredClone(document);
  for (const { field, from, to } of changes) {
    const path = field.split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = path.pop() ?? '';
    const place = path.reduce((inner, step) => inner[step] as JsonObject, copy);
    const value = back ? from : to;
    if (value === undefined) Reflect.deleteProperty(place, last);
    else place[last] = value;
  }
  return copy;
}

describe('merging a patch into a document', () => {
  // RFC 7396, appendix A: the cases whose target and patch are objects.
  it.each<[string, string, string]>([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', '{}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])('%s with %s gives %s, as the RFC prints it', (document, patch, result) => {
    expect(JSON.stringify(mergeDocument(JSON.parse(document), JSON.parse(patch)))).toBe(result);
  });

  it.each<[string, string, string]>([
    ['{"x":[1,2]}', '{"x":{"a":"b","c":null}}', '{"x":{"a":"b"}}'],
    ['{"x":1}', '{"x":{"a":{"b":null}}}', '{"x":{"a":{}}}'],
    ['{"x":null}', '{"x":{"a":1}}', '{"x":{"a":1}}'],
    ['{"x":{"a":1}}', '{"x":2}', '{"x":2}'],
    ['{"x":{"a":1}}', '{"x":{}}', '{"x":{"a":1}}'],
    ['{"x":[1]}', '{"x":[{"a":null},null]}', '{"x":[{"a":null},null]}'],
    ['{"a":1,"b":2,"c":3}', '{"b":4,"d":5,"a":6}', '{"a":6,"b":4,"c":3,"d":5}'],
    ['{"a":1}', '{"toString":2,"valueOf":null}', '{"a":1,"toString":2}'],
    ['{"a":1}', '{"hasOwnProperty":{"x":1}}', '{"a":1,"hasOwnProperty":{"x":1}}'],
  ])('%s with %s gives %s', (document, patch, result) => {
    expect(JSON.stringify(mergeDocument(JSON.parse(document), JSON.parse(patch)))).toBe(result);
  });

  it('leaves document and patch as they were', () => {
    const document = { a: { b: { c: 1 } }, l: [1] };
    const patch = { a: { b: { d: 2 } }, l: [2], n: { o: null } };
    const before = JSON.stringify([document, patch]);
    mergeDocument(document, patch);
    expect(JSON.stringify([document, patch])).toBe(before);
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(object, object, (document, patch) => {
        const once = mergeDocument(document, patch);
        expect(changesBetween(once, mergeDocument(once, patch))).toEqual([]);
      }),
    );
  });
});

describe('the changes between two documents', () => {
  const changes = (before: JsonObject, after: JsonObject) => changesBetween(before, after);

  it('name each member by its JSON pointer, with what it was and what it is', () => {
    const before = { gone: 1, kept: 2, deep: { gone: null, changed: [1], kept: {} }, kind: { a: 1 }, 'a/b~c': 1 };
    const after = { kept: 2, deep: { changed: [1, 2], kept: {}, new: {} }, kind: 'x', 'a/b~c': 2, new: null };
    expect(changes(before, after)).toEqual([
      { field: 'gone', from: 1 },
      { field: 'deep/gone', from: null },
      { field: 'deep/changed', from: [1], to: [1, 2] },
      { field: 'deep/new', to: {} },
      { field: 'kind', from: { a: 1 }, to: 'x' },
      { field: 'a~1b~0c', from: 1, to: 2 },
      { field: 'new', to: null },
    ]);
  });

  it('do not name what is absent: a member that was not there has no "from", one that is gone no "to"', () => {
    const [change] = changes({}, { a: null });
    expect(Object.keys(change!)).toEqual(['field', 'to']);
    expect(Object.keys(changes({ a: null }, {})[0]!)).toEqual(['field', 'from']);
  });

  it('are none when only the order of members differs, at any level', () => {
    expect(changes({ a: 1, b: { c: [{ x: 1, y: 2 }], d: 1 } }, { b: { d: 1, c: [{ y: 2, x: 1 }] }, a: 1 })).toEqual([]);
  });

  it.each<[string, Json, Json]>([
    ['text and number', '1', 1],
    ['null and absent text', null, ''],
    ['an empty list and an empty object', [], {}],
    ['lists of another order', [1, 2], [2, 1]],
    ['lists of another length', [1], [1, null]],
    ['a list and the object that looks like it', ['a'], { 0: 'a' }],
    ['objects inside lists', [{ a: 1 }], [{ a: 2 }]],
    ['an own member and an inherited one', [{ toString: 1 }], [{ valueOf: 1 }]],
    ['a missing member and null', [{ a: null }], [{ b: null }]],
    ['true and false', true, false],
  ])('tell %s apart', (_name, one, other) => {
    expect(changes({ x: one }, { x: other })).toEqual([{ field: 'x', from: one, to: other }]);
    expect(changes({ x: other }, { x: one })).toEqual([{ field: 'x', from: other, to: one }]);
    expect([jsonEquals(one, other), jsonEquals(other, one)]).toEqual([false, false]);
  });

  it('lead from the one to the other, and back', () => {
    fc.assert(
      fc.property(object, object, (before, after) => {
        const found = changes(before, after);
        expect(jsonEquals(replay(before, found), after)).toBe(true);
        expect(jsonEquals(replay(after, found, true), before)).toBe(true);
        expect(found.length === 0).toBe(jsonEquals(before, after));
      }),
      { numRuns: 500 },
    );
  });
});

it('an object is neither null nor a list', () => {
  expect([{}, { a: 1 }].every(isJsonObject)).toBe(true);
  expect([null, [], '', 0, true, undefined].some(isJsonObject)).toBe(false);
});
