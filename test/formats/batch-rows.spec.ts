import { randomBytes } from 'node:crypto';
import { CsvFormat } from '../../src/bulk/formats/csv.format';
import { NdjsonFormat } from '../../src/bulk/formats/ndjson.format';
import type { RowFormat } from '../../src/bulk/formats/row-format.contract';
import { XlsxFormat } from '../../src/bulk/formats/xlsx.format';
import { PsvFormat } from '../extension/acme/psv.format';
import { peakLiveMemory } from '../support/live-memory';
import { Folder, OPTIONS, writeAll } from './csv.fixtures';

const MOST_CHARS = 8 * 1024 ** 2;
/** The longest cell that is taken, of text that does not pack, and a row of 20 of them. */
const CELL = randomBytes(16_384).toString('hex').slice(1);
const COLUMNS = Array.from({ length: 20 }, (_, at) => `c${at}`);
const ROW = COLUMNS.map(() => CELL);
const ROW_CHARS = 20 * CELL.length;
const ROWS = 100;

const folder = new Folder();
afterAll(() => folder.remove());

describe.each<[string, RowFormat]>([
  ['csv', new CsvFormat()],
  ['ndjson', new NdjsonFormat()],
  ['xlsx', new XlsxFormat()],
  ['psv', new PsvFormat()],
])('a batch of rows of %s', (_name, format) => {
  it('ends where its rows hold very much text, so that memory has a bound', async () => {
    const file = await writeAll(format, folder, COLUMNS, new Array<string[]>(ROWS).fill(ROW));
    const sizes: number[] = [];
    const peak = await peakLiveMemory(async () => {
      for await (const { rows } of format.read(file, OPTIONS)) {
        sizes.push(rows.length);
        expect(rows.every(({ cells }) => cells.length === COLUMNS.length)).toBe(true);
      }
    });
    const full = Math.ceil(MOST_CHARS / ROW_CHARS);
    expect(sizes).toEqual([...new Array<number>(Math.floor(ROWS / full)).fill(full), ROWS % full]);
    // Two batches and what they were cut from; all of the rows would be 65 MB.
    expect(peak).toBeLessThan(40e6);
  });
});
