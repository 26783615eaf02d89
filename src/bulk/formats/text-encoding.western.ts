import { createReadStream } from 'node:fs';

/** A letter may stand directly before the sign. */
const AFTER_LETTER = 1;
/** A letter may stand directly after the sign. */
const BEFORE_LETTER = 2;

/** Windows-1252 signs seen in Western customer data, with the places they may take next to letters. */
const SIGNS = new Map<number, number>([
  ...[0x85, 0x92, 0x96, 0x97, 0xa0, 0xb0, 0xb4, 0xb7].map((c) => [c, AFTER_LETTER | BEFORE_LETTER] as const), // … ’ – — ° ´ ·
  ...[0x91, 0x93, 0x95, 0xa1, 0xa9, 0xab, 0xb5, 0xbf].map((c) => [c, BEFORE_LETTER] as const), // ‘ “ • ¡ © « µ ¿
  ...[0x94, 0x99, 0xaa, 0xae, 0xba, 0xbb].map((c) => [c, AFTER_LETTER] as const), // ” ™ ª ® º »
  ...[0x80, 0xa2, 0xa3, 0xa5, 0xa7, 0xb1, 0xb2, 0xb3, 0xb9, 0xbc, 0xbd, 0xbe, 0xd7].map((c) => [c, 0] as const), // € £ ½ ×
]);

const RUN = /[\x80-\xff]+/g;
/** No Western text has more high bytes than this in one piece. */
const LONGEST_RUN = 6;
/** The high bytes at the end, too many of them if need be, with the character before them. */
const OPEN_END = /[^\x80-\xff]?[\x80-\xff]{0,8}$/;
/** Bytes that are UTF-8 are no Western text: the file mixes two encodings. */
const UTF8_SEQUENCE = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/;
const LOWER_ACCENTED = /^[\xdf-\xf6\xf8-\xff\x9a\x9c\x9e]+$/;
const UPPER_ACCENTED = /^[\xc0-\xd6\xd8-\xde\x8a\x8c\x8e\x9f]+$/;
const ACCENTED = /[\xc0-\xd6\xd8-\xf6\xf8-\xff\x8a\x8c\x8e\x9a\x9c\x9e\x9f]+/g;

/**
 * True when every byte beyond ASCII plausibly is Western text in Windows-1252: accented letters alone or in pairs inside
 * words of ASCII letters, and signs where signs stand. Cyrillic, Greek, Asian and Mac code pages fail this, since they
 * put high bytes in longer runs or in places where Windows-1252 has control or rare characters. Streams.
 */
export async function isWesternText(file: string): Promise<boolean> {
  const judge = new WesternJudge();
  let held = '';
  for await (const chunk of createReadStream(file, { encoding: 'latin1' })) {
    const text = held + (chunk as string);
    // A run that may go on in the next chunk waits for it, with the character before it.
    held = OPEN_END.exec(text.slice(-LONGEST_RUN - 2))?.[0] ?? '';
    if (!judge.takes(text.slice(0, text.length - held.length), held)) return false;
  }
  return judge.takes(held, '') && judge.isConsistent();
}

class WesternJudge {
  private common = false;
  private rare = false;

  takes(text: string, next: string): boolean {
    for (const match of text.matchAll(RUN)) {
      const before = text.charAt(match.index - 1);
      const after = text.charAt(match.index + match[0].length) || next.charAt(0);
      if (!this.takesRun(before, match[0], after)) return false;
    }
    return true;
  }

  /** Š and Ž come together with é or ö in Western text; alone they are the é of a Mac. */
  isConsistent(): boolean {
    return this.common || !this.rare;
  }

  private takesRun(before: string, run: string, after: string): boolean {
    if (run.length > LONGEST_RUN || UTF8_SEQUENCE.test(run)) return false;
    const text = before + run + after;
    for (const match of text.matchAll(ACCENTED)) {
      if (!takesLetters(text.charAt(match.index - 1), match[0], text.charAt(match.index + match[0].length)))
        return false;
      if (match[0] < '\xa0') this.rare = true;
      else this.common = true;
    }
    const start = before.length;
    for (let i = start; i < start + run.length; i++) {
      if (!isLetter(text.charAt(i)) && !takesSign(text.charAt(i - 1), text.charCodeAt(i), text.charAt(i + 1)))
        return false;
    }
    return true;
  }
}

function takesLetters(before: string, letters: string, after: string): boolean {
  if (letters.length > 2) return false;
  if (!LOWER_ACCENTED.test(letters) && !UPPER_ACCENTED.test(letters)) return false;
  if (/[a-z]/.test(before) && UPPER_ACCENTED.test(letters) && !letters.endsWith('\x9f')) return false;
  return letters.length === 1 || isLetter(before) || isLetter(after);
}

function takesSign(before: string, sign: number, after: string): boolean {
  const places = SIGNS.get(sign);
  if (places === undefined) return false;
  const isDash = sign === 0x96 || sign === 0x97;
  // Inside a lower-case word a dash is the ñ or ó of a Mac.
  if (isDash && /[a-z]/.test(before) && /[a-z]/.test(after)) return false;
  return (!isLetter(before) || (places & AFTER_LETTER) !== 0) && (!isLetter(after) || (places & BEFORE_LETTER) !== 0);
}

function isLetter(char: string): boolean {
  return /^[A-Za-z\xc0-\xd6\xd8-\xf6\xf8-\xff\x8a\x8c\x8e\x9a\x9c\x9e\x9f]$/.test(char);
}
