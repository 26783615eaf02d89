import { fdatasync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DurableFile } from '../../src/bulk/formats/durable-file';

jest.mock('node:fs', () => {
  const real = jest.requireActual<typeof import('node:fs')>('node:fs');
  return { ...real, fdatasync: jest.fn(real.fdatasync) };
});

const MIB = 1024 * 1024;
const syncs = jest.mocked(fdatasync);

describe('a file that is there completely or not at all', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rollbook-durable-'));
    path = join(folder, 'file');
    syncs.mockClear();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function written(mebibytes: number): Promise<DurableFile> {
    const file = DurableFile.create(path);
    for (let at = 0; at < mebibytes; at++) await file.write(Buffer.alloc(MIB, at));
    return file;
  }
  /** The next sync ends so, a moment later. */
  const syncOnce = (error: Error | null) =>
    syncs.mockImplementationOnce((_descriptor, done) => void setTimeout(() => done(error), 20));

  it('goes to the disk in parts while it grows, and a small one only at its end', async () => {
    await (await written(3)).commit();
    expect(syncs).not.toHaveBeenCalled();
    await (await written(13)).commit();
    // A busy disk is still at the first part when the last byte is written.
    expect(syncs.mock.calls.length).toBeGreaterThanOrEqual(1);
    expect(syncs.mock.calls.length).toBeLessThanOrEqual(3);
    expect((await stat(path)).size).toBe(13 * MIB);
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('is not there when a part of it did not come to the disk, though its end did', async () => {
    syncOnce(Object.assign(new Error('i/o error'), { code: 'EIO' }));
    const file = await written(5);
    await expect(file.commit()).rejects.toMatchObject({ code: 'EIO' });
    await file.discard();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is closed no sooner than that part is done', async () => {
    syncOnce(null);
    const file = await written(5);
    let isDiscarded = false;
    const discarded = file.discard().then(() => (isDiscarded = true));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([syncs.mock.calls.length, isDiscarded]).toEqual([1, false]);
    await discarded;
    expect(await readdir(folder)).toEqual([]);
  });
});
