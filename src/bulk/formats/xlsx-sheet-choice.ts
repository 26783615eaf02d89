import { UnusableTable } from './file.errors';
import { clip } from './xlsx-messages';
import { Sheet } from './xlsx-workbook';

const SHOWN_SHEETS = 10;

/** A sheet that is to be read, and the name of the table it stands for. */
export interface ChosenSheet {
  readonly sheet: Sheet;
  readonly table: string;
}

/**
 * The sheets to read, in the order of the wanted tables, the main one first. A single sheet is the main table whatever
 * its name, unless that is the name of another wanted table; else names match ignoring case and surrounding blanks, and other sheets are left out.
 * @throws UnusableTable when the main table is missing or a name fits two sheets.
 */
export function chooseSheets(sheets: readonly Sheet[], tables: readonly string[]): readonly ChosenSheet[] {
  const [first, second] = sheets;
  if (!first) throw new UnusableTable('The workbook has no sheet with cells. Put the rows into a worksheet.');
  const main = tables[0] ?? first.name;
  if (!second) return [{ sheet: first, table: tables.find((table) => normal(table) === normal(first.name)) ?? main }];
  const wanted = tables.length === 0 ? [main] : tables;
  return wanted.flatMap((table) => {
    const found = sheets.filter(({ name }) => normal(name) === normal(table));
    const [sheet, twin] = found;
    if (sheet && twin) {
      throw new UnusableTable(`Two sheets are named "${clip(table)}". Rename the one that is not meant.`);
    }
    if (!sheet && table === main) throw missing(table, sheets);
    return sheet ? [{ sheet, table }] : [];
  });
}

function missing(table: string, sheets: readonly Sheet[]): UnusableTable {
  const names = sheets.slice(0, SHOWN_SHEETS).map(({ name }) => `"${clip(name)}"`);
  const more = sheets.length > SHOWN_SHEETS ? ` and ${sheets.length - SHOWN_SHEETS} more` : '';
  return new UnusableTable(
    `The workbook has no sheet "${clip(table)}". It has ${names.join(', ')}${more}. Name the sheet with the rows "${clip(table)}".`,
  );
}

function normal(name: string): string {
  return name.trim().toLowerCase();
}
