import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { DurableFile } from './durable-file';
import { FileTooLarge } from './file.errors';
import { neutralise } from './formula-guard';
import { RowBatch, RowWriter } from './row-format.contract';
import * as pkg from './xlsx-package';
import { clip } from './xlsx-messages';
import { columnName, MAX_SHEET_COLUMNS, MAX_SHEET_ROWS } from './xlsx-reference';

const FLUSH_CHARS = 64 * 1024;
const MAX_NAME_CHARS = 31;

/** The sheet being written. */
interface OpenSheet {
  readonly table: string | null;
  readonly columns: readonly string[];
  readonly out: PassThrough;
  row: number;
}

/**
 * Writes a workbook row by row: one sheet per table in order of arrival, every cell as neutralised text, the header
 * bold and frozen. A workbook without any batch gets one blank sheet, as none may be without. Memory stays flat: what
 * the disk has not taken yet holds up `write`.
 */
export class XlsxWriter implements RowWriter {
  private readonly file: DurableFile;
  private readonly zip = new ZipFile();
  private readonly piped: Promise<unknown>;
  private readonly names: string[] = [];
  private readonly letters: string[] = [];
  private sheet: OpenSheet | null = null;
  private failure: { readonly cause: unknown } | null = null;

  /** @param path where the file appears when it is closed. */
  constructor(path: string) {
    this.file = DurableFile.create(path);
    this.zip.on('error', (cause: unknown) => (this.failure ??= { cause }));
    this.piped = pipeline(this.zip.outputStream, this.file.stream).catch((cause: unknown) => {
      this.failure ??= { cause };
      // Wakes a write that waits for room.
      this.sheet?.out.destroy();
    });
    this.add('[Content_Types].xml', pkg.CONTENT_TYPES);
    this.add('_rels/.rels', pkg.ROOT_RELATIONSHIPS);
    this.add('xl/styles.xml', pkg.STYLES);
  }

  /**
   * @throws FileTooLarge beyond what a sheet can hold, the file system's error, or Error when a table comes back or its
   * columns change after its header was written.
   */
  async write(batch: RowBatch): Promise<void> {
    const sheet = await this.sheetFor(batch);
    let xml = '';
    for (const { cells } of batch.rows) {
      xml += this.nextRow(sheet, cells, pkg.TEXT_FORMAT);
      if (xml.length < FLUSH_CHARS) continue;
      await this.push(sheet, xml);
      xml = '';
    }
    await this.push(sheet, xml);
  }

  async close(): Promise<void> {
    if (this.names.length === 0) await this.sheetFor({ table: null, columns: [], rows: [] });
    await this.endSheet();
    this.add('xl/workbook.xml', pkg.workbookXml(this.names));
    this.add('xl/_rels/workbook.xml.rels', pkg.workbookRelationships(this.names.length));
    this.zip.end();
    await this.piped;
    this.throwIfFailed();
    await this.file.commit();
  }

  async abort(): Promise<void> {
    this.sheet?.out.destroy();
    await this.file.discard();
    await this.piped;
  }

  private add(part: string, xml: string): void {
    this.zip.addBuffer(Buffer.from(xml, 'utf8'), part);
  }

  private async sheetFor({ table, columns }: RowBatch): Promise<OpenSheet> {
    if (this.sheet && this.sheet.table === table) {
      const known = this.sheet.columns;
      if (columns.length === known.length && columns.every((column, at) => column === known[at])) return this.sheet;
      throw new Error(
        `The columns of "${clip(table ?? '')}" changed after its header was written; give all of them at once.`,
      );
    }
    await this.endSheet();
    this.names.push(this.newName(table ?? 'Sheet1'));
    const sheet = { table, columns, out: new PassThrough({ highWaterMark: FLUSH_CHARS }), row: 0 };
    this.sheet = sheet;
    this.zip.addReadStream(sheet.out, pkg.sheetPart(this.names.length));
    await this.push(sheet, pkg.sheetHead(columns) + this.nextRow(sheet, columns, pkg.HEADER_FORMAT));
    return sheet;
  }

  /** A name a tab can have: 1 to 31 characters, without `[]:*?/\`, no apostrophe at either end, none twice. */
  private newName(table: string): string {
    const name =
      table
        .replace(/[[\]:*?/\\\p{Cc}]/gu, '_')
        .replace(/^'|'$/g, '_')
        .slice(0, MAX_NAME_CHARS) || 'Sheet';
    if (this.names.some((other) => other.toLowerCase() === name.toLowerCase())) {
      throw new Error(`The sheet "${clip(name)}" was finished already; write the batches of one table in a row.`);
    }
    return name;
  }

  private nextRow(sheet: OpenSheet, cells: readonly string[], format: number): string {
    if (sheet.row === MAX_SHEET_ROWS || cells.length > MAX_SHEET_COLUMNS) {
      throw new FileTooLarge(
        `Sheet "${clip(sheet.table ?? 'Sheet1')}", row ${sheet.row + 1}: a sheet ends at ${MAX_SHEET_ROWS} rows and ` +
          `${MAX_SHEET_COLUMNS} columns. Ask for the result as CSV or NDJSON.`,
      );
    }
    sheet.row += 1;
    while (this.letters.length < cells.length) this.letters.push(columnName(this.letters.length));
    return pkg.rowXml(sheet.row, this.letters, cells.map(neutralise), format);
  }

  private async push({ out }: OpenSheet, xml: string): Promise<void> {
    this.throwIfFailed();
    if (xml !== '' && !out.write(xml)) await drained(out);
    this.throwIfFailed();
  }

  private throwIfFailed(): void {
    if (this.failure) throw this.failure.cause;
  }

  private async endSheet(): Promise<void> {
    if (!this.sheet) return;
    await this.push(this.sheet, pkg.SHEET_TAIL);
    this.sheet.out.end();
    this.sheet = null;
  }
}

/** Resolves when the stream takes more, or never will. */
function drained(out: PassThrough): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      out.off('drain', done).off('close', done);
      resolve();
    };
    out.on('drain', done).on('close', done);
  });
}
