import { mkdtempSync, rmSync } from 'node:fs';
import { FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAll, writeAll } from '../../src/bulk/formats/file-bytes';

describe('all bytes of a file', () => {
  let folder: string;
  let file: FileHandle;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'file-bytes-'));
    file = await open(join(folder, 'file'), 'wx+');
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await file.close();
    rmSync(folder, { recursive: true });
  });

  /** A disk that takes three bytes at a time. */
  function takeLittle(): void {
    const write = file.write.bind(file) as (...parameters: unknown[]) => Promise<unknown>;
    const little = (bytes: Uint8Array, from: number, length: number, at: number) =>
      write(bytes, from, Math.min(length, 3), at);
    jest.spyOn(file, 'write').mockImplementation(little as never);
  }

  it('are written, also where each write takes a part of them alone', async () => {
    takeLittle();
    await writeAll(file, Buffer.from('0123456789'), 0);
    await writeAll(file, Buffer.from('ab'), 4);
    expect((await readAll(file, 10, 0)).toString()).toBe('0123ab6789');
    expect((await readAll(file, 4, 3)).toString()).toBe('3ab6');
  });

  it('are written or refused, where the disk has room for a part', async () => {
    takeLittle();
    jest.mocked(file.write).mockImplementationOnce(() => Promise.reject(new Error('ENOSPC')));
    await expect(writeAll(file, Buffer.from('0123456789'), 0)).rejects.toThrow('ENOSPC');
  });

  it('are read, or it is told where the file ends', async () => {
    await writeAll(file, Buffer.from('0123456789'), 0);
    await expect(readAll(file, 5, 6)).rejects.toThrow('The file ends at byte 10, before byte 11');
  });
});
