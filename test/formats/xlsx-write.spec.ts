import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as fc from 'fast-check';
import { RawRow } from '../../src/bulk/formats/row-format.contract';
import { WorkbookFolder } from '../support/workbook';

const folder = new WorkbookFolder();
afterAll(() => folder.remove());

let files = 0;
const partsOf = (file: string) =>
  readdirSync(folder.path).filter((name) => name.startsWith(`${basename(file)}.`) && name.endsWith('.part'));
const newFile = () => join(folder.path, `written${(files += 1)}.xlsx`);
/** A text with a NUL or U+FFFD comes back exactly too, with a fault. */
const withoutFaults = ({ row, cells }: RawRow): RawRow => ({ row, cells });
const rowsOf = (...cells: string[][]): RawRow[] => cells.map((texts, at) => ({ row: at + 2, cells: texts }));

async function written(table: string | null, columns: string[], rows: RawRow[]): Promise<string> {
  const file = newFile();
  const writer = folder.format.create(file);
  await writer.write({ table, columns, rows });
  await writer.close();
  return file;
}

const AWKWARD = [
  '007', '12345678901234567890', '=1+1', "'=1+1", '+49 170', '-5', '@x', '\tx', '\rx', "'", "''", "'a", ' lead', 'trail ', ' ', '\n', 'a\r\nb', 'a\tb', 'a  b',
  '_x0041_', '_x005F_x0041_', '_x000D', '_x000D\u0001', '_x000Dx', '__x0000_', '\u0000', '\u0007', '\u001f', '\u007f', '\u0085', '\u2028', '\ufffe', '\uffff', '\ufeff',
  '<&>"\'', ']]>', '<!-- -->', '&amp;', '😀', 'e\u0301', 'é', '\ud83d\ude00_x', 'true', '1E5', '2024-02-29', '#N/A', 'x'.repeat(32_767), `=${'x'.repeat(32_766)}`,
]; // prettier-ignore

