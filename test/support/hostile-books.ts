import { randomBytes } from 'node:crypto';
import { bookEntries, inline, zip } from './workbook';

const KIB = 1024;
const MIB = KIB * KIB;
/** Longest text of a cell. */
const CELL_CHARS = 32_767;
const HEADER = `<row>${inline('A1', 'uniqueRefNo')}${inline('B1', 'address')}</row>`;

/** A workbook of a few kilobytes with a row whose cells all point at one long text: 62 MiB of it in memory at once. */
export function bookOfMuchMemory(): Buffer {
  const columns = 1000;
  const header = Array.from({ length: columns }, (_, at) => (at === 0 ? 'uniqueRefNo' : `column ${at}`));
  const cell = '<c t="s"><v>0</v></c>';
  const rows = [
    `<row>${header.map((text) => `<c t="inlineStr"><is><t>${text}</t></is></c>`).join('')}</row>`,
    `<row>${cell.repeat(columns)}</row>`,
  ];
  // Of two bytes each in memory.
  const strings = [`<t>${'ж'.repeat(CELL_CHARS)}</t>`];
  return zip(bookEntries({ sheets: [{ name: 'Customers', rows: rows.join('') }], strings }));
}

let slowBook: Buffer | null = null;

/** A workbook of two megabytes that unpacks to 160 of empty cells: seconds of work, and no row to show for it. */
export function bookOfMuchTime(): Buffer {
  return (slowBook ??= makeBookOfMuchTime());
}

function makeBookOfMuchTime(): Buffer {
  // As no part may unpack to a hundred times its size, some of it is noise.
  const noise = Array.from({ length: 20 }, () => `<!--${randomBytes(75 * KIB).toString('base64')}-->`).join('');
  const row = `<row>${'<c/>'.repeat(16_000)}</row>`;
  const rows = row.repeat(Math.ceil((160 * MIB) / row.length));
  return zip(bookEntries({ sheets: [{ name: 'Customers', rows: `${noise}${HEADER}${rows}` }] }));
}
