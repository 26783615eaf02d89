import { CsvFormat } from '../../src/bulk/formats/csv.format';
import { cellsOf, Folder, messagesOf, readAll, Table } from './csv.fixtures';

const format = new CsvFormat();
const folder = new Folder();
afterAll(() => folder.remove());

function read(content: string | Buffer, options = {}): Promise<Table> {
  return readAll(format, folder.file(content), options);
}

describe('accepting a file as CSV', () => {
  it.each(['a,b\n1,2', 'a', '', ' \r\n\t', '\uFEFFid;name', '"{",1', 'ID;Phone\n1;2'])('accepts %j', (text) => {
    expect(format.accepts(Buffer.from(text))).toBe(true);
  });

  it('accepts UTF-16 with and without byte order mark', () => {
    expect(format.accepts(Buffer.from('\uFEFFid,name\n', 'utf16le'))).toBe(true);
    expect(format.accepts(Buffer.from('id,name\n1,2\n', 'utf16le').swap16())).toBe(true);
  });

  it.each(['{"a":1}', ' [1]', '\uFEFF<html>', '<?xml?>', '%PDF-1.7', 'PK\x03\x04', 'a\0b', 'ID;PWXL;N;E', 'GIF89a'])(
    'does not accept %j',
    (text) => {
      expect(format.accepts(Buffer.from(text))).toBe(false);
    },
  );

  it.each(['d0cf11e0a1b11ae1', '89504e470d0a1a0a', 'ffd8ffe000104a46', '1f8b0800', '377abcaf271c'])(
    'does not accept the binary signature %s',
    (hex) => {
      expect(format.accepts(Buffer.from(hex, 'hex'))).toBe(false);
    },
  );
});

