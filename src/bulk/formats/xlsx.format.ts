import { setImmediate } from 'node:timers/promises';
import { TooManyRows } from './file.errors';
import { ReadOptions, RowBatch, RowFormat, RowWriter } from './row-format.contract';
import { XlsxArchive } from './xlsx-archive';
import { looksLikeWorkbook, refuseCompoundFile, refuseOtherArchives } from './xlsx-kind';
import { SharedStrings } from './xlsx-shared-strings';
import { chooseSheets } from './xlsx-sheet-choice';
import { CellFormats, SheetParser } from './xlsx-sheet-parser';
import { readDateKinds } from './xlsx-styles';
import { SheetTable } from './xlsx-table';
import { readWorkbook, Sheet } from './xlsx-workbook';
import { XlsxWriter } from './xlsx-writer';
import { XmlFeed } from './xlsx-xml';

/** Time rows may take before others get their turn on the event loop. */
const MAX_TURN_MS = 10;

/** What reading one sheet needs. */
interface Source {
  readonly archive: XlsxArchive;
  readonly formats: CellFormats;
  readonly strings: SharedStrings;
}

/**
 * Excel workbooks (Office Open XML SpreadsheetML, ECMA-376, transitional and strict). Cells are delivered as their true
 * text; hidden sheets, rows and columns like visible ones, and a merged cell's value in its top left cell only.
 */
export class XlsxFormat implements RowFormat {
  readonly holdsTables = true;

  accepts(head: Buffer): boolean {
    return looksLikeWorkbook(head);
  }

  async *read(file: string, options: ReadOptions): AsyncGenerator<RowBatch, void, undefined> {
    await refuseCompoundFile(file);
    const archive = await XlsxArchive.open(file);
    try {
      await refuseOtherArchives(archive);
      const book = await readWorkbook(archive);
      const chosen = chooseSheets(book.sheets, options.tables);
      const formats = { date1904: book.date1904, kinds: await readDateKinds(archive, book.styles) };
      const strings = await SharedStrings.load(archive, book.sharedStrings);
      try {
        let rowsLeft = options.maxRows;
        const countRow = () => {
          if (rowsLeft === 0) {
            throw new TooManyRows(
              `The workbook has more than ${options.maxRows} data rows. Split it into several files.`,
            );
          }
          rowsLeft -= 1;
        };
        for (const { sheet, table } of chosen) {
          const rows = new SheetTable(sheet.name, table, options.batchRows);
          yield* readSheet({ archive, formats, strings }, sheet, rows, countRow, table === chosen[0]?.table);
        }
      } finally {
        await strings.close();
      }
    } finally {
      await archive.close();
    }
  }

  create(file: string): RowWriter {
    return new XlsxWriter(file);
  }
}

async function* readSheet(
  { archive, formats, strings }: Source,
  sheet: Sheet,
  table: SheetTable,
  countRow: () => void,
  required: boolean,
): AsyncGenerator<RowBatch, void, undefined> {
  const parser = new SheetParser(sheet.name, formats);
  const xml = new XmlFeed(sheet.part, parser);
  for await (const chunk of archive.chunks(sheet.part)) {
    let turn = performance.now();
    xml.write(chunk);
    for (const row of parser.take()) {
      strings.fill(row, sheet.name);
      if (table.add(row)) countRow();
      if (table.full) yield table.take();
      if (performance.now() - turn < MAX_TURN_MS) continue;
      await setImmediate();
      turn = performance.now();
    }
  }
  xml.end();
  parser.end();
  const last = table.finish(required);
  if (last) yield last;
}
