import * as fc from 'fast-check';
import { TextFile, textOfHead } from '../../src/bulk/formats/text-encoding';
import { Folder } from './csv.fixtures';

const folder = new Folder();
afterAll(() => folder.remove());

async function textOf(content: string | Buffer): Promise<{ encoding: string; text: string }> {
  const file = await TextFile.open(folder.file(content));
  let text = '';
  for await (const chunk of file.chunks()) text += chunk;
  return { encoding: file.encoding, text };
}

async function refusalOf(content: string | Buffer): Promise<string> {
  const error: unknown = await TextFile.open(folder.file(content)).then(
    () => new Error('was accepted'),
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ code: 'UNSUPPORTED_FILE_FORMAT', status: 415 });
  return (error as Error).message;
}

function utf16be(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

const SAMPLE = 'id,name\r\n1,Zoë 😀\r\n2,Łódź 東京\r\n';

describe('telling the encoding of a text file', () => {
  it.each([
    ['UTF-8', Buffer.from(SAMPLE), 'utf-8'],
    ['UTF-8 with byte order mark', Buffer.from(`\uFEFF${SAMPLE}`), 'utf-8'],
    ['UTF-16LE with byte order mark', Buffer.from(`\uFEFF${SAMPLE}`, 'utf16le'), 'utf-16le'],
    ['UTF-16BE with byte order mark', utf16be(`\uFEFF${SAMPLE}`), 'utf-16be'],
    ['UTF-16LE without byte order mark', Buffer.from(SAMPLE, 'utf16le'), 'utf-16le'],
    ['UTF-16BE without byte order mark', utf16be(SAMPLE), 'utf-16be'],
  ])('reads %s', async (_name, bytes, encoding) => {
    expect(await textOf(bytes)).toEqual({ encoding, text: SAMPLE });
  });

  it('reads Windows-1252 with accents, curly quotes, dashes and the euro sign', async () => {
    const text = 'name,note\nAcentuação,“École” – d’accord\nPeña,5 €\nGötz Müller,25 °C… ½\nŒuvre Fiancée,¿Qué?\n';
    const bytes = Buffer.from(
      text.replace(
        /[“”–’€…Œ]/g,
        (c) => ({ '“': '\x93', '”': '\x94', '–': '\x96', '’': '\x92', '€': '\x80', '…': '\x85', Œ: '\x8c' })[c] ?? c,
      ),
      'latin1',
    );
    expect(await textOf(bytes)).toEqual({ encoding: 'windows-1252', text });
  });

  it('reads Windows-1252 whose accents fall on the border of two pieces', async () => {
    const text = `${'a'.repeat(65_535)}é${'b'.repeat(65_534)}ção\n`;
    expect((await textOf(Buffer.from(text, 'latin1'))).text).toBe(text);
  });

  it('keeps characters whole that fall on the border of two pieces', async () => {
    for (const shift of [0, 1, 2, 3]) {
      const text = `${'x'.repeat(65_533 + shift)}😀é東${'y'.repeat(70_000)}`;
      expect((await textOf(text)).text).toBe(text);
      expect((await textOf(Buffer.from(`\uFEFF${text}`, 'utf16le'))).text).toBe(text);
    }
  });

  it('drops only one byte order mark', async () => {
    expect((await textOf('\uFEFF\uFEFFa')).text).toBe('\uFEFFa');
  });

  it('reads an empty file as empty text', async () => {
    expect(await textOf('')).toEqual({ encoding: 'utf-8', text: '' });
  });

  it.each([
    ['Shift-JIS 山田太郎', '8e52936391be9859'],
    ['Shift-JIS テスト', '836583588367'],
    ['GB18030 张伟', 'd5c5ceb0'],
    ['GB18030 张 alone', 'd5c5'],
    ['Big5 陳大文', 'b3afa46aa4e5'],
    ['EUC-KR 김철수', 'b1e8c3b6bcf6'],
    ['Windows-1251 Иван', 'c8e2e0ed'],
    ['Windows-1251 Да', 'c4e0'],
    ['KOI8-R Иван', 'e9d7c1ce'],
    ['Windows-1253 Γιώργος', 'c3e9fef1e3eff2'],
    ['Windows-1250 Władysław', '57b3616479736cb361'],
    ['Mac Roman Café', '4361668e'],
    ['Mac Roman España', '457370619661'],
    ['a byte without meaning in Windows-1252', '61816263'],
    ['UTF-8 with one broken character', 'c3a961c3a962c361'],
  ])('refuses %s instead of storing wrong letters', async (_name, hex) => {
    const message = await refusalOf(
      Buffer.concat([Buffer.from('id,name\n1,'), Buffer.from(hex, 'hex'), Buffer.from('\n')]),
    );
    expect(message).toMatch(
      /^The encoding of the file cannot be told: line 2 \(byte \d+ of the file\) is not valid UTF-8/,
    );
    expect(message).toContain('Save the file as UTF-8');
  });

  it('names line and byte of the first fault in a file marked as UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from('\uFEFFid\r\n1\r2\n'), Buffer.from([0x61, 0xff, 0x62])]);
    expect(await refusalOf(bytes)).toBe(
      'The file is marked as UTF-8 but line 4 (byte 13 of the file) is not valid UTF-8. ' +
        'Save the file as UTF-8 (in Excel: "CSV UTF-8 (Comma delimited)") and send it again.',
    );
  });

  it.each([
    ['an unpaired high surrogate', 'fffe610000d86200'],
    ['an unpaired low surrogate', 'fffe610000dc6200'],
    ['a high surrogate at the end', 'fffe610000d8'],
    ['half a character at the end', 'fffe61006200'.concat('63')],
  ])('refuses UTF-16 with %s', async (_name, hex) => {
    expect(await refusalOf(Buffer.from(hex, 'hex'))).toMatch(/marked as UTF-16LE but line 1 \(byte \d+ of the file\)/);
  });

  it('names the line in UTF-16 too, counting line ends and not letters that share a byte with them', async () => {
    const text = Buffer.from('\uFEFFĊa\r\nč\n\udc00', 'utf16le');
    expect(await refusalOf(text)).toContain('marked as UTF-16LE but line 3 (byte 15 of the file)');
    expect(await refusalOf(Buffer.from(text).swap16())).toContain(
      'marked as UTF-16BE but line 3 (byte 15 of the file)',
    );
  });

  it('refuses a UTF-8 character that is cut off by the end of the file', async () => {
    expect(await refusalOf(Buffer.from([0x61, 0x0a, 0xe6, 0x9d]))).toContain('line 2 (byte 3 of the file)');
  });

  it('refuses UTF-32 and ISO-2022-JP by name', async () => {
    expect(await refusalOf(Buffer.from('fffe000061000000', 'hex'))).toContain('UTF-32');
    expect(await refusalOf('id\n\x1b$B;3ED\x1b(B\n')).toContain('ISO-2022');
  });

  it('gives back every text that was saved as UTF-8 or UTF-16', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (text) => {
        expect((await textOf(`\uFEFF${text}`)).text).toBe(text);
        expect((await textOf(Buffer.from(`\uFEFF${text}`, 'utf16le'))).text).toBe(text);
      }),
      { numRuns: 100 },
    );
  });

  it('finds the first wrong byte wherever it stands', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 20 }), fc.nat(), async (lines, nat) => {
        const before = lines
          .map((line) => line.replace(/[\r\n]/g, ''))
          .slice(0, nat % 21)
          .join('\n');
        const bytes = Buffer.concat([Buffer.from(`\uFEFF${before}`), Buffer.from([0xff])]);
        const place = `line ${before.split('\n').length} (byte ${bytes.length} of the file)`;
        expect(await refusalOf(bytes)).toContain(place);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the head of a file', () => {
  it('is text where it has no NUL bytes or is UTF-16', () => {
    expect(textOfHead(Buffer.from('\uFEFFa,b'))).toBe('a,b');
    expect(textOfHead(Buffer.from('\uFEFFa,b', 'utf16le'))).toBe('a,b');
    expect(textOfHead(utf16be('a,b\n1,2\n'))).toBe('a,b\n1,2\n');
    expect(textOfHead(Buffer.from('a\0b'))).toBeNull();
  });
});
