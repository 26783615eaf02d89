import { giveWay } from '../event-loop/give-way';
import { JsonCursor } from './json-cursor';
import { addMember, pathOf, type Frame, type ObjectFrame } from './json-frame';
import { untakenJson } from './json-refusal';

/** Deeper than any request of these APIs; a limit keeps every later walk over a body short. */
const MAX_DEPTH = 32;

/** More than any useful body of 32 MiB has; the memory of tiny values is a hundred times that of their text. */
const MAX_VALUES = 2_000_000;

/** More than any useful object has; V8 makes room for many keys in steps that stop the process. */
const MAX_KEYS = 10_000;

/** Characters read between two looks at the clock; a few milliseconds even where each is a token. */
const STRETCH = 16_384;

/** What comes next, in the words of the error message. */
type Expected =
  | 'a value'
  | 'a value or ]'
  | 'a key in double quotes'
  | 'a key in double quotes or }'
  | 'a colon'
  | 'a comma or ]'
  | 'a comma or }'
  | 'the end of the body';

/**
 * Reads a JSON text (RFC 8259) as `JSON.parse` does, but takes nothing that would not arrive as it was sent, and lets
 * others have their turn meanwhile. A key `__proto__` becomes a member like any other.
 *
 * @param forbiddenKeys keys that are refused wherever they stand
 * @throws UnreadableBody with line and column when the text is no JSON; InvalidRequest with the path for a key that is
 * forbidden or stands twice in its object, a number a double would change, more than 32 levels, 10,000 keys in one
 * object or 2,000,000 values in all.
 */
export async function parseJson(text: string, forbiddenKeys: ReadonlySet<string> = new Set()): Promise<unknown> {
  const parser = new JsonParser(text, forbiddenKeys);
  while (!parser.advance()) await giveWay();
  return parser.finish();
}

/** Reads in stretches, and without recursion: what is open is a chain of frames. */
class JsonParser {
  private readonly cursor: JsonCursor;
  private expected: Expected = 'a value';
  private frame: Frame | null = null;
  private values = 0;
  private root: unknown;

  constructor(
    text: string,
    private readonly forbiddenKeys: ReadonlySet<string>,
  ) {
    this.cursor = new JsonCursor(text);
  }

  /** Reads one stretch. @returns true at the end of the text. */
  advance(): boolean {
    const { cursor } = this;
    const stop = cursor.at + STRETCH;
    while (cursor.at < stop && !cursor.isAtEnd) {
      const next = cursor.peek();
      if (cursor.isInText) this.takeText();
      else if (!cursor.skipBlank(next)) this.readToken(next);
    }
    return cursor.isAtEnd;
  }

  /** What the text denotes. @throws UnreadableBody when it ended too early. */
  finish(): unknown {
    if (this.expected !== 'the end of the body') throw this.cursor.malformed(this.expected);
    return this.root;
  }

  private readToken(next: string): void {
    const { cursor, expected } = this;
    switch (expected) {
      case 'a value':
      case 'a value or ]':
        if (next === ']' && expected === 'a value or ]') this.close();
        else this.readValue(next);
        return;
      case 'a key in double quotes':
      case 'a key in double quotes or }':
        if (next === '"') this.takeText();
        else if (next === '}' && expected === 'a key in double quotes or }') this.close();
        else throw cursor.malformed(expected);
        return;
      case 'a colon':
        if (next !== ':') throw cursor.malformed(expected);
        cursor.at++;
        this.expected = 'a value';
        return;
      case 'a comma or ]':
      case 'a comma or }':
        if (next === expected.at(-1)) this.close();
        else if (next === ',') {
          cursor.at++;
          this.expected = expected === 'a comma or ]' ? 'a value' : 'a key in double quotes';
        } else throw cursor.malformed(expected);
        return;
      case 'the end of the body':
        throw cursor.malformed(expected);
    }
  }

  private readValue(next: string): void {
    const { cursor } = this;
    if (next === '"') this.takeText();
    else if (next === '{' || next === '[') this.open(next === '[');
    else if (next === '-' || (next >= '0' && next <= '9')) {
      const number = cursor.readNumber();
      if (number === null) throw this.refuse('is a number that cannot be kept exactly; send it as text');
      this.put(number);
    } else if (cursor.skipWord('true')) this.put(true);
    else if (cursor.skipWord('false')) this.put(false);
    else if (cursor.skipWord('null')) this.put(null);
    else throw cursor.malformed(this.expected);
  }

  /** Reads a text, or the next part of a long one: a key or a value, as the place wants it. */
  private takeText(): void {
    const { frame } = this;
    const text = this.cursor.readText();
    if (text === undefined) return;
    if (frame === null || frame.object === null || this.expected === 'a value') this.put(text);
    else this.takeKey(frame, text);
  }

  private takeKey(frame: ObjectFrame, key: string): void {
    frame.key = key;
    if (this.forbiddenKeys.has(key)) throw this.refuse('is a key that is not allowed');
    if (Object.hasOwn(frame.object, key)) throw this.refuse('stands twice in its object; leave one of them out');
    if (++frame.keys > MAX_KEYS) throw this.refuse(`is one key too many; an object may have ${MAX_KEYS}`);
    this.expected = 'a colon';
  }

  private open(isList: boolean): void {
    const outer = this.frame;
    const depth = outer === null ? 1 : outer.depth + 1;
    if (depth > MAX_DEPTH) throw this.refuse(`is nested deeper than ${MAX_DEPTH} levels`);
    this.frame = isList
      ? { outer, depth, list: [], object: null }
      : { outer, depth, list: null, object: {}, key: '', keys: 0 };
    this.expected = isList ? 'a value or ]' : 'a key in double quotes or }';
    this.cursor.at++;
  }

  private close(): void {
    const { frame } = this;
    this.cursor.at++;
    this.frame = frame?.outer ?? null;
    this.put(frame?.list ?? frame?.object);
  }

  private put(value: unknown): void {
    const { frame } = this;
    if (++this.values > MAX_VALUES)
      throw untakenJson('', `holds more than ${MAX_VALUES} values; send it in several calls`);
    if (frame === null) {
      this.root = value;
      this.expected = 'the end of the body';
    } else if (frame.list !== null) {
      frame.list.push(value);
      this.expected = 'a comma or ]';
    } else {
      addMember(frame.object, frame.key, value);
      this.expected = 'a comma or }';
    }
  }

  /** An error that names the place of the value or key read last. */
  private refuse(message: string): Error {
    return untakenJson(pathOf(this.frame), message);
  }
}
