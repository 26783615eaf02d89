import { parseJson } from '../../src/platform/http/json-parser';
import { outcomeOf } from './json-parser.fixtures';

const messageOf = (text: string): Promise<string> =>
  parseJson(text).then(
    () => 'accepted',
    (error: unknown) => (error as Error).message,
  );

describe('A JSON text', () => {
  it.each([
    '0',
    '-0',
    'null',
    '""',
    ' [ ] ',
    '{}',
    '{"a":{"b":[1,2,{"c":null}]},"d":[[],{}]}',
    '\t\r\n {"a" :\n1 ,"b": true,\r\n"c":false}\n ',
    '"\\u0000\\ud83d\\ude00\\"\\\\\\/\\b\\f\\n\\r\\t"',
    '"\\ud800"',
    '["\u007f\u2028\uFEFF\ud800"]',
    '{"1":0,"0":1,"length":2,"toString":3,"":4,"constructor":5}',
    '{"__proto__":{"a":1},"b":{"__proto__":null}}',
  ])('%j is read as JSON.parse reads it', async (text) => {
    expect(await outcomeOf(text)).toBe('accepted');
  });

  it('keeps __proto__ as a member, and the prototype as it is', async () => {
    const value = (await parseJson('{"__proto__":{"isAdmin":true}}')) as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(value['isAdmin']).toBeUndefined();
    expect(Object.getPrototypeOf(value)).toBe(Object.getPrototypeOf({}));
  });

  it('may hold texts longer than one stretch, with escapes wherever the stretch ends', async () => {
    for (const shift of [0, 1, 2, 3, 4, 5, 6]) {
      const text = 'x'.repeat(shift) + '\\u00e9\\n\\ud83d\\ude00é'.repeat(5_000);
      expect(await outcomeOf(`{"${text}":["${text}","end"]}`)).toBe('accepted');
      expect(await outcomeOf(`["${text}`)).toBe('malformed');
      expect(await outcomeOf(`["${text}\\"]`)).toBe('malformed');
    }
  });

  it.each([
    ['', 'Line 1, column 1 of the body: expected a value, found the end of the body. Correct the JSON there.'],
    ['{"a":1,}', "Line 1, column 8 of the body: expected a key in double quotes, found '}'. Correct the JSON there."],
    ['{\n  "a": 1\n  "b": 2\n}', "Line 3, column 3 of the body: expected a comma or }, found '\"'."],
    ['[1 2]', "column 4 of the body: expected a comma or ], found '2'."],
    ['[1,]', "column 4 of the body: expected a value, found ']'."],
    ['{"a"}', "column 5 of the body: expected a colon, found '}'."],
    ["{'a':1}", "column 2 of the body: expected a key in double quotes or }, found '''."],
    ['{} {}', "column 4 of the body: expected the end of the body, found '{'."],
    ['[tru]', "column 2 of the body: expected a value or ], found 't'."],
    ['[01]', "column 2 of the body: expected a number written like -12.5, found '0'."],
    ['[-]', "column 2 of the body: expected a number written like -12.5, found '-'."],
    ['["a\nb"]', 'column 4 of the body: expected a double quote that ends the text'],
    ['["a\nb"]', 'found U+000A.'],
    ['["\\x"]', "column 4 of the body: expected one of \" \\ / b f n r t or u and 4 hex digits after \\, found 'x'."],
    ['["\\\\\\u12g4"]', 'column 6 of the body: expected one of'],
    ['["abc', 'column 6 of the body: expected a double quote that ends the text'],
    ['[😀]', 'found U+1F600.'],
    ['\uFEFF{}', 'column 1 of the body: expected a value, found U+FEFF.'],
  ])('%j is refused, naming the place: %s', async (text, message) => {
    expect(await outcomeOf(text)).toBe('malformed');
    expect(await messageOf(text)).toContain(message);
  });

  it.each([
    ['{"a":1,"b":{"a":1},"a":2}', 'a', 'stands twice in its object; leave one of them out'],
    ['{"a":[{},{"x":1,"\\u0078":1}]}', 'a[1].x', 'stands twice in its object; leave one of them out'],
    ['{"__proto__":1,"__proto__":1}', '__proto__', 'stands twice in its object; leave one of them out'],
    ['[[1,[9007199254740992]]]', '[0][1][0]', 'is a number that cannot be kept exactly; send it as text'],
    ['{"a":{"b.c":1e400}}', 'a.b.c', 'is a number that cannot be kept exactly; send it as text'],
    ['1e-400', 'body', 'is a number that cannot be kept exactly; send it as text'],
    [`{"a":${'['.repeat(32)}${']'.repeat(32)}}`, `a${'[0]'.repeat(31)}`, 'is nested deeper than 32 levels'],
    [`${'{"a":'.repeat(33)}1${'}'.repeat(33)}`, Array(32).fill('a').join('.'), 'is nested deeper than 32 levels'],
  ])('%j is refused whole, naming %s', async (text, field, message) => {
    await expect(parseJson(text)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      issues: [{ object: 'body', field, rejectedValue: null, message: `${field} ${message}` }],
    });
  });

  it('may be 32 levels deep', async () => {
    expect(await outcomeOf('['.repeat(32) + ']'.repeat(32))).toBe('accepted');
  });

  it('may have 10,000 keys in an object and 2,000,000 values in all, but no more', async () => {
    const keys = (count: number) => `{${Array.from({ length: count }, (_, i) => `"${i}":1`).join(',')}}`;
    expect(await outcomeOf(keys(10_000))).toBe('accepted');
    expect(await messageOf(`[${keys(10_001)}]`)).toContain('[0].10000 is one key too many; an object may have 10000');
    const ones = (count: number) => `[1${',1'.repeat(count - 1)}]`;
    expect(await parseJson(ones(1_999_999))).toHaveLength(1_999_999);
    expect(await messageOf(ones(2_000_000))).toContain('it holds more than 2000000 values; send it in several calls');
  });

  it('shows little of itself in a message, however long its keys are', async () => {
    const key = 'k'.repeat(100_000);
    expect((await messageOf(`{"${key}":1e400}`)).length).toBeLessThan(400);
    expect((await messageOf(`{"${key}" 1}`)).length).toBeLessThan(400);
  });

  it('may be forbidden to have certain keys', async () => {
    const forbidden = new Set(['b']);
    expect(await parseJson('{"a":"b"}', forbidden)).toEqual({ a: 'b' });
    await expect(parseJson('{"a":[{"\\u0062":1}]}', forbidden)).rejects.toThrow('a[0].b is a key that is not allowed');
  });
});

