import { FileTooLarge, UnreadableFile } from './file.errors';
import { XlsxArchive } from './xlsx-archive';
import { SAVE_AGAIN } from './xlsx-messages';
import { SheetRow } from './xlsx-sheet-parser';
import { StringStore } from './xlsx-string-store';
import { cutText, MAX_CELL_CHARS, storedText } from './xlsx-text';
import { tooLong } from './xlsx-cell';
import { RichText } from './xlsx-rich-text';
import { cellName } from './xlsx-reference';
import { XmlFeed, XmlHandler } from './xlsx-xml';

/** As much as an archive may unpack to: cells that point at one long text again and again are not to become more. */
const MAX_FILLED_CHARS = 1024 ** 3;

/**
 * The shared strings of a workbook (ECMA-376 part 1, 18.4): the texts that cells point at by number. They are kept in a
 * `StringStore`, so that memory does not grow with their number; `close` frees it.
 */
export class SharedStrings {
  private readonly store = new StringStore();
  private readonly cut = new Set<number>();
  private filled = 0;

  private constructor() {}

  /** @param part name of the part; null where the workbook has none. */
  static async load(archive: XlsxArchive, part: string | null): Promise<SharedStrings> {
    const strings = new SharedStrings();
    if (part === null) return strings;
    try {
      const xml = new XmlFeed(part, new SharedStringHandler((text) => strings.add(text)));
      for await (const chunk of archive.chunks(part)) {
        xml.write(chunk);
        await strings.store.settle();
      }
      xml.end();
      await strings.store.seal();
      return strings;
    } catch (error) {
      await strings.close();
      throw error;
    }
  }

  /**
   * Puts the texts into the cells of a row.
   * @throws UnreadableFile for a number that has no text, FileTooLarge when all cells hold over 1 Gi characters.
   */
  fill(row: SheetRow, sheet: string): void {
    for (let at = 0; at < row.shared.length; at += 2) {
      const [column = 0, place = 0] = [row.shared[at], row.shared[at + 1]];
      if (place >= this.store.count) {
        const where = `Sheet "${sheet}", cell ${cellName(column, row.row)}`;
        throw new UnreadableFile(`${where}: points at a shared text that does not exist. ${SAVE_AGAIN}`);
      }
      const text = this.store.get(place);
      row.cells[column] = text;
      this.filled += text.length;
      if (this.cut.has(place)) row.faults.push({ column, message: tooLong() });
    }
    if (this.filled > MAX_FILLED_CHARS) {
      throw new FileTooLarge(
        `Sheet "${sheet}", row ${row.row}: the cells up to here hold more than 1 GiB of text. Split the file.`,
      );
    }
  }

  async close(): Promise<void> {
    await this.store.close();
  }

  private add(stored: string): void {
    const text = storedText(stored);
    if (text.length > MAX_CELL_CHARS) this.cut.add(this.store.count);
    this.store.add(text.length > MAX_CELL_CHARS ? cutText(text) : text);
  }
}

class SharedStringHandler implements XmlHandler {
  readonly root = 'sst';
  private readonly item = new RichText();

  constructor(private readonly done: (text: string) => void) {}

  open(name: string, _attributes: unknown, depth: number): void {
    if (depth === 2) this.item.clear();
    else this.item.open(name);
  }

  text(text: string): void {
    this.item.add(text);
  }

  close(name: string, depth: number): void {
    if (depth === 2 && name === 'si') this.done(this.item.text);
    else this.item.close(name);
  }
}
