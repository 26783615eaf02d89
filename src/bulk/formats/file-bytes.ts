import type { FileHandle } from 'node:fs/promises';

/**
 * Writes all of the bytes at that place of a file. One `write` may take a part of them without an error: a disk that has
 * room for a part takes that, and only the next one fails.
 *
 * @throws the file system's error, such as ENOSPC
 */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** So many bytes from that place of a file. @throws when it ends before */
export async function readAll(file: FileHandle, length: number, position: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw new Error(`The file ends at byte ${position + done}, before byte ${position + length}`);
    done += bytesRead;
  }
  return bytes;
}
