import { InvalidRequest, UnreadableBody } from '../errors/http.errors';

/** A path made of the caller's keys; what is longer would only echo the body. */
const SHOWN_PATH_CHARACTERS = 200;

/** Where in a body something is wrong. */
export interface JsonPosition {
  readonly line: number;
  /** Counted from 1, in UTF-16 units. */
  readonly column: number;
}

/** The text is no JSON. @param found the character at the position; undefined at the end of the body. */
export function malformedJson({ line, column }: JsonPosition, expected: string, found?: string): UnreadableBody {
  const shown = found === undefined ? 'the end of the body' : /^[!-~]$/.test(found) ? `'${found}'` : codePoint(found);
  return new UnreadableBody(
    `Line ${line}, column ${column} of the body: expected ${expected}, found ${shown}. Correct the JSON there.`,
  );
}

/** The JSON is well-formed, but cannot be taken over as it was sent. @param path empty for the body as a whole. */
export function untakenJson(path: string, message: string): InvalidRequest {
  const field = path === '' ? 'body' : shorten(path);
  const place = path === '' ? 'it' : field;
  return new InvalidRequest(`The body cannot be taken: ${place} ${message}.`, {
    issues: [{ object: 'body', field, rejectedValue: null, message: `${field} ${message}` }],
  });
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function shorten(path: string): string {
  return path.length <= SHOWN_PATH_CHARACTERS ? path : `${path.slice(0, SHOWN_PATH_CHARACTERS)}…`;
}
