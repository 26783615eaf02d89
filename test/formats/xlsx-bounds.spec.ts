import { randomBytes } from 'node:crypto';
import { peakLiveMemory } from '../support/live-memory';
import { bookEntries, inline, textRow, WorkbookFolder, zip, ZipEntry } from '../support/workbook';

const folder = new WorkbookFolder();
afterAll(() => folder.remove());

const ROWS = textRow(1, 'h') + textRow(2, 'v');
const SHEET = 'xl/worksheets/sheet0.xml';

/** Text that does not pack, so that no ratio of packed to unpacked bytes tells on it. */
function noise(length: number): string {
  return randomBytes(length / 2).toString('hex');
}

function sheetOf(xml: string): string {
  return folder.save(
    zip(
      bookEntries({ sheets: [{ name: 'Customers', rows: ROWS }] }).map((entry) =>
        entry.name === SHEET ? { ...entry, data: Buffer.from(xml), stored: true } : entry,
      ),
    ),
  );
}

/** What reading the file is refused with, and the memory it took. */
async function refusal(file: string): Promise<{ error: any; peak: number }> {
  let error: any;
  const peak = await peakLiveMemory(async () => {
    error = await folder.read(file).catch((reason: unknown) => reason);
  });
  return { error, peak };
}

describe('A workbook takes no more memory than its content deserves', () => {
  const names = Array.from({ length: 40 }, (_, at) => `a${at}${noise(1_000_000)}`);

  it.each<[string, () => string, RegExp]>([
    [
      '40 attributes with names of a megabyte',
      () => `<worksheet ${names.join('="" ')}=""/>`,
      /attributes of an element are too long/,
    ],
    [
      '40 nested elements with names of a megabyte',
      () => names.map((name) => `<${name}>`).join(''),
      /name of an element/,
    ],
    [
      'attributes of 32 MB together',
      () => `<worksheet ${Array.from({ length: 490 }, (_, at) => `a${at}="${noise(65_000)}"`).join(' ')}/>`,
      /attributes of an element are too long/,
    ],
  ])('but is refused for %s', async (_what, xml, message) => {
    const { error, peak } = await refusal(sheetOf(xml()));
    expect(error).toMatchObject({ code: 'UNREADABLE_FILE', message: expect.stringMatching(message) });
    expect(peak).toBeLessThan(20e6);
  });

  it('but is refused for a list of entries that is larger than any content', async () => {
    const entries: ZipEntry[] = Array.from({ length: 400 }, (_, at) => {
      return { name: `${at}${noise(60_000)}`, data: '', stored: true };
    });
    const file = folder.save(zip([...bookEntries({ sheets: [{ name: 'x', rows: ROWS }] }), ...entries]));
    const { error, peak } = await refusal(file);
    expect(error).toMatchObject({ code: 'UNREADABLE_FILE', message: expect.stringMatching(/list of entries/) });
    expect(peak).toBeLessThan(20e6);
  });

  it.each([65_534, 65_535])('but is refused for %i entries', async (count) => {
    const bytes = zip(Array.from({ length: count }, (_, at) => ({ name: `e${at}`, data: '', stored: true })));
    expect((await refusal(folder.save(bytes))).error).toMatchObject({
      code: expect.stringMatching(/UNREADABLE_FILE|FILE_TOO_LARGE/),
    });
  });
});

describe('A workbook takes no more work than its content deserves', () => {
  it('numbers of a quarter of a million digits are one pass each', async () => {
    const number = `1.${'0'.repeat(250_000)}1`;
    const rows = Array.from({ length: 30 }, (_, at) => `<row><c><v>${number}</v></c><c><v>${at}</v></c></row>`);
    const head = '<row><c t="str"><v>h</v></c><c t="str"><v>i</v></c></row>';
    const read = await folder.rows(folder.book({ sheets: [{ name: 'x', rows: head + rows.join('') }] }));
    expect(read.map(({ cells }) => cells)).toEqual(rows.map((_, at) => ['1', String(at)]));
  });
});