describe('reading CSV', () => {
  it('keeps leading zeros, long digits, plus signs, blanks and mangled numbers as text', async () => {
    const cells = ['007', '1234567890123456', '+919876543210', ' x ', '1.23457E+15', '-5000', '29/02/2024'];
    expect(cellsOf(await read(`a,b,c,d,e,f,g\n${cells.join(',')}\n`))).toEqual([cells]);
  });

  it('takes the apostrophe of a neutralised cell and header away', async () => {
    const table = await read("'=a,b\n'=1+1,''=x\n'tis,=2\n");
    expect(table.columns).toEqual(['=a', 'b']);
    expect(cellsOf(table)).toEqual([
      ['=1+1', "'=x"],
      ["'tis", '=2'],
    ]);
  });

  it.each([',', ';', '\t', '|'])('finds the delimiter %j', async (delimiter) => {
    const text = [
      ['id', 'name'],
      ['1', '"x,;\t|y"'],
      ['2', '1.5'],
    ]
      .map((row) => row.join(delimiter))
      .join('\n');
    expect(cellsOf(await read(text))).toEqual([
      ['1', 'x,;\t|y'],
      ['2', '1.5'],
    ]);
  });

  it.each([
    ['decimal commas in a semicolon file', 'id;amount;rate\n1;1,5;2,5\n2;2,5;3,5\n', ['1', '1,5', '2,5']],
    ['semicolons inside quoted headers', '"a;b;c;d",x\n1,2\n', ['1', '2']],
    ['a pipe inside some cells', 'id,name|alias,city\n1,A|B,X\n2,C,Y\n3,D,Z\n', ['1', 'A|B', 'X']],
    ['one column', 'name\nAnna; Bob\nCarl\n', ['Anna; Bob']],
    ['a quoted line break in the header', '"first\nname";b\n1;2\n', ['1', '2']],
  ])('is not misled by %s', async (_name, text, first) => {
    expect(cellsOf(await read(text))[0]).toEqual(first);
  });

  it.each([';', ',', '\t', '|'])('follows a first line sep=%s and does not count it as a row', async (delimiter) => {
    const table = await read(`sep=${delimiter}\r\na${delimiter}b,c;d\r\n1${delimiter}\r\n2\r\n`);
    expect(table.columns[0]).toBe('a');
    expect(table.rows[0]?.row).toBe(2);
    expect(messagesOf(table).at(-1)).toContain('Line 4 has 1 cell');
  });

  it.each(['\n', '\r\n', '\r'])('reads the same rows with line ends %j, with and without a final one', async (end) => {
    const lines = ['a,b', '1,"x"', '2,""', '3,z'];
    for (const text of [lines.join(end), lines.join(end) + end]) {
      expect(cellsOf(await read(text))).toEqual([
        ['1', 'x'],
        ['2', ''],
        ['3', 'z'],
      ]);
    }
  });

  it('reads mixed line ends and keeps those inside quotes exactly', async () => {
    const table = await read('a,b\r1,"x\r\ny"\n2,"x\ry"\r\n3,"x\n\ny"');
    expect(cellsOf(table)).toEqual([
      ['1', 'x\r\ny'],
      ['2', 'x\ry'],
      ['3', 'x\n\ny'],
    ]);
  });

  it('numbers rows as a spreadsheet does, counting blank lines and multi-line cells as it shows them', async () => {
    const table = await read('\n a,b\n\n1,"x\ny"\n,\n   \n2,z\n');
    expect(table.columns).toEqual([' a', 'b']);
    expect(table.rows).toEqual([
      { row: 4, cells: ['1', 'x\ny'] },
      { row: 7, cells: ['2', 'z'] },
    ]);
  });

  it('keeps a cell of blanks in a file of one column', async () => {
    expect(cellsOf(await read('a\n" "\n\n""\nx\n'))).toEqual([[' '], ['x']]);
  });

  it('takes a quote inside a cell that does not begin with one as text', async () => {
    const table = await read('lat;size\n41°24\'12.2"N;5" pipe\n"a;b"; "c"\n');
    expect(cellsOf(table)).toEqual([
      ['41°24\'12.2"N', '5" pipe'],
      ['a;b', ' "c"'],
    ]);
  });

  it('fills up a short row, names both counts and shifts nothing', async () => {
    const table = await read('a,b,c\n"1\n2",x\n4,5,6\n7\n');
    expect(table.rows).toEqual([
      {
        row: 2,
        cells: ['1\n2', 'x', ''],
        faults: [
          {
            column: null,
            message:
              'Line 2 has 2 cells, the header 3. Add the missing cells, empty ones too, so that every value stands under its own header.',
          },
        ],
      },
      { row: 3, cells: ['4', '5', '6'] },
      {
        row: 4,
        cells: ['7', '', ''],
        faults: [{ column: null, message: expect.stringContaining('Line 5 has 1 cell, the header 3') }],
      },
    ]);
  });

  it('keeps all cells of a long row and names both counts, even where the surplus is empty', async () => {
    const table = await read('a,b\n1,2,3,4\n5,6,\n');
    expect(cellsOf(table)).toEqual([
      ['1', '2', '3', '4'],
      ['5', '6', ''],
    ]);
    expect(messagesOf(table)).toEqual([
      'Line 2 has 4 cells, the header 2. Remove the surplus cells, or put a value that holds the delimiter in double quotes.',
      'Line 3 has 3 cells, the header 2. Remove the surplus cells, or put a value that holds the delimiter in double quotes.',
    ]);
  });

  it('drops empty columns at the end quietly, but not a value below an empty header', async () => {
    const table = await read('a,,b,,\n1,,2,,\n3,,4\n5,x,6,,\n7,,8,,9\n');
    expect(table.columns).toEqual(['a', '', 'b']);
    expect(cellsOf(table)).toEqual([
      ['1', '', '2'],
      ['3', '', '4'],
      ['5', 'x', '6'],
      ['7', '', '8', '', '9'],
    ]);
    expect(messagesOf(table)).toEqual([
      'Line 4, cell 2: there is a value but no header. Name the column or clear the cell.',
      'Line 5, cell 5: there is a value but no header. Name the column or clear the cell.',
    ]);
  });

  it('reads the 16,384 columns Excel writes for a cleared sheet when only the first are used', async () => {
    const tail = ','.repeat(16_383);
    const table = await read(`a${tail}\n1${tail}\n`);
    expect(table).toMatchObject({ columns: ['a'], rows: [{ row: 2, cells: ['1'] }] });
  });

  it('reports NUL, lost letters and cells that are too long, and keeps their text', async () => {
    const long = 'x'.repeat(32_768);
    const table = await read(`a,b\n1,x\0y\n2,Jos\uFFFD\n3,${long}\n4,${long.slice(1)}\n`);
    expect(cellsOf(table)).toEqual([
      ['1', 'x\0y'],
      ['2', 'Jos\uFFFD'],
      ['3', long],
      ['4', long.slice(1)],
    ]);
    expect(messagesOf(table)).toEqual([
      'Line 2, column "b": the cell holds a NUL character. Remove it.',
      'Line 3, column "b": the cell holds the replacement character U+FFFD: the program that saved the file lost a letter here. Type the letter again.',
      'Line 4, column "b": the cell holds 32,768 characters, more than 32,767. Shorten it.',
    ]);
  });

  it('takes names of object properties as plain headers', async () => {
    const table = await read('__proto__,constructor\n1,2\n');
    expect(table).toMatchObject({ columns: ['__proto__', 'constructor'], rows: [{ cells: ['1', '2'] }] });
    expect(({} as Record<string, unknown>)['1']).toBeUndefined();
  });

  it('yields full batches and a header even without rows', async () => {
    const sizes = (table: Table): number[] => table.batches.map((batch) => batch.rows.length);
    const rows = Array.from({ length: 6 }, (_, i) => `${i}\n`);
    expect(sizes(await read('a\n'))).toEqual([0]);
    expect(sizes(await read(`a\n${rows.join('')}`, { batchRows: 3 }))).toEqual([3, 3]);
    expect(sizes(await read(`a\n${rows.slice(1).join('')}`, { batchRows: 3 }))).toEqual([3, 2]);
  });

  it('reads every encoding alike', async () => {
    const text = 'id,name\r\n1,José\r\n';
    for (const bytes of [text, `\uFEFF${text}`, Buffer.from(text, 'latin1'), Buffer.from(`\uFEFF${text}`, 'utf16le')]) {
      expect(await read(bytes)).toMatchObject({ columns: ['id', 'name'], rows: [{ row: 2, cells: ['1', 'José'] }] });
    }
  });
});
