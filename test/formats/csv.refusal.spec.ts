import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { CsvFormat } from '../../src/bulk/formats/csv.format';
import { peakLiveMemory } from '../support/live-memory';
import { Folder, readAll, Table } from './csv.fixtures';

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

describe('refusing a CSV file', () => {
  it.each(['', '\uFEFF', ' \r\n\n\t \n', ',,,\n,,\n', '""', 'sep=;\n'])(
    'says that %j has no header row',
    async (text) => {
      const error = await refusalOf(text);
      expect(error).toMatchObject({ code: 'UNUSABLE_TABLE' });
      expect(error.message).toBe('The file has no header row. Put the column names in its first line, the data below.');
    },
  );

  it.each([
    [
      'a,b\n1,x\n2,"y\n3,z\n4,z\n',
      'Line 3, cell 2: the cell that opens here with a double quote never ends. Add the closing double quote.',
    ],
    [
      'a,b,c\n"1\n\n2","p\nq","y\n3,z\n',
      'Line 5, cell 3: the cell that opens here with a double quote never ends. Add the closing double quote.',
    ],
    [
      'sep=,\n\n\na,b\n\n"1"x,2\n',
      'Line 6, cell 1: in the cell that opens here with a double quote, text follows a closing quote. Add the missing closing quote, or double every quote inside the cell ("").',
    ],
    [
      'a,b\n1,"p\nq"\n2,"5" pipe"\n',
      'Line 4, cell 2: in the cell that opens here with a double quote, text follows a closing quote. Add the missing closing quote, or double every quote inside the cell ("").',
    ],
  ])('names the line on which the broken cell of %j begins', async (text, message) => {
    for (const content of [text, text.replaceAll('\n', '\r\n'), text.replaceAll('\n', '\r')]) {
      const error = await refusalOf(content);
      expect(error).toMatchObject({ code: 'UNREADABLE_FILE', status: 400 });
      expect(error.message).toBe(message);
    }
  });

  it('does not swallow the rest of a long file after an unclosed quote', async () => {
    const rows = Array.from({ length: 100_000 }, (_, i) => `${i},row number ${i}\n`);
    rows[1] = '1,"open\n';
    const error = await refusalOf(`a,b\n${rows.join('')}`);
    expect(error).toMatchObject({ code: 'UNREADABLE_FILE' });
    expect(error.message).toBe(
      'The record that begins on line 3 is longer than 1,048,576 characters. Check that every cell there that opens with a double quote also ends with one, and that the file has line ends.',
    );
  });

  it('refuses one row too many before it is delivered', async () => {
    expect((await read('a\n1\n\n2\n', { maxRows: 2 })).rows).toHaveLength(2);
    const error = await refusalOf('a\n1\n\n2\n3\n', { maxRows: 2 });
    expect(error).toMatchObject({ code: 'TOO_MANY_ROWS' });
    expect(error.message).toBe('The file has more than 2 data rows (line 5 is one more). Split it into several files.');
  });

  it('refuses more than 1,000 columns in the header or a row', async () => {
    const cells = (count: number): string => Array.from({ length: count }, (_, i) => `c${i}`).join(',');
    expect((await read(`${cells(1_000)}\n`)).columns).toHaveLength(1_000);
    const header = await refusalOf(`${cells(1_001)}\n`);
    expect(header).toMatchObject({ code: 'UNUSABLE_TABLE' });
    expect(header.message).toBe(
      'Line 1 has more than 1,000 cells, the most that are taken. Remove the columns that are not needed.',
    );
    expect((await refusalOf(`a\n1\n${cells(1_200)}\n`)).message).toContain('Line 3 has more than 1,000 cells');
  });

  it('does not count the columns of a result file that comes back', async () => {
    const own = '_row,_status,_error_code,_error_field,_error_message';
    const names = (count: number) => Array.from({ length: count }, (_, at) => `c${at}`).join(',');
    const row = Array.from({ length: 1_005 }, () => 'x').join(',');
    expect((await read(`${names(1_000)},${own}\n${row}\n`)).columns).toHaveLength(1_005);
    expect((await refusalOf(`${names(1_001)},${own}\n${row}\n`)).message).toContain('Line 1 has more than 1,000 cells');
    expect((await refusalOf(`${names(1_000)}\n${row}\n`)).message).toContain('Line 2 has more than 1,000 cells');
  });

  it('refuses names of columns that are too long to be told with every row', async () => {
    expect((await read(`${'n'.repeat(255)},b\n1,2\n`)).rows).toHaveLength(1);
    const one = await refusalOf(`a\n`.replace('a', `b,${'n'.repeat(256)}`));
    expect(one).toMatchObject({ code: 'UNUSABLE_TABLE' });
    expect(one.message).toBe('Line 1: the name of column 2 is longer than 255 characters. Shorten it.');
    const all = Array.from({ length: 300 }, (_, at) => `${at}${'n'.repeat(240)}`).join(',');
    expect((await refusalOf(`${all}\n`)).message).toContain('more than 65,536 characters together');
  });

  it('tells the first 20 faults of a row and that there are more, whatever the file holds', async () => {
    const header = Array.from({ length: 1_000 }, (_, i) => `c${i}`).join(',');
    const peak = await peakLiveMemory(async () => {
      const { rows } = await read(`${header}\n${`${'\0,'.repeat(999)}\0\n`.repeat(1_000)}`);
      expect(new Set(rows.map(({ faults }) => faults?.length))).toEqual(new Set([21]));
      expect(rows[7]?.faults?.at(-1)).toEqual({
        column: null,
        message: 'Line 9: further cells of this row are at fault too. Correct all of them.',
      });
    });
    expect(peak).toBeLessThan(80e6);
  });

  it('takes a record of exactly 1,048,576 characters and refuses a longer one', async () => {
    const wide = `${'x'.repeat(32_000)},`.repeat(32);
    const fill = 'y'.repeat(1024 * 1024 - wide.length);
    const header = Array.from({ length: 33 }, (_, i) => `c${i}`).join(',');
    expect((await read(`${header}\n${wide}${fill}\n`)).rows).toHaveLength(1);
    expect((await refusalOf(`${header}\n${wide}${fill}y\n`)).message).toContain(
      'begins on line 2 is longer than 1,048,576 characters',
    );
  });

  it('takes millions of blank lines', async () => {
    const table = await read(`a\n${'\n'.repeat(3_000_000)}1\n${'\r\n'.repeat(1_000_000)}`);
    expect(table.rows).toEqual([{ row: 3_000_002, cells: ['1'] }]);
  });

  it.each([
    ['letters', 'x'],
    ['commas', ','],
    ['an open quote', '"x\n'],
  ])('refuses 100 MB of %s without holding them', async (_name, unit) => {
    const path = folder.fresh();
    const out = createWriteStream(path);
    out.write('a,b\n1,');
    if (unit.startsWith('"')) out.write('"');
    const piece = Buffer.from((unit.startsWith('"') ? unit.slice(1) : unit).repeat(1_000_000));
    for (let written = 0; written < 100_000_000; written += piece.length) {
      if (!out.write(piece)) await once(out, 'drain');
    }
    await new Promise<void>((done) => out.end(done));
    const refuse = () => expect(readAll(format, path)).rejects.toMatchObject({ code: 'UNREADABLE_FILE' });
    // Twice, since what else the process does meanwhile is counted, too; what reading holds, it holds each time.
    const peaks = [await peakLiveMemory(refuse), await peakLiveMemory(refuse)];
    expect(Math.min(...peaks)).toBeLessThan(32_000_000);
  });
});
