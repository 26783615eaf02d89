import { isAscii } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { UnsupportedFileFormat } from './file.errors';
import { isWesternText } from './text-encoding.western';
import { firstInvalidUtf16, firstInvalidUtf8, lineAt, usesIso2022 } from './text-encoding.validation';

/** The encodings that are read. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

const HEAD_BYTES = 4096;
const REMEDY = 'Save the file as UTF-8 (in Excel: "CSV UTF-8 (Comma delimited)") and send it again.';

/** Windows-1252 for the bytes 80 to 9F; ISO-8859-1 for all others. The five undefined bytes never get this far. */
const WINDOWS_1252 =
  '\u20AC\x81\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\x8D\u017D\x8F' +
  '\x90\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\x9D\u017E\u0178';

/**
 * A text file whose encoding was told from its bytes: UTF-8 and UTF-16 with or without byte order mark, else
 * Windows-1252 where that is plausible. The whole file was checked once, so that no character is ever guessed or
 * replaced by U+FFFD. Memory does not grow with the file.
 */
export class TextFile {
  private constructor(
    private readonly file: string,
    readonly encoding: TextEncoding,
    private readonly bomBytes: number,
  ) {}

  /** @throws UnsupportedFileFormat naming line and offset of the first byte that fits no encoding. */
  static async open(file: string): Promise<TextFile> {
    const mark = markOf(await readHead(file));
    const encoding = mark?.encoding ?? 'utf-8';
    const bomBytes = mark?.bomBytes ?? 0;
    const offset =
      encoding === 'utf-8' ? await firstInvalidUtf8(file, bomBytes) : await firstInvalidUtf16(file, bomBytes, encoding);
    if (offset === null) {
      if (bomBytes === 0 && encoding === 'utf-8' && (await usesIso2022(file))) {
        throw new UnsupportedFileFormat(`The file is text in an ISO-2022 encoding, which is not read. ${REMEDY}`);
      }
      return new TextFile(file, encoding, bomBytes);
    }
    if (mark === null && (await isWesternText(file))) return new TextFile(file, 'windows-1252', 0);
    const line = await lineAt(file, offset, encoding);
    const place = `line ${line} (byte ${offset + 1} of the file) is not valid ${encoding.toUpperCase()}`;
    const problem =
      mark === null
        ? `The encoding of the file cannot be told: ${place}, and the file is no Western (Windows-1252) text either; ` +
          'it may be Shift-JIS, GB18030, Windows-1251 or another regional encoding.'
        : `The file is marked as ${encoding.toUpperCase()} but ${place}.`;
    throw new UnsupportedFileFormat(`${problem} ${REMEDY}`);
  }

  /** The text in pieces of some 64 Ki characters, without byte order mark. May be called again. */
  async *chunks(): AsyncGenerator<string, void, undefined> {
    const bytes = createReadStream(this.file, { start: this.bomBytes }) as AsyncIterable<Buffer>;
    if (this.encoding === 'windows-1252') {
      for await (const chunk of bytes) yield fromWindows1252(chunk);
      return;
    }
    const decoder = new TextDecoder(this.encoding, { fatal: true, ignoreBOM: true });
    for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  }
}

/**
 * First characters of a file for telling its format, without byte order mark; characters beyond ASCII may be wrong.
 * Null where the bytes cannot be text because they hold NUL.
 */
export function textOfHead(head: Buffer): string | null {
  const mark = utf16Or8(head);
  if (mark === null || mark.encoding === 'utf-8') {
    return head.includes(0) ? null : head.toString('latin1', mark?.bomBytes ?? 0);
  }
  const even = head.subarray(mark.bomBytes, head.length - ((head.length - mark.bomBytes) % 2));
  return (mark.encoding === 'utf-16be' ? Buffer.from(even).swap16() : even).toString('utf16le');
}

interface Mark {
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be';
  readonly bomBytes: number;
}

function markOf(head: Buffer): Mark | null {
  if (startsWith(head, [0xff, 0xfe, 0, 0]) || startsWith(head, [0, 0, 0xfe, 0xff])) {
    throw new UnsupportedFileFormat(`The file is text in UTF-32, which is not read. ${REMEDY}`);
  }
  return utf16Or8(head);
}

function utf16Or8(head: Buffer): Mark | null {
  if (startsWith(head, [0xef, 0xbb, 0xbf])) return { encoding: 'utf-8', bomBytes: 3 };
  if (startsWith(head, [0xff, 0xfe])) return { encoding: 'utf-16le', bomBytes: 2 };
  if (startsWith(head, [0xfe, 0xff])) return { encoding: 'utf-16be', bomBytes: 2 };
  const encoding = utf16WithoutMark(head);
  return encoding === null ? null : { encoding, bomBytes: 0 };
}

/** ASCII in UTF-16 has a NUL in every second byte: commas, digits and line ends alone show it. */
function utf16WithoutMark(head: Buffer): 'utf-16le' | 'utf-16be' | null {
  if (head.length % 2 === 1 || !head.includes(0)) return null;
  const nuls = [0, 0];
  for (const [i, byte] of head.entries()) if (byte === 0) nuls[i % 2] = (nuls[i % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = nuls;
  const enough = Math.max(2, head.length / 20);
  if (odd >= enough && even * 10 < odd) return 'utf-16le';
  if (even >= enough && odd * 10 < even) return 'utf-16be';
  return null;
}

function startsWith(bytes: Buffer, start: readonly number[]): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}

/** Own table, because some Node.js releases decode this encoding as ISO-8859-1 (nodejs/node#56542). */
function fromWindows1252(bytes: Buffer): string {
  const text = bytes.toString('latin1');
  return isAscii(bytes) ? text : text.replace(/[\x80-\x9f]/g, (char) => WINDOWS_1252.charAt(char.charCodeAt(0) - 0x80));
}

async function readHead(file: string): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
