import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import * as fc from 'fast-check';
import { CsvFormat } from '../../src/bulk/formats/csv.format';
import { CsvRecord, CsvRecords } from '../../src/bulk/formats/csv.records';
import { peakLiveMemory } from '../support/live-memory';
import { cellsOf, Folder, OPTIONS, oracle, readAll, Table, writeAll } from './csv.fixtures';

const format = new CsvFormat();
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

describe('writing CSV', () => {
  it('writes a byte order mark, commas, CRLF and quotes where they are needed', async () => {
    const path = await writeAll(
      format,
      folder,
      ['id', '=h'],
      [
        ['007', 'a"b'],
        ['+91', ' x'],
        ['a;b', 'x\ny'],
        ['é', ''],
      ],
    );
    expect(readFileSync(path, 'utf8')).toBe('\uFEFFid,\'=h\r\n007,"a""b"\r\n\'+91," x"\r\n"a;b","x\ny"\r\né,\r\n');
  });

  it('leaves a file only its owner may read, and no partial one', async () => {
    const path = await writeAll(format, folder, ['a'], [['1']]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('shows nothing under the final name before it is closed, and leaves nothing after abort', async () => {
    const path = folder.fresh();
    const writer = format.create(path);
    await writer.write({ table: null, columns: ['a'], rows: [{ row: 2, cells: ['1'] }] });
    expect(existsSync(path)).toBe(false);
    await writer.abort();
    await writer.abort();
    expect(readdirSync(folder.path).filter((name) => path.endsWith(name) || name.endsWith('.part'))).toEqual([]);
  });

  it('reports that the folder cannot be written to and leaves nothing', async () => {
    const writer = format.create(`${folder.path}/missing/file.csv`);
    const writing = writer.write({ table: null, columns: ['a'], rows: [] }).then(() => writer.close());
    await expect(writing).rejects.toMatchObject({ code: 'ENOENT' });
    await writer.abort();
  });

  it('writes the header once, also without rows, and surplus cells at the end of their record', async () => {
    const path = folder.fresh();
    const writer = format.create(path);
    await writer.write({ table: null, columns: ['a', 'b'], rows: [] });
    await writer.write({
      table: null,
      columns: ['a', 'b'],
      rows: [
        { row: 2, cells: ['1', '2', '3'] },
        { row: 3, cells: ['4'] },
      ],
    });
    await writer.close();
    expect(readFileSync(path, 'utf8')).toBe('\uFEFFa,b\r\n1,2,3\r\n4,\r\n');
    expect(cellsOf(await readAll(format, await writeAll(format, folder, ['a', 'b'], [])))).toEqual([]);
  });

  it('leaves a file that starts like JSON, HTML or sep= readable as CSV', async () => {
    for (const header of ['{a', '[b', '<c', '%PDF', 'sep=;', 'sep=,', '\uFEFFd', 'a;b;c']) {
      const path = await writeAll(format, folder, [header], [['1']]);
      expect(format.accepts(readFileSync(path))).toBe(true);
      expect(await readAll(format, path)).toMatchObject({ columns: [header], rows: [{ cells: ['1'] }] });
    }
  });

  const piece = fc.constantFrom(
    '"',
    ',',
    ';',
    '\t',
    '|',
    '\r',
    '\n',
    "'",
    '=',
    '+',
    '-',
    '@',
    ' ',
    '\u00a0',
    '\x1b$B',
    '\x01',
    'é',
    '😀',
    '007',
    '1234567890123456',
    '+91',
    '=1+1',
    "'=x",
    '\uFEFF',
  );
  const cell = fc.oneof(
    fc.array(piece, { maxLength: 6 }).map((parts) => parts.join('')),
    fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')),
  );

  it('reads back cell for cell whatever it wrote', async () => {
    const table = fc
      .integer({ min: 1, max: 5 })
      .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 8 }));
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const columns = (rows[0] ?? ['']).map((_, i) => `=h${i};"x`);
        const back = await readAll(format, await writeAll(format, folder, columns, rows));
        expect(back.columns).toEqual(columns);
        // Rows whose cells are all empty are no data rows, but keep their number.
        const expected = rows
          .map((cells, i) => ({ row: i + 2, cells }))
          .filter((row) => row.cells.some((text) => text !== ''));
        expect(back.rows.map(({ row, cells }) => ({ row, cells }))).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });

  it('reads what an independent reader reads, whatever delimiter, quotes and line ends were used', async () => {
    const plain = fc.string({ unit: fc.constantFrom('a', '1', ' ', '"', 'é') }).map((text) => text.replace(/^"+/, ''));
    const quoted = fc
      .string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r', '|') })
      .map((text) => `"${text.replaceAll('"', '""')}"`);
    const record = fc.tuple(
      fc.oneof(plain, quoted),
      fc.oneof(plain, quoted),
      fc.oneof(plain, quoted),
      fc.constantFrom('\n', '\r\n', '\r'),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { maxLength: 10 }),
        fc.constantFrom(',', ';', '\t', '|'),
        async (records, delimiter) => {
          const text = `h1${delimiter}h2${delimiter}h3\n${records.map(([a, b, c, end]) => [a, b, c].join(delimiter) + end).join('')}`;
          const expected = oracle(text, delimiter).slice(1);
          expect(cellsOf(await read(text))).toEqual(expected.filter((cells) => cells.some((value) => value !== '')));
        },
      ),
      { numRuns: 600 },
    );
  });

  it('reads or refuses alike wherever the pieces of the text end', () => {
    const inPieces = (text: string, ends: number[]): CsvRecord[] | string => {
      const records = new CsvRecords(',', 1);
      const cuts = [0, ...ends.map((end) => end % (text.length + 1)).sort((a, b) => a - b), text.length];
      try {
        return [...cuts.slice(1).flatMap((end, i) => records.feed(text.slice(cuts[i], end))), ...records.finish()];
      } catch (error) {
        return (error as Error).message;
      }
    };
    const anyText = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', '""', '\r\n', '"\n'), maxLength: 30 });
    fc.assert(
      fc.property(anyText, fc.array(fc.nat(60), { maxLength: 6 }), (text, ends) => {
        expect(inPieces(text, ends)).toEqual(inPieces(text, []));
      }),
      { numRuns: 3_000 },
    );
  });

  it('refuses a table in a changed or cut file loudly or reads it, but never fails otherwise', async () => {
    const valid = Buffer.from('id,name,note\r\n1,"a ""b""\r\nc",é\r\n2,x,"y,z"\r\n');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 4 }), async (changes) => {
        const bytes = Buffer.from(valid);
        for (const [at, value] of changes) bytes[at] = value;
        const error = await refusalOf(bytes);
        if (error.message === 'was accepted') return;
        expect(error).toHaveProperty(
          'code',
          expect.stringMatching(/^(UNREADABLE_FILE|UNUSABLE_TABLE|UNSUPPORTED_FILE_FORMAT)$/),
        );
      }),
      { numRuns: 400 },
    );
  });
});

describe('a CSV file of 100,000 rows and 20 columns', () => {
  it('comes back complete, in flat memory', async () => {
    const columns = Array.from({ length: 20 }, (_, i) => `column ${i}`);
    const path = folder.fresh();
    const writer = format.create(path);
    for (let from = 0; from < 100_000; from += 500) {
      const rows = Array.from({ length: 500 }, (_, i) => ({
        row: from + i + 2,
        cells: columns.map((_name, j) => `+${from + i}-${j}`),
      }));
      await writer.write({ table: null, columns, rows });
    }
    await writer.close();
    let [count, last] = [0, 1];
    const peak = await peakLiveMemory(async () => {
      for await (const batch of format.read(path, OPTIONS)) {
        for (const row of batch.rows) {
          if (row.row !== last + 1 || row.faults !== undefined || row.cells[19] !== `+${last - 1}-19`)
            throw new Error(`row ${row.row}`);
          last = row.row;
          count++;
        }
      }
    });
    expect(count).toBe(100_000);
    // Of cells that take more than a hundred megabytes together.
    expect(peak).toBeLessThan(40_000_000);
  });
});
