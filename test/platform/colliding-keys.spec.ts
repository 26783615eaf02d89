import 'reflect-metadata';
import { changesBetween, type JsonObject, mergeDocument } from '../../src/campaign/records/document-merge';
import { mapHeader } from '../../src/bulk/engine/header';
import { MAX_CELLS } from '../../src/bulk/formats/cell-faults';
import { SpoolReader, SpoolWriter } from '../../src/bulk/engine/row-spool';
import { CsvFormat } from '../../src/bulk/formats/csv.format';
import { NdjsonFormat } from '../../src/bulk/formats/ndjson.format';
import { parseLine } from '../../src/bulk/formats/ndjson.line';
import { hashSeedWarning } from '../../src/platform/event-loop/hash-seed';
import { parseJson } from '../../src/platform/http/json-parser';
import { Folder, readAll } from '../formats/csv.fixtures';

/** Keys in one object, columns of one table: as many as are taken. */
const [MOST_KEYS, MOST_COLUMNS] = [10_000, 1_000];
/** Texts of digits that V8 may keep in the one table of all short texts. */
const MANY = 60_000;

/** Array indices with the same 16 lowest bits: without a secret their hashes share them, and so their place in a table. */
const colliding = (count: number) => Array.from({ length: count }, (_, at) => String((at + 1) * 65_536));
const ordinary = (count: number) =>
  Array.from({ length: count }, (_, at) => `k${(at * 2_654_435_761) % 4_294_967_296}`);

/** Processor time of the whole process, the least of three tries, in milliseconds. */
async function workOf(task: () => Promise<unknown>): Promise<number> {
  let least = Infinity;
  for (let tries = 0; tries < 3; tries++) {
    const start = process.cpuUsage();
    await task();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

/** Texts of one hash take the work of as many others, within twenty times; the least that is allowed is half a second. */
async function expectNoSlowPath(task: (texts: readonly string[]) => Promise<unknown>, count: number): Promise<void> {
  const usual = await workOf(() => task(ordinary(count)));
  const work = await workOf(() => task(colliding(count)));
  expect(work).toBeLessThan(Math.max(20 * usual, 500));
  // Of any texts: what grows with the square of their number takes many seconds.
  expect(work).toBeLessThan(5_000);
}

const objectOf = (keys: readonly string[], value: string) => `{${keys.map((key) => `"${key}":"${value}"`).join(',')}}`;
const TABLE = { name: 'Customers', columns: [{ name: 'customerId', required: false }], oneOf: [] };

const folder = new Folder();
afterAll(() => folder.remove());

describe('texts of one hash', () => {
  it('as the keys of a body take the work of others, and are refused beyond 10,000', async () => {
    const read = (keys: readonly string[]) => parseJson(`[${objectOf(keys, 'v')}]`);
    await expectNoSlowPath(read, MOST_KEYS);
    await expect(read(colliding(MOST_KEYS + 1))).rejects.toThrow('is one key too many; an object may have 10000');
  });

  it('as the keys of a document are merged, compared and stored with the work of others', async () => {
    await expectNoSlowPath(async (keys) => {
      const before = (await parseJson(objectOf(keys, 'before'))) as JsonObject;
      const patch = (await parseJson(objectOf(keys, 'after'))) as JsonObject;
      const after = mergeDocument(before, patch);
      const changes = changesBetween(before, after);
      expect(changes).toHaveLength(keys.length);
      JSON.parse(JSON.stringify([after, changes]));
    }, MOST_KEYS);
  });

  it('as the columns of a table take the work of others', async () => {
    await expectNoSlowPath(async (columns) => {
      const file = folder.file(`${columns.join(',')}\n${columns.join(',')}\n`);
      const { columns: read } = await readAll(new CsvFormat(), file);
      expect(mapHeader(TABLE, read).unknown).toHaveLength(MOST_COLUMNS);
    }, MOST_COLUMNS);
  });

  it('as the keys of lines take the work of others', async () => {
    await expectNoSlowPath(async (keys) => {
      const file = folder.file(`${objectOf(keys, 'v')}\n`.repeat(50));
      expect((await readAll(new NdjsonFormat(), file)).columns).toHaveLength(MOST_COLUMNS);
    }, MOST_COLUMNS);
  });

  it('as more keys than a line may have are refused, without reading them all', async () => {
    const refuse = async (keys: readonly string[]) => {
      const file = folder.file(`${objectOf(keys, '')}\n`);
      await expect(readAll(new NdjsonFormat(), file)).rejects.toThrow(
        `The file has more than 1,000 different keys (line 1 adds "${keys[MOST_COLUMNS]}")`,
      );
    };
    await expectNoSlowPath(refuse, MANY);
    const parsed = parseLine(objectOf(ordinary(MANY), ''));
    expect('cells' in parsed && parsed.cells.size).toBe(MAX_CELLS + 1);
  });

  const isSeeded = hashSeedWarning(process.versions.node) === null;
  if (!isSeeded)
    console.warn('Cells of one hash were left out: this release of Node has no defence; the service says so.');
  (isSeeded ? it : it.skip)('as cells are spooled and read back with the work of others', async () => {
    await expectNoSlowPath(async (cells) => {
      const path = folder.fresh();
      const spool = SpoolWriter.create(path);
      const rows = Array.from({ length: MANY / 120 }, (_, at) => ({
        row: at + 2,
        cells: cells.slice(at * 120, (at + 1) * 120),
      }));
      await spool.write(0, { table: null, columns: [], rows });
      await spool.close();
      const reader = await SpoolReader.open(path);
      expect((await reader.read(0)).rows).toEqual(rows);
      await reader.close();
    }, MANY);
  });
});
