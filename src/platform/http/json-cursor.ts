import { exactNumber, isJsonNumber } from './json-number';
import { malformedJson } from './json-refusal';

/** Longest stretch of one text that is read at once; reading it takes far less than a millisecond. */
const TEXT_STRETCH = 16_384;

/** No literal of that length is a number a double keeps exactly, but for added zeros. */
const MAX_NUMBER_CHARACTERS = 1_000;

const QUOTE = 34;
const BACKSLASH = 92;
const SMALL_U = 117;
const FIRST_NO_CONTROL = 32;

/** Every backslash of a text with the escape it begins; the group is absent where JSON has no such escape. */
const ESCAPES = /\\(["\\/bfnrt]|u[0-9a-fA-F]{4})?/g;

/** A place in a JSON text, and how to read the one token that stands there. */
export class JsonCursor {
  /** Position of the next character. */
  at = 0;
  private line = 1;
  private lineStart = 0;
  /** Beginning of a long text whose end was not reached yet. */
  private begun: string | null = null;

  constructor(private readonly text: string) {}

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** True between the two quotes of a long text; `readText` goes on with it. */
  get isInText(): boolean {
    return this.begun !== null;
  }

  /** The next character; empty at the end. */
  peek(): string {
    return this.text.charAt(this.at);
  }

  /** Steps over the next character where it is a blank or line break. @returns false where it is not. */
  skipBlank(next: string): boolean {
    if (next === '\n') {
      this.line++;
      this.lineStart = this.at + 1;
    } else if (next !== ' ' && next !== '\t' && next !== '\r') return false;
    this.at++;
    return true;
  }

  /**
   * Reads the text whose quote stands here. @returns undefined when it is long: then call again.
   * @throws UnreadableBody for control characters, unknown escapes and a text without end.
   */
  readText(): string | undefined {
    const { text } = this;
    const start = this.begun === null ? this.at + 1 : this.at;
    const limit = start + TEXT_STRETCH;
    let hasEscape = false;
    let end = start;
    let code = text.charCodeAt(end);
    while (code !== QUOTE && end < limit) {
      if (code === BACKSLASH) {
        hasEscape = true;
        end += text.charCodeAt(end + 1) === SMALL_U ? 6 : 2;
      } else if (code >= FIRST_NO_CONTROL) end++;
      else
        throw this.malformedAt(
          end,
          'a double quote that ends the text, or \\n, \\t or \\u0000 for a control character',
        );
      code = text.charCodeAt(end);
    }
    const piece = hasEscape ? this.unescape(start, end) : text.slice(start, end);
    const whole = this.begun === null ? piece : this.begun + piece;
    if (code !== QUOTE) {
      this.at = end;
      this.begun = whole;
      return undefined;
    }
    this.at = end + 1;
    this.begun = null;
    return whole;
  }

  /** Reads the number that begins here. @returns null when a double would change it. @throws UnreadableBody */
  readNumber(): number | null {
    const start = this.at;
    let end = start;
    while (isNumberPart(this.text.charCodeAt(end))) {
      if (++end - start > MAX_NUMBER_CHARACTERS) return null;
    }
    const literal = this.text.slice(start, end);
    if (!isJsonNumber(literal)) throw this.malformed('a number written like -12.5');
    this.at = end;
    return exactNumber(literal);
  }

  /** Steps over a word. @returns false where another stands. */
  skipWord(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  /** The error for something else than was expected here. */
  malformed(expected: string): Error {
    return this.malformedAt(this.at, expected);
  }

  private malformedAt(at: number, expected: string): Error {
    const end = Math.min(at, this.text.length);
    const found = this.text.codePointAt(end);
    const position = { line: this.line, column: end - this.lineStart + 1 };
    return malformedJson(position, expected, found === undefined ? undefined : String.fromCodePoint(found));
  }

  private unescape(start: number, end: number): string {
    const piece = this.text.slice(start, end);
    try {
      return JSON.parse(`"${piece}"`) as string;
    } catch {
      const wrong = [...piece.matchAll(ESCAPES)].find(([, escape]) => escape === undefined);
      throw this.malformedAt(start + (wrong?.index ?? 0) + 1, 'one of " \\ / b f n r t or u and 4 hex digits after \\');
    }
  }
}

/** Digits, point, signs and the letter of an exponent. */
function isNumberPart(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 46 || code === 43 || code === 45 || code === 69 || code === 101;
}
