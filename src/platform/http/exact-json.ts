import { randomUUID } from 'node:crypto';

/** Not to be guessed from outside, so that no text of a caller can pass for a number of ours. */
const MARK = randomUUID();
const MARKED = new RegExp(`"${MARK}:(-?\\d+(?:\\.\\d+)?)"`, 'g');

/** A decimal that is written into JSON digit by digit; a float would lose digits beyond the fifteenth. */
export class ExactNumber {
  constructor(private readonly text: string) {}

  toJSON(): string {
    return `${MARK}:${this.text}`;
  }
}

/** JSON text of a value that may hold `ExactNumber`s. */
export function stringifyExact(value: unknown): string {
  return JSON.stringify(value).replace(MARKED, '$1');
}
