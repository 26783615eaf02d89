import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { peakLiveMemory } from '../support/live-memory';
import { bookEntries, textRow, WorkbookFolder, zip, ZipEntry } from '../support/workbook';

const folder = new WorkbookFolder();
afterAll(() => folder.remove());
afterEach(() => {
  if (process.platform === 'linux') expect(folder.openFiles()).toEqual([]);
});

const ROWS = textRow(1, 'h') + textRow(2, 'v');
const BOOK = { sheets: [{ name: 'Customers', rows: ROWS }] };
const SHEET = 'xl/worksheets/sheet0.xml';
const CFB = Buffer.from('d0cf11e0a1b11ae1', 'hex');

/** The good workbook with one entry changed or added. */
function changed(change: Partial<ZipEntry> & { name: string }): Buffer {
  const entries = bookEntries(BOOK);
  const at = entries.findIndex(({ name }) => name === change.name);
  if (at < 0) return zip([...entries, { data: '', ...change }]);
  return zip(entries.map((entry, place) => (place === at ? { ...entry, ...change } : entry)));
}

function refusal(bytes: Buffer): Promise<unknown> {
  return folder.read(folder.save(bytes)).then(
    (batches) => batches,
    (error: unknown) => error,
  );
}

async function measured(bytes: Buffer): Promise<{ error: unknown; peak: number }> {
  let error: unknown;
  const peak = await peakLiveMemory(async () => {
    error = await refusal(bytes);
  });
  return { error, peak };
}

