import { randomUUID } from 'node:crypto';
import { readSync } from 'node:fs';
import { FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeAll } from './file-bytes';
import { FileTooLarge } from './file.errors';

const PAGE_BYTES = 16 * 1024;
const MEMORY_PAGES = 1_024;
const INDEX_PART = 65_536;
const MAX_TEXTS = 10_000_000;
const HOT_SLOTS = 8_192;
const HOT_CHARS = 256;
const UTF8_BYTES_PER_UNIT = 3;

/**
 * A long list of texts in little memory: 4 bytes per text for the index, and the UTF-8 bytes in pages of 16 KiB, of
 * which the first 16 MiB stay in memory. Further pages go to a temporary file (mode 0600) that has no name from the
 * moment it is open, so that nothing is left behind even by a crash. First `add` and `settle`, then `seal`, then read.
 */
export class StringStore {
  private readonly index: Uint32Array[] = [];
  private readonly pages: (Buffer | undefined)[] = [];
  private readonly hotKeys = new Int32Array(HOT_SLOTS).fill(-1);
  private readonly hotTexts: string[] = new Array<string>(HOT_SLOTS).fill('');
  private end = 0;
  private texts = 0;
  private spill: FileHandle | undefined;
  private spilled = 0;
  /** Pages in memory while reading, in the order they came; the oldest makes room. */
  private resident: number[] = [];
  private oldest = 0;

  /** @param memoryPages pages of 16 KiB kept in memory, at least one. */
  constructor(private readonly memoryPages = MEMORY_PAGES) {}

  get count(): number {
    return this.texts;
  }

  /** Appends a text without lone surrogates. @throws FileTooLarge over 10 million texts. */
  add(text: string): void {
    if (this.texts === MAX_TEXTS) {
      throw new FileTooLarge(
        `The workbook holds more than ${MAX_TEXTS} different texts. Split it into several files, or save it as CSV.`,
      );
    }
    if (this.texts % INDEX_PART === 0) this.index.push(new Uint32Array(INDEX_PART));
    const part = this.index[this.index.length - 1];
    if (part) part[this.texts % INDEX_PART] = this.end;
    this.texts += 1;
    if (text === '') return;
    const offset = this.end % PAGE_BYTES;
    if (offset + text.length * UTF8_BYTES_PER_UNIT <= PAGE_BYTES) this.end += this.tail().write(text, offset, 'utf8');
    else this.append(Buffer.from(text, 'utf8'));
  }

  /** Moves what is too much for memory to the temporary file; call it every 64 KiB or so. */
  async settle(): Promise<void> {
    const full = Math.floor(this.end / PAGE_BYTES);
    if (full > this.memoryPages) await this.writePages(full);
  }

  /** Ends adding. */
  async seal(): Promise<void> {
    await this.settle();
    if (this.spill) await this.writePages(this.pages.length);
    this.resident = [...this.pages.keys()].slice(0, this.memoryPages);
  }

  /** The text at that place, from 0 and below `count`. */
  get(place: number): string {
    const slot = place % HOT_SLOTS;
    const hot = this.hotTexts[slot];
    if (this.hotKeys[slot] === place && hot !== undefined) return hot;
    const text = this.decode(this.start(place), this.start(place + 1));
    if (text.length <= HOT_CHARS) {
      this.hotKeys[slot] = place;
      this.hotTexts[slot] = text;
    }
    return text;
  }

  /** Frees the memory and the temporary file; may be called at any time, also twice. */
  async close(): Promise<void> {
    const spill = this.spill;
    this.spill = undefined;
    this.pages.length = 0;
    await spill?.close();
  }

  private start(place: number): number {
    if (place >= this.texts) return this.end;
    return this.index[Math.floor(place / INDEX_PART)]?.[place % INDEX_PART] ?? this.end;
  }

  private tail(): Buffer {
    const page = Math.floor(this.end / PAGE_BYTES);
    return (this.pages[page] ??= Buffer.allocUnsafeSlow(PAGE_BYTES));
  }

  private append(bytes: Buffer): void {
    for (let done = 0; done < bytes.length;) {
      const copied = bytes.copy(this.tail(), this.end % PAGE_BYTES, done);
      done += copied;
      this.end += copied;
    }
  }

  private decode(start: number, end: number): string {
    if (start === end) return '';
    const first = Math.floor(start / PAGE_BYTES);
    const last = Math.floor((end - 1) / PAGE_BYTES);
    let bytes = this.page(first);
    if (last > first) {
      // A page may make room for the next one, so each is copied before the next is loaded.
      const copies: Buffer[] = [];
      for (let page = first; page <= last; page += 1) copies.push(Buffer.from(this.page(page)));
      bytes = Buffer.concat(copies);
    }
    return bytes.toString('utf8', start - first * PAGE_BYTES, end - first * PAGE_BYTES);
  }

  private async writePages(until: number): Promise<void> {
    this.spill ??= await openNameless();
    for (; this.spilled < until; this.spilled += 1) {
      const page = this.pages[this.spilled];
      if (page) await writeAll(this.spill, page, this.spilled * PAGE_BYTES);
      if (this.spilled >= this.memoryPages) this.pages[this.spilled] = undefined;
    }
  }

  /** Reads synchronously: the file was written moments ago, and a trip to the thread pool costs 20 times as much. */
  private page(page: number): Buffer {
    const present = this.pages[page];
    if (present) return present;
    const victim = this.resident[this.oldest] ?? 0;
    const buffer = this.pages[victim] ?? Buffer.allocUnsafeSlow(PAGE_BYTES);
    this.pages[victim] = undefined;
    this.resident[this.oldest] = page;
    this.oldest = (this.oldest + 1) % this.resident.length;
    if (!this.spill) throw new Error('The texts of the workbook were closed already.');
    const bytesRead = readSync(this.spill.fd, buffer, 0, PAGE_BYTES, page * PAGE_BYTES);
    if (bytesRead < PAGE_BYTES) throw new Error(`Page ${page} of the texts has ${bytesRead} bytes only.`);
    this.pages[page] = buffer;
    return buffer;
  }
}

async function openNameless(): Promise<FileHandle> {
  const path = join(tmpdir(), `rollbook-${randomUUID()}.texts`);
  const handle = await open(path, 'wx+', 0o600);
  await unlink(path);
  return handle;
}