describe('A number', () => {
  it.each(
    [
      '0',
      '-0',
      '0.0',
      '0e9999',
      '1',
      '-12',
      '0.1',
      '1.50',
      '1E3',
      '1e+2',
      '100e-2',
      '123456789012345',
      '1.0e+28',
    ].concat(
      ['9007199254740991', '-9007199254740991', '0.30000000000000004', '1.7976931348623157e308', '5e-324', '123e65'],
      ['99999999999999.9', '1234567.123456785'],
    ),
  )('is taken when a double says the same: %s', async (literal) => {
    expect(await outcomeOf(`[${literal}]`)).toBe('accepted');
  });

  it.each(
    ['9007199254740992', '-9007199254740992', '9007199254740993', '9223372036854775807', '1e400', '-1e400'].concat(
      [
        '1e-400',
        '0.1000000000000000055',
        '1.000000000000000005',
        '4.9e-324',
        '0.12345678901234567890',
        '123456789.0123456789',
      ],
      ['1e99999999999999999999'],
    ),
  )('is refused when a double would change it: %s', async (literal) => {
    expect(await outcomeOf(`[${literal}]`)).toBe('refused');
  });

  it('may have zeros behind it up to 1,000 characters', async () => {
    expect(await outcomeOf(`[1.${'0'.repeat(998)}]`)).toBe('accepted');
    expect(await outcomeOf(`[1.${'0'.repeat(999)}]`)).toBe('refused');
    expect(await outcomeOf(`[${'1'.repeat(1_000_000)}]`)).toBe('refused');
  });
});

describe('Reading a large text', () => {
  it.each([
    [
      'records',
      () => JSON.stringify(Array.from({ length: 200_000 }, (_, i) => ({ id: i, name: `Customer ${i}`, ok: true }))),
    ],
    ['one text', () => JSON.stringify('x'.repeat(20_000_000))],
    ['one text of escapes', () => `"${'\\u0041'.repeat(4_000_000)}"`],
    ['one key', () => `{"${'x'.repeat(20_000_000)}":1}`],
    ['blanks', () => `[${' \n'.repeat(10_000_000)}]`],
  ])('lets others have their turn: %s', async (_what, write) => {
    const text = write();
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns++;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    const value = await parseJson(text);
    isDone = true;
    expect(turns).toBeGreaterThanOrEqual(3);
    expect(JSON.stringify(value) === JSON.stringify(JSON.parse(text))).toBe(true);
  });
});
