interface ListFrame {
  readonly outer: Frame | null;
  /** 1 in the outermost. */
  readonly depth: number;
  readonly list: unknown[];
  readonly object: null;
}

/** An object whose end was not read yet. */
export interface ObjectFrame {
  readonly outer: Frame | null;
  readonly depth: number;
  readonly list: null;
  readonly object: Record<string, unknown>;
  /** The key read last. */
  key: string;
  keys: number;
}

/** A list or object whose end was not read yet, inside those that stand around it. */
export type Frame = ListFrame | ObjectFrame;

/** Path of the value that is being read, such as `customers[3].sourceId`; empty for the whole text. */
export function pathOf(innermost: Frame | null): string {
  let path = '';
  for (let frame = innermost; frame !== null; frame = frame.outer) {
    const step = frame.list === null ? frame.key : `[${frame.list.length}]`;
    path = path === '' || path.startsWith('[') ? step + path : `${step}.${path}`;
  }
  return path;
}

/** Adds a member to an object. */
export function addMember(object: Record<string, unknown>, key: string, value: unknown): void {
  // Assigning this one would change the prototype in place of adding a member.
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}