describe('A workbook that was written', () => {
  it('is read back exactly, cell for cell', async () => {
    const rows = AWKWARD.map((text, at) => ({ row: at + 2, cells: [text, 'x', text] }));
    const [batch] = await folder.read(await written('Customers', [...AWKWARD.slice(0, 2), '=h'], rows));
    expect(batch).toMatchObject({ table: 'Customers', columns: ['007', '12345678901234567890', '=h'] });
    expect(batch?.rows.map(withoutFaults)).toEqual(rows);
  });

  it('whatever its texts are', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('_', 'x', '0', 'A', '\u0001', '\r', '\n', ' ', "'", '=', '&', '<') }),
    );
    const row = fc.array(text, { minLength: 3, maxLength: 3 }).filter((cells) => cells.some((cell) => cell !== ''));
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 8 }), async (table) => {
        const read = await folder.rows(await written('Customers', ['a', 'b', 'c'], rowsOf(...table)));
        expect(read.map(withoutFaults)).toEqual(rowsOf(...table));
      }),
      { numRuns: 150 },
    );
  });

  it('has a sheet per table in order, its rows one after the other whatever their numbers were', async () => {
    const file = newFile();
    const writer = folder.format.create(file);
    await writer.write({ table: 'Contacts', columns: ['c'], rows: [{ row: 90, cells: ['1'] }] });
    await writer.write({ table: 'Contacts', columns: ['c'], rows: [{ row: 99, cells: ['2'] }] });
    await writer.write({
      table: 'Customers & <Co>',
      columns: ['d', 'e'],
      rows: [{ row: 7, cells: ['3', '', 'more'], faults: [] }],
    });
    await writer.close();
    const batches = await folder.read(file, { tables: ['Customers & <Co>', 'Contacts'] });
    expect(batches.map(({ table, rows }) => [table, rows.map(({ row, cells }) => [row, ...cells])])).toEqual([
      ['Customers & <Co>', [[2, '3', '', 'more']]],
      [
        'Contacts',
        [
          [2, '1'],
          [3, '2'],
        ],
      ],
    ]);
  });

  it('is there only when it is closed, readable by its owner only', async () => {
    const file = newFile();
    const writer = folder.format.create(file);
    await writer.write({ table: 'a', columns: ['b'], rows: rowsOf(['c']) });
    expect(existsSync(file)).toBe(false);
    await writer.close();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(partsOf(file)).toEqual([]);
  });

  it('leaves nothing when it is given up, even in the middle', async () => {
    const file = newFile();
    const writer = folder.format.create(file);
    await writer.write({
      table: 'a',
      columns: ['b'],
      rows: Array.from({ length: 5_000 }, (_, at) => ({ row: at, cells: [`${Math.sin(at)}`.repeat(20)] })),
    });
    await writer.abort();
    expect([existsSync(file), partsOf(file)]).toEqual([false, []]);
    if (process.platform === 'linux') expect(folder.openFiles()).toEqual([]);
  });

  it('tells when the disk refuses', async () => {
    const writer = folder.format.create(join(folder.path, 'no', 'such', 'folder.xlsx'));
    const all = async () => {
      await writer.write({ table: 'a', columns: ['b'], rows: rowsOf(['c']) });
      await writer.close();
    };
    await expect(all()).rejects.toMatchObject({ code: 'ENOENT' });
    await writer.abort();
  });

  it('cannot change its columns or come back to a sheet', async () => {
    const writer = folder.format.create(newFile());
    await writer.write({ table: 'a', columns: ['b'], rows: [] });
    await expect(writer.write({ table: 'a', columns: ['b', 'c'], rows: [] })).rejects.toThrow(/columns of "a" changed/);
    await writer.write({ table: 'z', columns: ['b'], rows: [] });
    await expect(writer.write({ table: 'A', columns: ['b'], rows: [] })).rejects.toThrow(/finished already/);
    await expect(
      writer.write({ table: 'y', columns: Array.from({ length: 16_385 }, () => 'x'), rows: [] }),
    ).rejects.toMatchObject({ status: 413 });
    await writer.abort();
  });

  it('has one blank sheet when nothing was written, and a plain name where there is none', async () => {
    const file = newFile();
    await folder.format.create(file).close();
    await expect(folder.read(file)).rejects.toThrow('Sheet "Sheet1" is blank');
    expect(await folder.rows(await written(null, ['a'], rowsOf(['1'])))).toEqual(rowsOf(['1']));
  });

  it('keeps a text too long for a cell whole in the file, and reading says so', async () => {
    const file = await written('a', ['b'], rowsOf(['x'.repeat(40_000)]));
    const [row] = await folder.rows(file);
    expect(row?.cells[0]).toHaveLength(32_767);
    expect(row?.faults?.[0]).toMatchObject({ column: 'b', message: expect.stringMatching(/cell A2: .*shorten it/) });
  });

  it('is a sound package to another program too', async () => {
    const file = await written('Customers', ['id', 'name'], rowsOf(['007', '=Zoë\r 😀']));
    const script =
      'import sys, zipfile, xml.dom.minidom as m\nz = zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\n' +
      'for n in z.namelist(): m.parseString(z.read(n))\nprint("|".join(z.namelist()))\n' +
      't = m.parseString(z.read("xl/worksheets/sheet1.xml")).getElementsByTagName("t")\nprint(ascii([e.firstChild.data for e in t]))';
    const python = (): string | null => {
      try {
        return execFileSync('python3', ['-c', script, file], { encoding: 'utf8' });
      } catch (error) {
        if ((error as { code?: string }).code === 'ENOENT') return null;
        throw error;
      }
    };
    const printed = python();
    if (printed === null) {
      console.warn('python3 was not found; the package was not looked at by another program.');
      return;
    }
    const [names, texts] = printed.trim().split('\n');
    expect(names?.split('|')).toEqual([
      '[Content_Types].xml',
      '_rels/.rels',
      'xl/styles.xml',
      'xl/worksheets/sheet1.xml',
      'xl/workbook.xml',
      'xl/_rels/workbook.xml.rels',
    ]);
    expect(texts).toBe(String.raw`['id', 'name', '007', "'=Zo\xeb_x000D_ \U0001f600"]`);
    expect(folder.format.accepts(readFileSync(file).subarray(0, 4_096))).toBe(true);
  });
});
