import { seededRandom } from '../../chaos/seeded-random';
import { inline, bookEntries, textRow, ZipEntry } from '../../test/support/workbook';
import type { Lane } from '../lane.contract';
import type { Cells } from '../tables/table.file';
import { pick, Random } from './byte-mutation';
import { sendFiles } from './file-calls';
import { soundTable } from './sound-tables';
import { mutateWorkbook } from './workbook-mutation';

const BOOKS = 30;
const STYLES =
  '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>' +
  '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>';
/** Cells of every kind, for the last column. */
const CELLS = [
  '<c><v>919876543210</v></c>',
  '<c s="1"><v>45351</v></c>',
  '<c s="2"><v>45351.5</v></c>',
  '<c t="b"><v>1</v></c>',
  '<c t="e"><v>#N/A</v></c>',
  '<c t="str"><f>A1</f><v>text</v></c>',
  '<c t="inlineStr"><is><r><t>rich</t></r><rPh sb="0" eb="1"><t>x</t></rPh></is></c>',
  '<c t="d"><v>2024-02-29T00:00:00</v></c>',
];

/** 30 sound workbooks with bytes, markup and parts changed: each is read or refused, whatever it has become. */
export const fuzzWorkbookBytes: Lane = async (options) => {
  const { calls, seed } = options;
  const random = seededRandom(seed, BOOKS);
  const books = Array.from({ length: BOOKS }, (_, at) => bookOf(soundTable(random, `WB-${seed}-${at}`), random));
  await sendFiles(options, 'fuzz.xlsx', random, () => mutateWorkbook(pick(random, books), random));
  return { cases: calls.sent, findings: calls.findings };
};

function bookOf(cells: Cells, random: Random): ZipEntry[] {
  const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const [header = [], ...table] = cells;
  const strings = table.flat().map((text) => `<t>${escape(text)}</t>`);
  const shares = random() < 0.5;
  const rows = table.map((row, at) => {
    const written = row.map((text, column) =>
      shares
        ? `<c t="s"><v>${at * row.length + column}</v></c>`
        : inline(`${String.fromCharCode(65 + column)}${at + 2}`, escape(text)),
    );
    return `<row r="${at + 2}">${written.join('')}${pick(random, CELLS)}</row>`;
  });
  const customers = { name: 'Customers', rows: textRow(1, ...header, 'extra') + rows.join('') };
  const contacts = { name: 'Contacts', rows: textRow(1, 'uniqueRefNo', 'name') + textRow(2, 'nobody', 'x') };
  return bookEntries({
    sheets: random() < 0.5 ? [customers] : [customers, contacts],
    styles: STYLES,
    date1904: random() < 0.2,
    strict: random() < 0.2,
    ...(shares && { strings }),
  });
}
