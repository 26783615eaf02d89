import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SpoolReader, SpoolWriter } from '../../src/bulk/engine/row-spool';
import { DurableFile } from '../../src/bulk/formats/durable-file';
import { ReaderThread } from '../../src/bulk/reading/reader-thread';
import { ReadingThreads } from '../../src/bulk/reading/reading-threads';
import type { ReadingOrder } from '../../src/bulk/reading/file-reading';
import { loadConfig } from '../../src/platform/config/load-config';
import { csvOf } from '../support/bulk';
import { bookOfMuchTime } from '../support/hostile-books';

const SMALL = csvOf([
  ['uniqueRefNo', 'address'],
  ['A', 'x'],
]);

let folder: string;
let orders = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollbook-reading-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function orderFor(file: Buffer, format: string): ReadingOrder {
  const path = join(folder, `file-${++orders}`);
  writeFileSync(path, file);
  const columns = [{ name: 'uniqueRefNo' }, { name: 'address' }];
  return {
    files: [{ path, format, tables: ['Customers'] }],
    tables: [{ name: 'Customers', columns, oneOf: ['uniqueRefNo'] }],
    spool: join(folder, `rows-${orders}`),
    maxRows: 1_000_000,
  };
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : error;
}

// A thread that asks for much at once when its memory is short takes the process with it.
it('the spool is written a little at a time, however long the rows of a chunk are, and gives them back', async () => {
  const writes = jest.spyOn(DurableFile.prototype, 'write');
  const path = join(folder, 'long-rows');
  const fault = { column: 'a', message: 'wrong' };
  const rows = [
    { row: 2, cells: ['short', ''] },
    { row: 3, cells: Array.from({ length: 100 }, () => 'ж'.repeat(30_000)) },
    { row: 4, cells: Array.from({ length: 100 }, () => 'x'.repeat(30_000)), faults: [fault] },
    ...Array.from({ length: 100 }, (_, at) => ({ row: 5 + at, cells: ['y'.repeat(20_000), '"'] })),
    { row: 105, cells: ['last', 'short'], faults: [fault] },
  ];
  const spool = SpoolWriter.create(path);
  await spool.write(0, { table: null, columns: ['a', 'b'], rows });
  await spool.write(1, { table: null, columns: ['a'], rows: [] });
  await spool.write(1, { table: null, columns: ['a'], rows: rows.slice(1, 2) });
  expect(await spool.close()).toBe(3);
  expect(Math.max(...writes.mock.calls.map(([bytes]) => bytes.length))).toBeLessThan(200_000);
  writes.mockRestore();

  const reader = await SpoolReader.open(path);
  expect(await reader.read(0)).toEqual({ table: 0, columns: ['a', 'b'], rows });
  expect(await reader.read(1)).toEqual({ table: 1, columns: ['a'], rows: [] });
  expect(await reader.read(2)).toEqual({ table: 1, columns: ['a'], rows: rows.slice(1, 2) });
  await reader.close();
});

describe('the threads that read files', () => {
  it('leave a place for another company, and end with the service', async () => {
    const threads = new ReadingThreads(loadConfig({}));
    const ends: string[] = [];
    const note = (what: string, reading: Promise<unknown>) =>
      reading.then(
        () => ends.push(`${what}: read`),
        (error: unknown) => ends.push(`${what}: ${String(codeOf(error))}`),
      );
    const greedy = Array.from({ length: 5 }, () => note('greedy', threads.read(1, orderFor(bookOfMuchTime(), 'xlsx'))));
    await note('other', threads.read(2, orderFor(SMALL, 'csv')));
    expect(ends).toEqual(['other: read']);

    await threads.onApplicationShutdown();
    await Promise.all(greedy);
    expect(ends.slice(1)).toEqual(Array.from({ length: 5 }, () => 'greedy: DEPENDENCY_UNAVAILABLE'));
    await note('late', threads.read(3, orderFor(SMALL, 'csv')));
    expect(ends.at(-1)).toBe('late: DEPENDENCY_UNAVAILABLE');
  });

  it('read one file after the other', async () => {
    const thread = new ReaderThread({ seconds: 60, memoryMb: 64 });
    for (let time = 0; time < 20; time++) {
      expect(await thread.read(orderFor(SMALL, 'csv'))).toEqual({ received: [1], chunks: 1, parentJobId: null });
    }
    const other = csvOf([['address'], ['x']]);
    await expect(thread.read(orderFor(other, 'csv'))).rejects.toMatchObject({ code: 'UNUSABLE_TABLE', status: 422 });
    await expect(thread.read({ ...orderFor(SMALL, 'csv'), spool: '/nowhere/rows' })).rejects.toMatchObject({
      code: 'ENOENT',
    });
    expect(thread.isUsable).toBe(true);
    await thread.end();
    await expect(thread.read(orderFor(SMALL, 'csv'))).rejects.toThrow('ended');
  });

  it('are ended alone wherever in a file their memory is used up', async () => {
    const ends = new Set<unknown>();
    for (let rows = 30; rows <= 120; rows += 30) {
      const thread = new ReaderThread({ seconds: 60, memoryMb: 32 });
      const row = Array.from({ length: 8 }, () => 'ж'.repeat(16_000));
      const header = row.map((_, at) => (at === 0 ? 'uniqueRefNo' : `column ${at}`));
      const file = csvOf([header, ...Array.from({ length: rows }, () => row)]);
      const end = await thread.read(orderFor(file, 'csv')).then(() => 'read', codeOf);
      ends.add(end);
      await thread.end();
    }
    expect([...ends]).toEqual(['read', 'FILE_TOO_LARGE']);
  }, 120_000);
});
