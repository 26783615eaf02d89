/** Literal texts of one member or element, as it stands in the JSON text. */
export interface JsonMember {
  /** The key, unescaped; empty for elements of an array. */
  readonly key: string;
  /** The value exactly as written: `"a"`, `12.50`, `null`, `[1]`. */
  readonly literal: string;
}

const BLANKS = ' \t\n\r';
const SCALAR_END = ',]} \t\n\r';

/**
 * Lists the members of a JSON object, or the elements of an array, with their literal texts. `JSON.parse` alone would
 * round long numbers, drop repeated keys and treat `__proto__` specially.
 * @param json text that `JSON.parse` accepts and that is an object or array
 */
export function* membersOf(json: string): Generator<JsonMember> {
  let at = skipBlanks(json, 0);
  const isObject = json[at] === '{';
  at = skipBlanks(json, at + 1);
  while (at < json.length && json[at] !== '}' && json[at] !== ']') {
    let key = '';
    if (isObject) {
      const end = stringEnd(json, at);
      key = JSON.parse(json.slice(at, end)) as string;
      at = skipBlanks(json, skipBlanks(json, end) + 1);
    }
    const end = valueEnd(json, at);
    yield { key, literal: json.slice(at, end) };
    at = skipBlanks(json, end);
    if (json[at] === ',') at = skipBlanks(json, at + 1);
  }
}

function valueEnd(json: string, start: number): number {
  const first = json[start];
  if (first === '"') return stringEnd(json, start);
  let at = start;
  if (first !== '{' && first !== '[') {
    while (at < json.length && !SCALAR_END.includes(json.charAt(at))) at++;
    return at;
  }
  for (let depth = 0; at < json.length;) {
    const char = json[at];
    if (char === '{' || char === '[') depth++;
    if ((char === '}' || char === ']') && --depth === 0) return at + 1;
    at = char === '"' ? stringEnd(json, at) : at + 1;
  }
  return at;
}

/** Position after the string that begins at `start`. */
function stringEnd(json: string, start: number): number {
  for (let at = json.indexOf('"', start + 1); at >= 0; at = json.indexOf('"', at + 1)) {
    let escapes = 0;
    while (json[at - 1 - escapes] === '\\') escapes++;
    if (escapes % 2 === 0) return at + 1;
  }
  return json.length;
}

function skipBlanks(json: string, start: number): number {
  let at = start;
  while (at < json.length && BLANKS.includes(json.charAt(at))) at++;
  return at;
}
