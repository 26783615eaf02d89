import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { RawRow, ReadOptions, RowBatch } from '../../src/bulk/formats/row-format.contract';
import { XlsxFormat } from '../../src/bulk/formats/xlsx.format';

const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const STRICT = 'http://purl.oclc.org/ooxml/officeDocument/relationships';

/** One entry of a zip; what is not given is told truly. */
export interface ZipEntry {
  name: string;
  data: Buffer | string;
  stored?: boolean;
  crc?: number;
  size?: number;
  packedSize?: number;
  flags?: number;
  offset?: number;
}

/** A zip archive byte by byte, so that it can also lie. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const chunks: Buffer[] = [];
  const central: Buffer[] = [];
  let position = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const data = Buffer.from(entry.data as string);
    const packed = entry.stored ? data : deflateRawSync(data, { level: 6 });
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(entry.flags ?? 0, 2);
    fields.writeUInt16LE(entry.stored ? 0 : 8, 4);
    fields.writeUInt32LE(entry.crc ?? crc32(data), 10);
    fields.writeUInt32LE(entry.packedSize ?? packed.length, 14);
    fields.writeUInt32LE(entry.size ?? data.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(entry.offset ?? position, 10);
    central.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fields, tail, name);
    const local = [Buffer.from('PK\x03\x04', 'latin1'), fields, name, packed];
    chunks.push(...local);
    position += local.reduce((sum, part) => sum + part.length, 0);
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(Math.min(entries.length, 65_535), 8);
  end.writeUInt16LE(Math.min(entries.length, 65_535), 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(position, 16);
  return Buffer.concat([...chunks, directory, end]);
}

export interface BookSheet {
  name: string;
  /** What stands between `<sheetData>` and its end, or a whole part when it begins with `<?xml` or is a Buffer. */
  rows: string | Buffer;
  kind?: 'worksheet' | 'chartsheet';
  attributes?: string;
}

export interface Book {
  sheets: BookSheet[];
  /** Content of each `<si>`. */
  strings?: string[];
  styles?: string;
  date1904?: boolean;
  strict?: boolean;
  /** Further or replaced parts; null takes a part away. */
  parts?: Record<string, string | Buffer | null>;
}

/** The parts of a workbook, ready for `zip`. */
export function bookEntries(book: Book): ZipEntry[] {
  const rel = book.strict ? STRICT : OFFICE;
  const link = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="${rel}/${type}" Target="${target}"/>`;
  const links = book.sheets.map((sheet, at) => link(`s${at}`, sheet.kind ?? 'worksheet', `worksheets/sheet${at}.xml`));
  if (book.strings) links.push(link('strings', 'sharedStrings', '/xl/sharedStrings.xml'));
  if (book.styles) links.push(link('styles', 'styles', 'styles.xml'));
  const tabs = book.sheets.map(
    ({ name, attributes = '' }, at) => `<sheet name="${name}" sheetId="${at + 1}" r:id="s${at}" ${attributes}/>`,
  );
  const parts: Record<string, string | Buffer | null> = {
    '[Content_Types].xml': '<Types><Default Extension="xml" ContentType="application/xml"/></Types>',
    '_rels/.rels': `<Relationships>${link('w', 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
    'xl/workbook.xml':
      `<?xml version="1.0" encoding="UTF-8"?><workbook xmlns:r="${rel}">` +
      `<workbookPr date1904="${book.date1904 ? 1 : 0}"/><sheets>${tabs.join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships>${links.join('')}</Relationships>`,
    ...Object.fromEntries(book.sheets.map((sheet, at) => [`xl/worksheets/sheet${at}.xml`, sheetXml(sheet.rows)])),
    ...(book.strings && {
      'xl/sharedStrings.xml': `<sst>${book.strings.map((si) => `<si>${si}</si>`).join('')}</sst>`,
    }),
    ...(book.styles && { 'xl/styles.xml': book.styles }),
    ...book.parts,
  };
  return Object.entries(parts).flatMap(([name, data]) => (data === null ? [] : [{ name, data }]));
}

function sheetXml(rows: string | Buffer): string | Buffer {
  if (typeof rows !== 'string' || rows.startsWith('<?xml')) return rows;
  return `<worksheet><dimension ref="A1"/><sheetData>${rows}</sheetData></worksheet>`;
}

/** A row of inline strings from column A. */
export function textRow(row: number, ...texts: string[]): string {
  const cells = texts.map((text, at) => inline(`${String.fromCharCode(65 + at)}${row}`, text));
  return `<row r="${row}">${cells.join('')}</row>`;
}

export function inline(reference: string, text: string): string {
  return `<c r="${reference}" t="inlineStr"><is><t>${text}</t></is></c>`;
}

/** A folder for the files of one spec file, and what it takes to read them. */
export class WorkbookFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'xlsx-spec-'));
  readonly format = new XlsxFormat();
  private files = 0;

  save(bytes: Buffer): string {
    this.files += 1;
    const file = join(this.path, `book${this.files}.xlsx`);
    writeFileSync(file, bytes);
    return file;
  }

  /** A workbook of one sheet: a header `h`, and the given cells in row 2 and on. */
  sheet(rows: string, book: Partial<Book> = {}): string {
    return this.book({ sheets: [{ name: 'Sheet1', rows: `${textRow(1, 'h')}${rows}` }], ...book });
  }

  book(book: Book): string {
    return this.save(zip(bookEntries(book)));
  }

  async read(file: string, options: Partial<ReadOptions> = {}): Promise<RowBatch[]> {
    const batches: RowBatch[] = [];
    const all = { tables: ['Customers', 'Contacts'], batchRows: 1_000, maxRows: 1_000_000, ...options };
    for await (const batch of this.format.read(file, all)) batches.push(batch);
    return batches;
  }

  async rows(file: string, options: Partial<ReadOptions> = {}): Promise<RawRow[]> {
    return (await this.read(file, options)).flatMap(({ rows }) => [...rows]);
  }

  /** Files of this folder and of the temporary folder that this process holds open (Linux). */
  openFiles(): string[] {
    return readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        const target = readlinkSync(`/proc/self/fd/${fd}`);
        return target.startsWith(this.path) || target.includes('.texts') ? [target] : [];
      } catch {
        return [];
      }
    });
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
