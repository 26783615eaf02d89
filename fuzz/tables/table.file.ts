import { bookEntries, zip } from '../../test/support/workbook';

/** How a program writes a table. */
export interface TableStyle {
  readonly kind: 'csv' | 'xlsx' | 'ndjson';
  readonly delimiter: string;
  readonly lineEnd: string;
  readonly encoding: 'utf8' | 'utf8-mark' | 'utf16le';
  readonly quotesAll: boolean;
  readonly endsWithLine: boolean;
  readonly sharesStrings: boolean;
}

export type Cells = readonly (readonly string[])[];

/** The bytes of a table, the header first, as no part of the service would write them. */
export function fileOf(cells: Cells, style: TableStyle): Buffer {
  if (style.kind === 'xlsx') return workbook(cells, style.sharesStrings);
  if (style.kind === 'ndjson') return lines(cells);
  const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
  const text = cells
    .map((row) => row.map((cell) => (style.quotesAll || /[,;\t|"\r\n]/.test(cell) ? quoted(cell) : cell)))
    .map((row) => row.join(style.delimiter))
    .join(style.lineEnd);
  const whole = text + (style.endsWithLine ? style.lineEnd : '');
  if (style.encoding === 'utf16le') return Buffer.from(`\uFEFF${whole}`, 'utf16le');
  return Buffer.from(style.encoding === 'utf8-mark' ? `\uFEFF${whole}` : whole);
}

function lines([header = [], ...rows]: Cells): Buffer {
  const line = (row: readonly string[]) =>
    JSON.stringify(Object.fromEntries(header.map((name, at) => [name, row[at]])));
  return Buffer.from(rows.map(line).join('\n'));
}

function workbook(cells: Cells, sharesStrings: boolean): Buffer {
  const escape = (text: string) =>
    `<t xml:space="preserve">${text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')}</t>`;
  const strings = [...new Set(cells.flat())];
  const at = new Map(strings.map((text, index) => [text, index]));
  const cellOf = (text: string, reference: string) => {
    if (text === '') return '';
    return sharesStrings
      ? `<c r="${reference}" t="s"><v>${at.get(text) ?? 0}</v></c>`
      : `<c r="${reference}" t="inlineStr"><is>${escape(text)}</is></c>`;
  };
  const rows = cells.map((row, index) => {
    const written = row.map((text, column) => cellOf(text, `${String.fromCharCode(65 + column)}${index + 1}`));
    return `<row r="${index + 1}">${written.join('')}</row>`;
  });
  const sheets = [{ name: 'Customers', rows: rows.join('') }];
  return zip(bookEntries(sharesStrings ? { sheets, strings: strings.map(escape) } : { sheets }));
}