describe('A row with very many faults', () => {
  it('tells the first 20 and that there are more', async () => {
    const head = `<row r="1">${'<c t="str"><v>h</v></c>'.replace('h', 'a')}${Array.from({ length: 99 }, (_, at) => `<c t="str"><v>h${at}</v></c>`).join('')}</row>`;
    const row = (cell: string) => `<row>${cell.repeat(100)}</row>`;
    const file = folder.book({
      sheets: [
        { name: 'Customers', rows: head + row('<c t="e"><v>#N/A</v></c>') + row('<c t="str"><v>_x0000_</v></c>') },
      ],
    });
    const read = await folder.rows(file);
    expect(read.map(({ faults }) => faults?.length)).toEqual([21, 21]);
    expect(read[0]?.faults?.[0]).toEqual({ column: 'a', message: expect.stringMatching(/cell A2: .*#N\/A/) });
    expect(read[1]?.faults?.at(-1)).toEqual({
      column: null,
      message: 'Sheet "Customers", row 3: further cells of this row are at fault too. Correct all of them.',
    });
  });

  it('is bound by the length of names too', async () => {
    await expect(
      folder.rows(folder.book({ sheets: [{ name: 'x', rows: textRow(1, 'h', 'n'.repeat(256)) }] })),
    ).rejects.toMatchObject({
      code: 'UNUSABLE_TABLE',
      message: 'Sheet "x", row 1: the name of column 2 is longer than 255 characters. Shorten it.',
    });
    const many = Array.from({ length: 300 }, (_, at) => `<c t="str"><v>${at}${'n'.repeat(240)}</v></c>`).join('');
    await expect(
      folder.rows(folder.book({ sheets: [{ name: 'x', rows: `<row>${many}</row>` }] })),
    ).rejects.toMatchObject({
      code: 'UNUSABLE_TABLE',
      message: expect.stringMatching(/row 1: the names of the columns have more than 65,536 characters together/),
    });
  });
});

describe('A cell that lost a letter', () => {
  it.each([
    ['_x0000_', /cell A2: the cell holds a NUL character/],
    ['a\uFFFDb', /cell A2: the cell holds the replacement character U\+FFFD.*Type the letter again/],
  ])('is a fault of its row, as inline and as shared string: %j', async (text, message) => {
    const shared = '<row r="2"><c r="A2" t="s"><v>0</v></c></row>';
    for (const file of [
      folder.sheet(`<row r="2">${inline('A2', text)}</row>`),
      folder.sheet(shared, { strings: [`<t>${text}</t>`] }),
    ]) {
      expect(await folder.rows(file)).toMatchObject([
        { faults: [{ column: 'h', message: expect.stringMatching(message) }] },
      ]);
    }
  });
});

describe('What other programs write', () => {
  const types = (content: string) => ({ '[Content_Types].xml': `<Types>${content}</Types>` });
  const BINARY = '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>';

  it('may list the type of a part that is not there, as SheetJS does', async () => {
    const file = folder.book({ sheets: [{ name: 'x', rows: ROWS }], parts: types(BINARY) });
    expect(await folder.rows(file)).toHaveLength(1);
  });

  it('is refused where the part is there', async () => {
    const parts = { ...types(BINARY), 'xl/other.BIN': '' };
    await expect(folder.read(folder.book({ sheets: [{ name: 'x', rows: ROWS }], parts }))).rejects.toMatchObject({
      code: 'UNSUPPORTED_FILE_FORMAT',
    });
  });

  it.each([
    ['2024-02-29T00:00:00', '2024-02-29'],
    ['2024-02-29T00:00:00.000Z', '2024-02-29'],
    ['2024-02-29', '2024-02-29'],
    ['2024-02-29T00:00:01', '2024-02-29T00:00:01'],
    ['09:30:00', '09:30:00'],
  ])('may be a date as text, %s, of which a midnight is the day', async (stored, text) => {
    const file = folder.sheet(`<row r="2"><c r="A2" t="d"><v>${stored}</v></c></row>`);
    expect(await folder.rows(file)).toEqual([{ row: 2, cells: [text] }]);
  });
});
