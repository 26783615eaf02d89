import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';

/** Offset of the first byte from `start` on that is not UTF-8, or null when the whole file is. Streams. */
export async function firstInvalidUtf8(file: string, start: number): Promise<number | null> {
  let open: Buffer = Buffer.alloc(0);
  let offset = start;
  for await (const chunk of chunksOf(file, start)) {
    const bytes = Buffer.concat([open, chunk]);
    const whole = bytes.subarray(0, bytes.length - openBytes(bytes));
    if (!isUtf8(whole)) return offset + firstInvalid(whole);
    open = bytes.subarray(whole.length);
    offset += whole.length;
  }
  return open.length === 0 ? null : offset;
}

/** Offset of the first unpaired surrogate or half code unit from `start` on, or null. Streams. */
export async function firstInvalidUtf16(
  file: string,
  start: number,
  encoding: 'utf-16le' | 'utf-16be',
): Promise<number | null> {
  let open: Buffer = Buffer.alloc(0);
  let offset = start;
  let highAt: number | null = null;
  for await (const chunk of chunksOf(file, start)) {
    const bytes = Buffer.concat([open, chunk]);
    const even = bytes.length - (bytes.length % 2);
    for (let i = 0; i < even; i += 2) {
      const kind = (encoding === 'utf-16le' ? bytes.readUInt16LE(i) : bytes.readUInt16BE(i)) & 0xfc00;
      if (highAt !== null && kind !== 0xdc00) return highAt;
      if (highAt === null && kind === 0xdc00) return offset + i;
      highAt = kind === 0xd800 ? offset + i : null;
    }
    open = bytes.subarray(even);
    offset += even;
  }
  return highAt ?? (open.length === 0 ? null : offset);
}

/** True when a 7-bit file switches to a Japanese, Korean or Chinese set with ESC $ (ISO-2022): it only looks like ASCII. */
export async function usesIso2022(file: string): Promise<boolean> {
  for await (const chunk of chunksOf(file, 0)) {
    if (chunk.includes('\x1b$') && /\x1b\$[@ABCD()*+]/.test(chunk.toString('latin1'))) return true;
  }
  return false;
}

/** Line number, from 1, of the byte at that offset; CRLF, LF and CR end lines. */
export async function lineAt(file: string, offset: number, encoding: string): Promise<number> {
  if (offset === 0) return 1;
  const isWide = encoding.startsWith('utf-16');
  let line = 1;
  let first: number | null = null;
  let previous = 0;
  for await (const chunk of createReadStream(file, { end: offset - 1 }) as AsyncIterable<Buffer>) {
    for (const byte of chunk) {
      if (isWide && first === null) {
        first = byte;
        continue;
      }
      const code: number =
        encoding === 'utf-16be' ? (first ?? 0) * 256 + byte : byte * (isWide ? 256 : 1) + (first ?? 0);
      if (code === 0x0d || (code === 0x0a && previous !== 0x0d)) line++;
      previous = code;
      first = null;
    }
  }
  return line;
}

function chunksOf(file: string, start: number): AsyncIterable<Buffer> {
  return createReadStream(file, { start }) as AsyncIterable<Buffer>;
}

/** Bytes at the end that begin a character of which the rest is still to come. */
function openBytes(bytes: Buffer): number {
  for (let back = 1; back <= 3; back++) {
    const byte = bytes.at(-back);
    if (byte === undefined) return 0;
    if ((byte & 0xc0) !== 0x80) return lengthBy(byte) > back ? back : 0;
  }
  return 0;
}

function firstInvalid(bytes: Buffer): number {
  let i = 0;
  for (;;) {
    const byte = bytes[i];
    if (byte === undefined) return i;
    const end = i + lengthBy(byte);
    if (byte >= 0x80 && !isUtf8(bytes.subarray(i, end))) return i;
    i = end;
  }
}

function lengthBy(lead: number): number {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 1;
}
