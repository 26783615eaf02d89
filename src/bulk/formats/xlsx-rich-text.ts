import { MAX_CELL_CHARS } from './xlsx-text';

/** Longest stored form of a text a cell can hold (7 characters for each when all are escaped); more is not gathered. */
export const MAX_STORED_CHARS = MAX_CELL_CHARS * 8;

/**
 * Gathers the text of one string item (CT_Rst, ECMA-376 part 1, 18.4.8): its `<t>` or the `<t>` of its runs, without
 * phonetic runs (`<rPh>`), which are reading aids and not part of the text.
 */
export class RichText {
  private gathered = '';
  private inText = false;
  private inPhonetic = false;

  get text(): string {
    return this.gathered;
  }

  clear(): void {
    this.gathered = '';
  }

  open(name: string): void {
    if (name === 't') this.inText = !this.inPhonetic;
    else if (name === 'rPh') this.inPhonetic = true;
  }

  add(text: string): void {
    if (this.inText && this.gathered.length <= MAX_STORED_CHARS) this.gathered += text;
  }

  close(name: string): void {
    if (name === 't') this.inText = false;
    else if (name === 'rPh') this.inPhonetic = false;
  }
}
