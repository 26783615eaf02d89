import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { SharedStrings } from '../../src/bulk/formats/xlsx-shared-strings';
import { StringStore } from '../../src/bulk/formats/xlsx-string-store';
import { decimalText } from '../../src/bulk/formats/xlsx-number';
import { dateKind, dateText } from '../../src/bulk/formats/xlsx-date';
import { inline, textRow, WorkbookFolder } from '../support/workbook';

const folder = new WorkbookFolder();
afterAll(() => folder.remove());

const STYLES =
  '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="0 &quot;days&quot;"/>' +
  '</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/>' +
  '<xf numFmtId="165"/><xf numFmtId="20"/><xf numFmtId="22"/></cellXfs></styleSheet>';

/** Text and faults of one cell that stands in A2. */
async function cell(xml: string, book: Parameters<WorkbookFolder['sheet']>[1] = {}): Promise<[string, ...string[]]> {
  const [row] = await folder.rows(folder.sheet(`<row r="2">${xml}</row>`, book));
  return [row?.cells[0] ?? '(no row)', ...(row?.faults ?? []).map(({ message }) => message)];
}

describe('The text of a cell', () => {
  it.each([
    ['9.19876543210E+11', '919876543210'],
    ['0.1', '0.1'],
    ['0.30000000000000004', '0.3'],
    ['1234.5600000000001', '1234.56'],
    ['1E-7', '0.0000001'],
    ['-5', '-5'],
    ['-0', '0'],
    ['007', '7'],
    ['+1.50', '1.5'],
    ['.5', '0.5'],
    ['999999999999999', '999999999999999'],
    ['1e14', '100000000000000'],
    [' 42 ', '42'],
  ])('is the exact decimal text of the number %s', async (literal, text) => {
    expect(await cell(`<c r="A2"><v>${literal}</v></c>`)).toEqual([text]);
  });

  it.each(['1234567890123456', '1.2345678901234567E+17', '1E+15', '1e300', '999999999999999.9'])(
    'of the number %s is lost already, and the row says so',
    async (literal) => {
      const [, fault] = await cell(`<c r="A2"><v>${literal}</v></c>`);
      expect(fault).toMatch(/Sheet "Sheet1", cell A2: .*already rounded it; format the column as text/);
    },
  );

  it.each(['abc', '1e999', '--1', '1e99999', 'NaN', '0x10', '1,5'])(
    'is refused for the broken number %s',
    async (literal) => {
      expect((await cell(`<c r="A2"><v>${literal}</v></c>`))[1]).toMatch(/cell A2: .*not a number/);
    },
  );

  it('keeps a number as it is when it is written as text', async () => {
    expect(await cell('<c r="A2" t="str"><v>0012345678901234567890</v></c>')).toEqual(['0012345678901234567890']);
  });

  it.each([
    ['<c r="A2" t="b"><v>1</v></c>', 'true'],
    ['<c r="A2" t="b"><v>0</v></c>', 'false'],
    ['<c r="A2" t="d"><v>2024-02-29T10:00:00</v></c>', '2024-02-29T10:00:00'],
    ['<c r="A2"><f>1+1</f><v>2</v></c>', '2'],
    ['<c r="A2" t="str"><f>""</f><v></v></c>', '(no row)'],
    [
      '<c r="A2" t="inlineStr"><is><r><t>ri</t></r><r><rPr><b/></rPr><t xml:space="preserve">ch </t></r></is></c>',
      'rich ',
    ],
    ['<c r="A2" t="inlineStr"><is><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr/></is></c>', '東京'],
    [inline('A2', 'a_x000D_b_x005F_x0041__xD83D_'), 'a\rb_x0041__xD83D_'],
    [inline('A2', 'one\r\ntwo&#10;three&#13;'), 'one\ntwo\nthree\r'],
    [inline('A2', '  kept  '), '  kept  '],
    [inline('A2', '<![CDATA[<b>&amp;]]>'), '<b>&amp;'],
    [inline('A2', '&lt;&amp;&gt;&quot;&apos;&#x1F600;'), '<&>"\'😀'],
    [inline('A2', "'=1+1"), '=1+1'],
    [inline('A2', '=1+1'), '=1+1'],
  ])('of %s is %j', async (xml, text) => {
    expect(await cell(xml)).toEqual([text]);
  });

  it.each([
    ['<c r="A2" t="e"><v>#N/A</v></c>', /cell A2: the cell holds the error #N\/A; correct its formula/],
    ['<c r="A2"><f>NOW()</f></c>', /cell A2: the formula has no stored value/],
    ['<c r="A2"><f>NOW()</f><v/></c>', /cell A2: the formula has no stored value/],
    ['<c r="A2" t="b"><v>maybe</v></c>', /neither true nor false/],
    ['<c r="A2" t="zz"><v>1</v></c>', /unknown type "zz"/],
    [inline('A2', 'x'.repeat(32_768)), /longer than 32767 characters/],
  ])('cannot be had from %.60s', async (xml, message) => {
    expect((await cell(xml))[1]).toMatch(message);
  });

  it('names the column of a fault by its header', async () => {
    const [row] = await folder.rows(folder.sheet('<row r="2"><c r="A2" t="e"><v>#REF!</v></c></row>'));
    expect(row?.faults?.[0]?.column).toBe('h');
  });
});

describe('A date', () => {
  it.each([
    [1, '45351', '2024-02-29'],
    [2, '45351', '2024-02-29'],
    [3, '45351', '45351'],
    [1, '1', '1900-01-01'],
    [1, '59', '1900-02-28'],
    [1, '61', '1900-03-01'],
    [5, '45351.75', '2024-02-29T18:00:00'],
    [1, '45350.999999999', '2024-02-29'],
    [4, '0.3958333333333333', '09:30'],
    [4, '0.39584490740740741', '09:30:01'],
    [1, '2958465', '9999-12-31'],
  ])('in format %i with serial %s is %s', async (style, serial, text) => {
    expect(await cell(`<c r="A2" s="${style}"><v>${serial}</v></c>`, { styles: STYLES })).toEqual([text]);
  });

  it.each(['60', '0', '-1', '2958466', '1e300'])('with serial %s is no day', async (serial) => {
    expect((await cell(`<c r="A2" s="1"><v>${serial}</v></c>`, { styles: STYLES }))[1]).toMatch(
      /is no day; correct the date/,
    );
  });

  it('counts from 1904 where the workbook says so', async () => {
    const book = { styles: STYLES, date1904: true };
    expect(await cell('<c r="A2" s="1"><v>0</v></c>', book)).toEqual(['1904-01-01']);
    expect(await cell('<c r="A2" s="1"><v>43889</v></c>', book)).toEqual(['2024-02-29']);
  });

  it('is told by the letters of its format outside quotes, brackets and escapes', () => {
    const kinds = [
      'd.m.yy',
      'h:mm',
      '[h]:mm:ss',
      '[Red]0',
      '"day" 0',
      '0\\d',
      '_d0',
      '[$-409]h:mm AM/PM',
      'mmm',
      'General',
      '@',
    ];
    expect(kinds.map((code) => dateKind(200, code))).toEqual([
      'date',
      'time',
      'elapsed',
      null,
      null,
      null,
      null,
      'time',
      'date',
      null,
      null,
    ]);
    expect(dateText(1.5, 'elapsed', false)).toBe('36:00');
  });

  it('and numbers take odd input without trouble', () => {
    expect(decimalText('')).toBe('not-a-number');
    expect(decimalText('1e-400')).toEqual({ text: `0.${'0'.repeat(399)}1` });
    expect(dateText(Number.NaN, 'date', false)).toBeNull();
  });
});

describe('Shared strings', () => {
  const strings = [
    '<t>h</t>',
    '<r><t>ri</t></r><r><t>ch</t></r>',
    '<t>漢</t><rPh sb="0" eb="1"><t>かん</t></rPh>',
    '<t/>',
  ];

  it('are found by their number', async () => {
    const rows =
      '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>2</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2" t="s"><v>3</v></c></row>';
    const [batch] = await folder.read(folder.book({ sheets: [{ name: 'x', rows }], strings }));
    expect(batch?.columns).toEqual(['h', '漢']);
    expect(batch?.rows).toEqual([{ row: 2, cells: ['rich', ''] }]);
  });

  it.each(['4', '-1', 'x', '99999999999'])('that do not exist (%s) make the file unreadable', async (place) => {
    const file = folder.sheet(`<row r="2"><c r="A2" t="s"><v>${place}</v></c></row>`, { strings });
    await expect(folder.read(file)).rejects.toMatchObject({
      code: 'UNREADABLE_FILE',
      message: expect.stringMatching(/cell A2/),
    });
  });

  it('come back exactly from a store that keeps almost nothing in memory, in any order', async () => {
    const store = new StringStore(2);
    const texts = Array.from({ length: 20_000 }, (_, at) => (at % 50 === 0 ? '漢'.repeat(at) : `text ${at} é 😀`));
    for (const [at, text] of texts.entries()) {
      store.add(text);
      if (at % 100 === 0) await store.settle();
    }
    await store.seal();
    const named = () => readdirSync(tmpdir()).filter((name) => name.endsWith('.texts'));
    expect(named()).toEqual([]);
    if (process.platform === 'linux') expect(folder.openFiles()).toHaveLength(1);
    const wrong = texts.filter((_, at) => store.get((at * 7_919) % 20_000) !== texts[(at * 7_919) % 20_000]);
    expect(wrong).toEqual([]);
    await store.close();
    await store.close();
    if (process.platform === 'linux') expect(folder.openFiles()).toEqual([]);
  });

  it('are none where the workbook has no such part', async () => {
    expect(await SharedStrings.load({} as never, null)).toBeInstanceOf(SharedStrings);
  });
});

describe('Rows and columns', () => {
  it('keep the numbers a spreadsheet shows, and blank rows are left out', async () => {
    const rows = `<row r="3">${inline('B3', 'a')}${inline('D3', 'd')}${inline('E3', '')}</row><row r="4"/>${textRow(5, '', 'x')}<row r="9">${inline('D9', 'y')}</row>`;
    const [batch] = await folder.read(folder.book({ sheets: [{ name: 'x', rows }] }));
    expect(batch).toEqual({
      table: 'Customers',
      columns: ['', 'a', '', 'd'],
      rows: [
        { row: 5, cells: ['', 'x', '', ''] },
        { row: 9, cells: ['', '', '', 'y'] },
      ],
    });
  });

  it('are counted on where numbers are left out', async () => {
    const rows =
      '<row><c t="str"><v>h</v></c><c t="str"><v>i</v></c></row><row><c><v>1</v></c></row><row r="7"><c r="B7"><v>2</v></c></row><row><c><v>3</v></c></row>';
    expect(await folder.rows(folder.book({ sheets: [{ name: 'x', rows }] }))).toEqual([
      { row: 2, cells: ['1', ''] },
      { row: 7, cells: ['', '2'] },
      { row: 8, cells: ['3', ''] },
    ]);
  });

  it('with a value under no header carry a fault', async () => {
    const [row] = await folder.rows(folder.sheet(textRow(2, 'a', '', 'stray')));
    expect(row).toMatchObject({
      cells: ['a', '', 'stray'],
      faults: [{ column: null, message: expect.stringMatching(/cell C2: .*no header/) }],
    });
  });

  it.each([
    ['<row r="2"/><row r="2"/>', /row 2 stands after row 2/],
    ['<row r="4294967290"><c r="A4294967290"><v>1</v></c></row>', /"4294967290" does not exist/],
    ['<row r="1048577"/>', /does not exist/],
    ['<row r="1048576"/><row/>', /does not exist/],
    ['<row r="0"/>', /does not exist/],
    ['<row r="2"><c r="XFE2"/></row>', /"XFE2", which cannot stand there/],
    ['<row r="2"><c r="A3"/></row>', /"A3", which cannot/],
    ['<row r="2"><c r="B2"/><c r="A2"/></row>', /A2 stands twice or out of order/],
  ])('that cannot be (%.40s) make the file unreadable', async (rows, message) => {
    await expect(folder.read(folder.sheet(rows))).rejects.toMatchObject({
      code: 'UNREADABLE_FILE',
      message: expect.stringMatching(message),
    });
  });

  it('end at 1,000 columns with a value; a lone empty cell at the far end is taken', async () => {
    const rows = `<row r="1048576">${inline('XFD1048576', 'x')}</row>`;
    await expect(folder.read(folder.book({ sheets: [{ name: 'x', rows }] }))).rejects.toMatchObject({
      code: 'UNUSABLE_TABLE',
      message: expect.stringMatching(/cell XFD1048576.*A to ALL/),
    });
    expect(await folder.rows(folder.sheet('<row r="2"><c r="A2"><v>1</v></c><c r="XFD2" s="0"/></row>'))).toHaveLength(
      1,
    );
  });

  it('come in full batches, and every table has at least one', async () => {
    const rows = Array.from({ length: 5 }, (_, at) => textRow(at + 2, `v${at}`)).join('');
    const sizes = async (file: string) => (await folder.read(file, { batchRows: 2 })).map((batch) => batch.rows.length);
    expect(await sizes(folder.sheet(rows))).toEqual([2, 2, 1]);
    expect(await sizes(folder.sheet(''))).toEqual([0]);
  });

  it('over the limit are too many, counted over all tables', async () => {
    const rows = textRow(1, 'h') + textRow(2, 'a') + textRow(3, 'b');
    const file = folder.book({
      sheets: [
        { name: 'Customers', rows },
        { name: 'Contacts', rows },
      ],
    });
    expect(await folder.rows(file, { maxRows: 4 })).toHaveLength(4);
    await expect(folder.read(file, { maxRows: 3 })).rejects.toMatchObject({ code: 'TOO_MANY_ROWS', status: 422 });
  });

  it('need a header without faults', async () => {
    const rows = '<row r="1"><c r="A1" t="e"><v>#NAME?</v></c></row>';
    await expect(folder.read(folder.book({ sheets: [{ name: 'x', rows }] }))).rejects.toMatchObject({
      code: 'UNUSABLE_TABLE',
      message: expect.stringMatching(/header cell A1: .*#NAME\?/),
    });
    await expect(folder.read(folder.book({ sheets: [{ name: 'x', rows: '' }] }))).rejects.toMatchObject({
      message: expect.stringMatching(/blank/),
    });
  });
});

describe('Sheets', () => {
  const one = (name: string, rest: object = {}) => ({ name, rows: textRow(1, 'h') + textRow(2, name), ...rest });
  const seen = async (file: string) => (await folder.read(file)).map(({ table, rows }) => [table, rows[0]?.cells[0]]);

  it('are the main table when there is one only, beside charts', async () => {
    const chart = { name: 'Chart', rows: '<?xml version="1.0"?><chartsheet/>', kind: 'chartsheet' as const };
    expect(await seen(folder.book({ sheets: [chart, one('Whatever', { attributes: 'state="hidden"' })] }))).toEqual([
      ['Customers', 'Whatever'],
    ]);
  });

  it('are found by name ignoring case and blanks, in the order wanted', async () => {
    const sheets = [one('notes'), one(' CONTACTS '), one('customers')];
    expect(await seen(folder.book({ sheets }))).toEqual([
      ['Customers', 'customers'],
      ['Contacts', ' CONTACTS '],
    ]);
  });

  it('that are missing or doubled are named', async () => {
    await expect(seen(folder.book({ sheets: [one('A'), one('B')] }))).rejects.toThrow(
      'has no sheet "Customers". It has "A", "B".',
    );
    await expect(seen(folder.book({ sheets: [one('Customers'), one('customers ')] }))).rejects.toThrow(/Two sheets/);
    await expect(seen(folder.book({ sheets: [] }))).rejects.toThrow(/no sheet with cells/);
  });

  it('may leave the second table blank', async () => {
    expect(await seen(folder.book({ sheets: [one('Customers'), { name: 'Contacts', rows: '' }] }))).toEqual([
      ['Customers', 'Customers'],
    ]);
  });

  it('are read whatever their sheetId, in strict and in prefixed workbooks', async () => {
    const odd = (id: string) => ({
      'xl/workbook.xml': `<workbook xmlns:q="x"><sheets><sheet name="a" sheetId="${id}" q:id="s0"/></sheets></workbook>`,
    });
    expect(await seen(folder.book({ sheets: [one('a')], parts: odd('4294967295') }))).toEqual([['Customers', 'a']]);
    expect(await seen(folder.book({ sheets: [one('a')], strict: true }))).toEqual([['Customers', 'a']]);
    const rows =
      '<?xml version="1.0"?><x:worksheet xmlns:x="m" xmlns:e="n"><x:sheetData><e:row r="1"/><x:row r="1"><x:c r="A1" t="str"><x:v>h</x:v></x:c></x:row>' +
      '<x:row r="2"><x:c r="A2"><x:v>1</x:v><e:v>2</e:v></x:c></x:row></x:sheetData></x:worksheet>';
    expect(await seen(folder.book({ sheets: [{ name: 'a', rows }] }))).toEqual([['Customers', '1']]);
  });

  it.each(['utf-16le', 'utf-16be'])('may be %s', async (encoding) => {
    const text = Buffer.from(
      `\uFEFF<?xml version="1.0" encoding="UTF-16"?><worksheet><sheetData>${textRow(1, 'é')}${textRow(2, '漢😀')}</sheetData></worksheet>`,
      'utf16le',
    );
    const rows = encoding === 'utf-16be' ? text.swap16() : text;
    expect(await seen(folder.book({ sheets: [{ name: 'a', rows }] }))).toEqual([['Customers', '漢😀']]);
  });
});
