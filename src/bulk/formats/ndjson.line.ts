import { MAX_CELLS } from './cell-faults';
import { membersOf } from './ndjson.scanner';

/** Text that clears a field; JSON says it with `null`. */
export const CLEAR = '#CLEAR';

/** One member of a line as cell text, with what is wrong with it. */
export interface NdjsonCell {
  readonly text: string;
  readonly problem: string | null;
}

/** The members of a line by key in file order, those behind the first that is one too many left out, or what is wrong with the line. */
export type NdjsonLine = { readonly cells: ReadonlyMap<string, NdjsonCell> } | { readonly problem: string };

const LONE_SURROGATE = /\p{Surrogate}/u;
const SURROGATE_PROBLEM =
  'holds half a character (an unpaired \\u escape from d800 to dfff). Write the whole character';

/**
 * Reads one line of NDJSON: strings as they are, numbers digit for digit, `true` and `false` as words, `null` as
 * `#CLEAR`, arrays of scalars joined with `;`. What has no cell text keeps its JSON text and is named a problem.
 */
export function parseLine(line: string): NdjsonLine {
  if (!isJsonObject(line)) {
    return {
      problem: 'is not a JSON object. Write one object per line, such as {"customerId":"C1","email":"a@b.example"}',
    };
  }
  const cells = new Map<string, NdjsonCell>();
  for (const { key, literal } of membersOf(line)) {
    if (cells.has(key))
      return { problem: `holds the key ${JSON.stringify(key.slice(0, 100))} twice. Remove one of them` };
    if (LONE_SURROGATE.test(key)) return { problem: `has a key that ${SURROGATE_PROBLEM}` };
    cells.set(key, cellOf(literal));
    // The file is refused for it; nobody needs to know what else there is.
    if (cells.size > MAX_CELLS) break;
  }
  return { cells };
}

function isJsonObject(line: string): boolean {
  try {
    // Only asks whether it is valid; the values are taken from the text.
    JSON.parse(line);
    return line.trimStart().startsWith('{');
  } catch {
    return false;
  }
}

function cellOf(literal: string): NdjsonCell {
  if (literal === 'null') return sound(CLEAR);
  if (literal.startsWith('{'))
    return { text: literal, problem: 'holds an object. Write a text, number, true, false or null' };
  return literal.startsWith('[') ? listOf(literal) : scalarOf(literal);
}

function scalarOf(literal: string): NdjsonCell {
  if (!literal.startsWith('"')) return sound(literal);
  const text = JSON.parse(literal) as string;
  // The escape stays visible: half a character cannot be stored or written as UTF-8.
  return LONE_SURROGATE.test(text) ? { text: literal.slice(1, -1), problem: SURROGATE_PROBLEM } : sound(text);
}

function listOf(literal: string): NdjsonCell {
  const texts: string[] = [];
  for (const element of membersOf(literal)) {
    if (/^(?:[[{]|null$)/.test(element.literal)) {
      return {
        text: literal,
        problem: 'holds a list with a nested value or null. List only texts, numbers, true or false',
      };
    }
    const cell = scalarOf(element.literal);
    if (cell.problem !== null) return { text: literal, problem: cell.problem };
    if (cell.text.includes(';')) {
      return { text: literal, problem: 'holds a list with a semicolon inside an element. Remove that semicolon' };
    }
    texts.push(cell.text);
  }
  return sound(texts.join(';'));
}

function sound(text: string): NdjsonCell {
  return { text, problem: null };
}
