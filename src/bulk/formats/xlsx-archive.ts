import { FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { Entry, fromFdPromise, ZipFile } from 'yauzl';
import { FileTooLarge, UnreadableFile } from './file.errors';
import { clip, isSystemError, SAVE_AGAIN } from './xlsx-messages';

const MAX_ENTRIES = 1_000;
/** Names, comments and extra fields of all entries together; a spreadsheet program needs 100 bytes for each. */
const MAX_DIRECTORY_BYTES = 1024 ** 2;
const MAX_INFLATED_BYTES = 1024 ** 3;
/** A small part may compress as well as it likes; beyond this size its ratio is looked at. */
const RATIO_FREE_BYTES = 10 * 1024 ** 2;
/** As Apache POI has it. Spreadsheet XML packs 10 to 50 times; deflate itself ends at 1,032 times. */
const MIN_RATIO = 0.01;
const CHUNK_BYTES = 64 * 1024;
const STORED = 0;
const DEFLATED = 8;
/** Fixed part of a local file header (APPNOTE 4.3.7). */
const LOCAL_HEADER_BYTES = 30;

/**
 * The zip around a workbook, read entry by entry at random. It trusts no header: inflated bytes are counted as they
 * come, against 1 GiB for the archive and 100 times the packed size for an entry, and size and CRC must be true.
 * Nothing is ever written under a name taken from the archive.
 */
export class XlsxArchive {
  private inflated = 0;

  private constructor(
    private readonly handle: FileHandle,
    private readonly zip: ZipFile,
    private readonly entries: ReadonlyMap<string, Entry>,
  ) {}

  /**
   * Opens the file and reads its list of entries; `close` it afterwards.
   * @throws UnreadableFile for a damaged, encrypted, overlapping or ambiguous archive, FileTooLarge over 1,000 entries.
   */
  static async open(file: string): Promise<XlsxArchive> {
    const handle = await open(file, 'r');
    try {
      const zip = await fromFdPromise(handle.fd, { autoClose: false, validateEntrySizes: true });
      return new XlsxArchive(handle, zip, await listEntries(zip));
    } catch (error) {
      await handle.close();
      throw damaged(error);
    }
  }

  /** Part names as OPC compares them (ECMA-376 part 2, 6.2.2.3): lower case, without the leading slash. */
  get names(): readonly string[] {
    return [...this.entries.keys()];
  }

  has(name: string): boolean {
    return this.entries.has(name.toLowerCase());
  }

  /**
   * The bytes of one part in chunks of at most 64 KiB. Leaving the loop early frees everything it holds.
   * @throws UnreadableFile when the part is missing or damaged, FileTooLarge when it unpacks to too much.
   */
  async *chunks(name: string): AsyncGenerator<Buffer, void, undefined> {
    const entry = this.entries.get(name.toLowerCase());
    if (!entry) throw new UnreadableFile(`The workbook lacks its part "${clip(name)}". ${SAVE_AGAIN}`);
    let size = 0;
    let crc = 0;
    try {
      const { bytes, packed } = await this.unpack(entry);
      for await (const chunk of bytes) {
        size += chunk.length;
        crc = crc32(chunk, crc);
        this.count(entry, size, packed(), chunk.length);
        yield chunk;
      }
    } catch (error) {
      throw damaged(error);
    }
    if (size !== entry.uncompressedSize || crc !== entry.crc32) {
      throw damaged(new Error(`part ${name} does not match its size or checksum`));
    }
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  /** The inflated bytes of an entry, and how many packed bytes went into what came out so far. */
  private async unpack(entry: Entry): Promise<{ bytes: AsyncIterable<Buffer>; packed: () => number }> {
    const { fileDataStart } = await this.zip.readLocalFileHeaderPromise(entry, { minimal: true });
    const source = this.packedBytes(fileDataStart, entry.compressedSize);
    if (entry.compressionMethod === STORED) return { bytes: source, packed: () => entry.compressedSize };
    const inflate = createInflateRaw({ chunkSize: CHUNK_BYTES });
    // Errors reach the reader through the inflater; destroying the inflater ends the reading of the file.
    pipeline(source, inflate, () => undefined);
    return { bytes: inflate as AsyncIterable<Buffer>, packed: () => inflate.bytesWritten };
  }

  private async *packedBytes(start: number, length: number): AsyncGenerator<Buffer, void, undefined> {
    for (let done = 0; done < length;) {
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, length - done));
      const { bytesRead } = await this.handle.read(buffer, 0, buffer.length, start + done);
      if (bytesRead === 0) throw new Error('it ends too early');
      done += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  private count(entry: Entry, size: number, packed: number, added: number): void {
    this.inflated += added;
    if (size > RATIO_FREE_BYTES && packed / size < MIN_RATIO) {
      throw new FileTooLarge(
        `A part of the workbook unpacks to more than ${Math.round(1 / MIN_RATIO)} times its size, as only a zip bomb does. ` +
          'Delete unused rows and columns in the spreadsheet program, or save the sheet as CSV.',
      );
    }
    if (this.inflated > MAX_INFLATED_BYTES) {
      throw new FileTooLarge('The workbook unpacks to more than 1 GiB. Split it into several files.');
    }
    if (size > entry.uncompressedSize) throw new Error(`part ${entry.fileName} is larger than it declares`);
  }
}

async function listEntries(zip: ZipFile): Promise<Map<string, Entry>> {
  if (zip.entryCount > MAX_ENTRIES) {
    throw new FileTooLarge(
      `The workbook is an archive of ${zip.entryCount} parts; at most ${MAX_ENTRIES} are taken. Remove pictures and unused sheets.`,
    );
  }
  const entries = new Map<string, Entry>();
  let directoryBytes = 0;
  for await (const entry of zip.eachEntry()) {
    directoryBytes += entry.fileNameRaw.length + entry.extraFieldRaw.length + entry.fileCommentRaw.length;
    if (directoryBytes > MAX_DIRECTORY_BYTES) throw new Error('its list of entries is longer than 1 MiB');
    const name = entry.fileName.toLowerCase();
    if (entry.isEncrypted()) {
      throw new UnreadableFile('The archive is encrypted. Remove the password and upload the file again.');
    }
    if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED) {
      throw new Error(`unknown compression method ${entry.compressionMethod}`);
    }
    if (entries.has(name)) throw new Error(`part ${entry.fileName} stands in it twice`);
    entries.set(name, entry);
  }
  refuseOverlaps([...entries.values()], zip.fileSize);
  return entries;
}

/** Overlapping entries are how a small archive quotes the same bytes thousands of times. */
function refuseOverlaps(entries: Entry[], fileSize: number): void {
  entries.sort((one, other) => one.relativeOffsetOfLocalHeader - other.relativeOffsetOfLocalHeader);
  entries.forEach((entry, position) => {
    const limit = entries[position + 1]?.relativeOffsetOfLocalHeader ?? fileSize;
    const end =
      entry.relativeOffsetOfLocalHeader + LOCAL_HEADER_BYTES + entry.fileNameRaw.length + entry.compressedSize;
    if (end > limit) throw new Error(`part ${entry.fileName} overlaps another or the end of the file`);
  });
}

/** Our own refusals and faults of the machine pass; whatever else goes wrong here is the fault of the file. */
function damaged(error: unknown): unknown {
  if (error instanceof UnreadableFile || error instanceof FileTooLarge || isSystemError(error)) return error;
  const reason = error instanceof Error ? clip(error.message) : 'unknown reason';
  return new UnreadableFile(`The workbook's zip archive is damaged: ${reason}. ${SAVE_AGAIN}`, { cause: error });
}
