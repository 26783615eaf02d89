import { InvalidRequest } from '../errors/http.errors';

const CURSOR = /^after:(\d{1,15})$/;

/** Page of a list in the receivables API. */
export interface Page<T> {
  readonly items: T[];
  /** Value for `cursor` of the next page; null on the last. */
  readonly nextCursor: string | null;
}

/** Opaque cursor that continues behind the row with that id. */
export function encodeCursor(id: number): string {
  return Buffer.from(`after:${id}`).toString('base64url');
}

/** Id behind which to continue; undefined for the first page. @throws InvalidRequest for a cursor we did not make. */
export function decodeCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  const id = CURSOR.exec(Buffer.from(cursor, 'base64url').toString('latin1'))?.[1];
  if (id === undefined) {
    const message = 'cursor must be the nextCursor of the page before, unchanged';
    throw new InvalidRequest(`The query parameter ${message}.`, {
      issues: [{ object: 'query', field: 'cursor', rejectedValue: cursor, message }],
    });
  }
  return Number(id);
}

/** Page from one row more than was asked for: the surplus row only tells that there is a next page. */
export function toPage<Row, T>(
  rows: readonly Row[],
  limit: number,
  id: (row: Row) => number,
  item: (row: Row) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(item),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(id(last)) : null,
  };
}
