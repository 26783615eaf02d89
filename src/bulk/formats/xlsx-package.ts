import { xmlText } from './xlsx-text';

const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONSHIPS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const CONTENT = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** Number of the cell format "text": Excel keeps leading zeros and long digits in such a cell when it is edited. */
export const TEXT_FORMAT = 1;
/** Number of the cell format "text, bold". */
export const HEADER_FORMAT = 2;

/** Name of the part that holds a sheet, by its place in the workbook from 1. */
export function sheetPart(place: number): string {
  return `xl/worksheets/sheet${place}.xml`;
}

/**
 * The content type list. Sheets are the default for `.xml`, so that the list can be written first, before the number
 * of sheets is known; programs that guess the kind of a file look at its first entry.
 */
export const CONTENT_TYPES =
  `${DECLARATION}<Types xmlns="${PACKAGE}/content-types">` +
  '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
  `<Default Extension="xml" ContentType="${CONTENT}.worksheet+xml"/>` +
  `<Override PartName="/xl/workbook.xml" ContentType="${CONTENT}.sheet.main+xml"/>` +
  `<Override PartName="/xl/styles.xml" ContentType="${CONTENT}.styles+xml"/></Types>`;

/** Relationships of the package: where the workbook is. */
export const ROOT_RELATIONSHIPS = relationships([['rId1', 'officeDocument', 'xl/workbook.xml']]);

/** Three cell formats: general, text, and text in bold for headers. */
export const STYLES =
  `${DECLARATION}<styleSheet xmlns="${MAIN}">` +
  '<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>' +
  '<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>' +
  '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
  '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>' +
  '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>' +
  '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>' +
  '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>';

/** The workbook part, naming its sheets in order. */
export function workbookXml(names: readonly string[]): string {
  const sheets = names.map((name, at) => `<sheet name="${xmlText(name)}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`);
  return `${DECLARATION}<workbook xmlns="${MAIN}" xmlns:r="${RELATIONSHIPS}"><sheets>${sheets.join('')}</sheets></workbook>`;
}

/** Relationships of the workbook: its sheets and styles. */
export function workbookRelationships(sheets: number): string {
  const parts = Array.from({ length: sheets }, (_, at): [string, string, string] => {
    return [`rId${at + 1}`, 'worksheet', sheetPart(at + 1).slice('xl/'.length)];
  });
  return relationships([...parts, [`rId${sheets + 1}`, 'styles', 'styles.xml']]);
}

/** Start of a sheet up to its rows: first row frozen, columns as text and as wide as their headers. */
export function sheetHead(columns: readonly string[]): string {
  const widths = columns.map((header, at) => {
    const width = Math.min(Math.max(header.length + 4, 12), 40);
    return `<col min="${at + 1}" max="${at + 1}" width="${width}" style="${TEXT_FORMAT}" customWidth="1"/>`;
  });
  return (
    `${DECLARATION}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0">` +
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>' +
    `${widths.length > 0 ? `<cols>${widths.join('')}</cols>` : ''}<sheetData>`
  );
}

/** End of a sheet after its rows. */
export const SHEET_TAIL = '</sheetData></worksheet>';

// Only blanks that XML tools may strip or fold need the attribute; it would make up a fifth of a sheet.
const BLANKS = /^\s|\s$|\s\s|[\t\n]/;

/** One row of texts; empty ones are left out. `letters` are the names of the columns. */
export function rowXml(row: number, letters: readonly string[], cells: readonly string[], format: number): string {
  let xml = `<row r="${row}">`;
  cells.forEach((cell, column) => {
    if (cell === '') return;
    const space = BLANKS.test(cell) ? ' xml:space="preserve"' : '';
    xml += `<c r="${letters[column] ?? ''}${row}" s="${format}" t="inlineStr"><is><t${space}>${xmlText(cell)}</t></is></c>`;
  });
  return `${xml}</row>`;
}

function relationships(parts: readonly (readonly [string, string, string])[]): string {
  const list = parts.map(([id, type, target]) => {
    return `<Relationship Id="${id}" Type="${RELATIONSHIPS}/${type}" Target="${target}"/>`;
  });
  return `${DECLARATION}<Relationships xmlns="${PACKAGE}/relationships">${list.join('')}</Relationships>`;
}