describe('Files of other kinds are refused by name', () => {
  it.each<[string, Buffer, RegExp]>([
    [
      'a password-protected workbook',
      Buffer.concat([CFB, Buffer.alloc(70_000), Buffer.from('EncryptedPackage', 'utf16le')]),
      /password-protected.*Remove the password/,
    ],
    [
      'a legacy workbook',
      Buffer.concat([CFB, Buffer.alloc(2_000)]),
      /legacy Excel workbook \(\.xls\).*Save it as \.xlsx/,
    ],
    ['a macro workbook', changed({ name: 'xl/vbaProject.bin', data: 'x' }), /macros \(\.xlsm\)/],
    [
      'a macro workbook by content type',
      changed({
        name: '[Content_Types].xml',
        data: '<Types><Override PartName="/xl/workbook.xml" ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>',
      }),
      /macros \(\.xlsm\)/,
    ],
    ['a binary workbook', changed({ name: 'xl/workbook.bin' }), /\.xlsb/],
    [
      'an OpenDocument spreadsheet',
      zip([{ name: 'mimetype', data: 'application/vnd.oasis.opendocument.spreadsheet', stored: true }]),
      /\.ods/,
    ],
    [
      'an OpenDocument text',
      zip([{ name: 'mimetype', data: 'application/vnd.oasis.opendocument.text' }]),
      /OpenDocument or e-book/,
    ],
    ['a Word document', zip([{ name: 'word/document.xml', data: '' }]), /\.docx/],
    ['a presentation', zip([{ name: 'ppt/presentation.xml', data: '' }]), /\.pptx/],
    ['a Numbers document', zip([{ name: 'Index/Document.iwa', data: '' }]), /Numbers/],
    [
      'a zip of something else',
      zip([{ name: 'customers.csv', data: 'a,b' }]),
      /zip archive, not a workbook. Unpack it/,
    ],
  ])('%s', async (_name, bytes, message) => {
    expect(folder.format.accepts(bytes.subarray(0, 4_096))).toBe(true);
    expect(await refusal(bytes)).toMatchObject({ status: 415, message: expect.stringMatching(message) });
  });

  it('and what is neither zip nor old Office file is not accepted', () => {
    expect(['a,b\n', '%PDF-1.7', 'PK', ''].map((head) => folder.format.accepts(Buffer.from(head)))).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('A damaged archive is refused with what to do', () => {
  const good = zip(bookEntries(BOOK));

  it.each<[string, Buffer, RegExp]>([
    ['empty', zip([]), /empty zip/],
    ['cut off', good.subarray(0, -40), /damaged/],
    ['with bytes after its end', Buffer.concat([good, Buffer.from('tail')]), /damaged/],
    ['with a wrong checksum', changed({ name: SHEET, crc: 1 }), /does not match its size or checksum/],
    ['with a size too small', changed({ name: SHEET, size: 10 }), /larger than it declares/],
    ['with a size of 0', changed({ name: SHEET, size: 0 }), /larger than it declares/],
    ['with a size too large', changed({ name: SHEET, size: 9_999 }), /does not match its size/],
    [
      'with the same name twice',
      zip([...bookEntries(BOOK), { name: 'XL/Workbook.xml', data: '' }]),
      /stands in it twice/,
    ],
    ['encrypted', changed({ name: SHEET, flags: 1 }), /encrypted/],
    ['strongly encrypted', changed({ name: SHEET, flags: 0x41 }), /encryption/],
    ['with a way out', changed({ name: '../../evil.txt', data: 'x' }), /invalid relative path/],
    ['with an absolute name', changed({ name: '/etc/evil', data: 'x' }), /absolute path/],
    ['with overlapping parts', changed({ name: SHEET, offset: 0 }), /overlaps/],
    ['with a part beyond its end', changed({ name: SHEET, packedSize: 1e9 }), /overlaps/],
    [
      'with broken compression',
      zip(
        bookEntries(BOOK).map((entry) =>
          entry.name === SHEET ? { ...entry, data: 'no deflate', stored: true } : entry,
        ),
      ).map((byte) => byte) as Buffer,
      /well-formed/,
    ],
  ])('%s', async (_name, bytes, message) => {
    expect(await refusal(Buffer.from(bytes))).toMatchObject({
      code: 'UNREADABLE_FILE',
      status: 400,
      message: expect.stringMatching(message),
    });
  });

  it.each(Object.values(bookEntries(BOOK)).map(({ name }) => name))('without its part %s', async (name) => {
    const bytes = zip(bookEntries(BOOK).filter((entry) => entry.name !== name));
    expect(await refusal(bytes)).toMatchObject({
      code: 'UNREADABLE_FILE',
      message: expect.stringMatching(/lacks|names no/),
    });
  });

  it('at any byte, without ever failing in another way', async () => {
    const codes = new Set<unknown>();
    for (let at = 0; at < good.length; at += 3) {
      const bytes = Buffer.from(good);
      bytes[at] = (bytes[at] ?? 0) ^ 0x55;
      const answer = await refusal(bytes);
      codes.add(Array.isArray(answer) ? 'read' : ((answer as { code?: string }).code ?? answer));
    }
    expect(
      [...codes].filter(
        (code) =>
          !['read', 'UNREADABLE_FILE', 'UNSUPPORTED_FILE_FORMAT', 'UNUSABLE_TABLE', 'FILE_TOO_LARGE'].includes(
            String(code),
          ),
      ),
    ).toEqual([]);
  });

  it('leaves faults of the machine to the machine', async () => {
    await expect(folder.read(join(folder.path, 'nothing.xlsx'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('A bomb is stopped by counting what comes out', () => {
  const sheet = (content: Buffer) => changed({ name: SHEET, data: content });

  it.each<[string, () => Buffer]>([
    [
      '256 MB of blanks',
      () =>
        sheet(
          Buffer.concat([Buffer.from('<worksheet><sheetData>'), Buffer.alloc(256e6, ' \n'.repeat(999) + '<row/>')]),
        ),
    ],
    [
      '256 MB of zeros in one cell',
      () => sheet(Buffer.concat([Buffer.from('<worksheet><sheetData><row><c><v>'), Buffer.alloc(256e6, '0')])),
    ],
    ['256 MB that claim to be few', () => changed({ name: SHEET, data: Buffer.alloc(256e6, '<a/>'), size: 100 })],
    [
      '256 MB of shared strings',
      () =>
        zip(
          bookEntries({
            ...BOOK,
            strings: [],
            parts: { 'xl/sharedStrings.xml': Buffer.concat([Buffer.from('<sst>'), Buffer.alloc(256e6, '<si/>')]) },
          }),
        ),
    ],
  ])('%s', async (_name, make) => {
    const { error, peak } = await measured(make());
    expect(error).toMatchObject({ code: expect.stringMatching(/FILE_TOO_LARGE|UNREADABLE_FILE/) });
    expect(peak).toBeLessThan(50e6);
  });

  it('cells that point at one long text again and again', async () => {
    const rows = textRow(1, 'h') + '<row><c t="s"><v>0</v></c></row>'.repeat(40_000);
    const strings = [`<t>${'x'.repeat(32_767)}</t>`];
    const file = folder.save(zip(bookEntries({ sheets: [{ name: 'Customers', rows }], strings })));
    let read = 0;
    const reading = async () => {
      const options = { tables: ['Customers'], batchRows: 1_000, maxRows: 1_000_000 };
      for await (const batch of folder.format.read(file, options)) read += batch.rows.length;
    };
    await expect(reading()).rejects.toMatchObject({ code: 'FILE_TOO_LARGE', message: expect.stringMatching(/1 GiB/) });
    // A batch ends at 8 MiB of text: 257 such cells.
    expect(read).toBe(127 * 257);
  });

  it('thousands of entries', async () => {
    const bytes = zip(Array.from({ length: 1_001 }, (_, at) => ({ name: `e${at}`, data: '', stored: true })));
    expect(await refusal(bytes)).toMatchObject({
      status: 413,
      message: expect.stringMatching(/1001 parts; at most 1000/),
    });
  });

  it('a text gathered from endless pieces does not grow', async () => {
    const noise = Array.from(
      { length: 300_000 },
      (_, at) => `${(at * 2_654_435_761) % 4_294_967_296}<!--${at}-->`,
    ).join('');
    const bytes = sheet(
      Buffer.from(
        `<worksheet><sheetData>${textRow(1, 'h')}<row r="2"><c r="A2" t="str"><v>${noise}</v></c></row></sheetData></worksheet>`,
      ),
    );
    expect(await refusal(bytes)).toMatchObject([
      { rows: [{ faults: [{ column: 'h', message: expect.stringMatching(/longer than 32767/) }] }] },
    ]);
  });
});

describe('Hostile XML is refused', () => {
  const prolog = '<?xml version="1.0"?>';
  const body = `<worksheet><sheetData>${ROWS}</sheetData></worksheet>`;

  it.each<[string, string | Buffer, RegExp]>([
    ['any DOCTYPE', `${prolog}<!DOCTYPE worksheet>${body}`, /DOCTYPE/],
    [
      'an external entity',
      `${prolog}<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet>&x;</worksheet>`,
      /DOCTYPE/,
    ],
    [
      'billion laughs',
      `${prolog}<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>`,
      /DOCTYPE/,
    ],
    ['an undeclared entity', '<worksheet>&nbsp;</worksheet>', /well-formed/],
    [
      'a million attributes',
      `<worksheet ${Array.from({ length: 1e6 }, (_, at) => `a${at}=""`).join(' ')}/>`,
      /more than 500 attributes/,
    ],
    ['a long attribute', `<worksheet a="${'x'.repeat(270_000)}"/>`, /attributes of an element are too long/],
    ['great depth', '<worksheet>' + '<a>'.repeat(100_000), /nested deeper/],
    [
      'a comment without end',
      `<worksheet><!--${Array.from({ length: 700_000 }, (_, at) => at).join(' ')}`,
      /text of more than 4 MiB/,
    ],
    ['an unclosed root', '<worksheet><sheetData>', /well-formed/],
    ['another root', '<html/>', /begins with <html> where <worksheet> is expected/],
    ['nothing at all', '', /well-formed/],
    ['no cell table', '<worksheet/>', /no cell table/],
    ['UTF-7', `<?xml version="1.0" encoding="UTF-7"?>${body}`, /encoding "UTF-7"/],
    ['UTF-16 that is UTF-8', `<?xml version="1.0" encoding="UTF-16"?>${body}`, /encoding "UTF-16"/],
    ['invalid UTF-8', Buffer.concat([Buffer.from('<worksheet>'), Buffer.from([0xc3, 0x28])]), /not valid UTF-8/],
    ['UTF-8 cut off', Buffer.concat([Buffer.from(body), Buffer.from([0xe2, 0x82])]), /not valid UTF-8/],
    ['a control character', '<worksheet>\u0001</worksheet>', /well-formed/],
    ['a character reference to none', '<worksheet>&#0;</worksheet>', /well-formed/],
  ])('%s', async (_name, data, message) => {
    const error = await refusal(changed({ name: SHEET, data }));
    expect(error).toMatchObject({ code: 'UNREADABLE_FILE', message: expect.stringMatching(message) });
    expect((error as Error).message).toMatch(/sheet0\.xml|Customers/);
  });
});

describe('Leaving early', () => {
  it('frees the file and the temporary file', async () => {
    const strings = Array.from(
      { length: 200_000 },
      (_, at) => `<t>${at} ${'漢字'.repeat(20)}${(at * 2_654_435_761) % 4_294_967_296}</t>`,
    );
    const rows = Array.from({ length: 3_000 }, (_, at) => `<row><c t="s"><v>${at * 60}</v></c></row>`).join('');
    const file = folder.book({ sheets: [{ name: 'x', rows }], strings });
    for await (const batch of folder.format.read(file, { tables: ['Customers'], batchRows: 10, maxRows: 1e6 })) {
      expect(batch.rows[0]?.cells[0]).toMatch(/^60 漢字/);
      if (process.platform === 'linux') expect(folder.openFiles()).toHaveLength(2);
      break;
    }
    const never = folder.format.read(file, { tables: [], batchRows: 10, maxRows: 1e6 });
    await never.return();
    expect(await folder.rows(file)).toHaveLength(2_999);
  });
});

const corpus = resolve(process.env['CORPORA_DIR'] ?? '../shared/corpora', 'zip-bad/failure');
if (existsSync(corpus)) {
  describe('The failure set of yauzl', () => {
    it.each(readdirSync(corpus))('%s', async (name) => {
      expect(await refusal(readFileSync(join(corpus, name)))).toMatchObject({ status: expect.any(Number) });
      expect(readdirSync(folder.path).every((file) => file.endsWith('.xlsx'))).toBe(true);
    });
  });
} else {
  console.warn(`The set of bad zips was not found in ${corpus}; its tests were left out.`);
}
