import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CsvFormat } from '../../src/bulk/formats/csv.format';
import { cellsOf, Folder, messagesOf, oracle, readAll, writeAll } from './csv.fixtures';

const format = new CsvFormat();
const folder = new Folder();
afterAll(() => folder.remove());

const corpora = resolve(process.env['CORPORA_DIR'] ?? '../shared/corpora');
if (!existsSync(corpora)) console.warn(`Corpus tests are skipped: ${corpora} is not there. Set CORPORA_DIR.`);

(existsSync(corpora) ? describe : describe.skip)('files from public corpora', () => {
  const names = (sub: string, ending: string): string[] =>
    existsSync(resolve(corpora, sub))
      ? readdirSync(resolve(corpora, sub))
          .filter((name) => name.endsWith(ending))
          .sort()
      : [];

  it.each(names('csv-spectrum/csvs', '.csv'))('reads csv-spectrum %s exactly', async (name) => {
    const table = await readAll(format, resolve(corpora, 'csv-spectrum/csvs', name));
    const clean: Record<string, string>[] = [
      JSON.parse(readFileSync(resolve(corpora, 'csv-spectrum/json', name.replace('.csv', '.json')), 'utf8')),
    ].flat();
    // The published twin of one file holds another phone number than the file.
    if (name === 'location_coordinates.csv') clean[0]!['Contact Phone Number'] = '2095257564';
    const records = table.rows.map((row) =>
      Object.fromEntries(table.columns.map((column, i) => [column, row.cells[i]])),
    );
    expect(records).toEqual(clean);
    // That file lost its degree signs before it was published.
    const lost = name === 'location_coordinates.csv' ? [expect.stringContaining('U+FFFD')] : [];
    expect(messagesOf(table)).toEqual(lost);
  });

  const MISC: Record<string, string | [rows: number, ...messages: string[]]> = {
    '327.cws.csv': [1],
    // Its only header is empty, so the next record counts as header.
    '399.csv': [0],
    '411.csv': [3, 'Line 3 has 6 cells, the header 5.'],
    'fastcsv-issue87.csv': [99],
    'fastcsv-malformed.csv': 'Line 2, cell 1: in the cell that opens here with a double quote, text follows',
    'papaparse-long.csv': [7],
    'papaparse-malformed.tsv': 'Line 9, cell 3: the cell that opens here with a double quote never ends.',
    'papaparse-utf8-bom.csv': [1],
    'papaparse-verylong.csv': [
      2000,
      'Line 500 has',
      'Line 1000 has',
      'Line 1500 has',
      'Line 2000 has 2 cells, the header 3.',
    ],
    'utf16le-bom-windows.csv': [1],
    'utf8-bom-windows.csv': [1],
  };

  it.each(names('csv-misc', 'sv').filter((name) => !name.startsWith('LICENSE')))(
    'reads csv-misc %s, or refuses it with the line',
    async (name) => {
      const reading = readAll(format, resolve(corpora, 'csv-misc', name));
      const expected = MISC[name];
      if (typeof expected === 'string') {
        await expect(reading).rejects.toThrow(expected);
        return;
      }
      const table = await reading;
      const messages = messagesOf(table);
      expect([table.rows.length, ...messages]).toEqual(
        expected?.map((part) => (typeof part === 'string' ? expect.stringContaining(part) : part)),
      );
    },
  );

  it.each(names('blns', '.json'))('carries every naughty string of %s there and back', async (name) => {
    const strings: string[] = JSON.parse(readFileSync(resolve(corpora, 'blns', name), 'utf8'));
    const rows = strings.map((text, i) => [String(i), text]);
    expect(cellsOf(await readAll(format, await writeAll(format, folder, ['id', 'text'], rows)))).toEqual(rows);
  });

  it.each(names('injection', '.txt'))('carries every line of %s there and back, with no live formula', async (name) => {
    const rows = readFileSync(resolve(corpora, 'injection', name), 'utf8')
      .split('\n')
      .map((text, i) => [String(i), text]);
    const path = await writeAll(format, folder, ['id', 'text'], rows);
    expect(cellsOf(await readAll(format, path))).toEqual(rows);
    const live = oracle(readFileSync(path, 'utf8').slice(1), ',')
      .flat()
      .filter((text) => /^[=+\-@\t\r＝＋－＠]/.test(text));
    expect(live).toEqual([]);
  });
});
