import { crc32 } from 'node:zlib';
import type { Cell, DatabaseProbe } from '../../chaos/database-probe';

/** Number, sum and checksum of lines, whatever their order. */
export interface Checksum {
  readonly lines: number;
  /** Sum of the last cells, in hundredths. */
  readonly sum: number;
  readonly checksum: number;
}

const PAGE_ROWS = 20_000;
const HUNDRED = 100;

/** Of lines of cells, the last of which is an amount. */
export function checksumOf(lines: Iterable<readonly Cell[]>): Checksum {
  let count = 0;
  let sum = 0;
  let checksum = 0;
  for (const cells of lines) {
    count++;
    sum += Math.round(Number(cells.at(-1)) * HUNDRED);
    checksum += crc32(cells.join('|'));
  }
  return { lines: count, sum, checksum };
}

/** Of rows of a table, read page by page in order of their id. */
export async function storedChecksum(
  probe: DatabaseProbe,
  { columns, table, where }: { columns: string; table: string; where: string },
): Promise<Checksum> {
  const total = { lines: 0, sum: 0, checksum: 0 };
  for (let after = 0; ;) {
    const rows = await probe.rows(
      `SELECT id, ${columns} FROM ${table} WHERE id > ? AND ${where} ORDER BY id LIMIT ${PAGE_ROWS}`,
      after,
    );
    const page = checksumOf(rows.map((cells) => cells.slice(1)));
    total.lines += page.lines;
    total.sum += page.sum;
    total.checksum += page.checksum;
    if (rows.length < PAGE_ROWS) return total;
    after = Number(rows.at(-1)?.[0]);
  }
}

/** @throws when what is stored is not what must be */
export function expectSame(what: string, stored: unknown, expected: unknown): void {
  const [is, must] = [JSON.stringify(stored), JSON.stringify(expected)];
  if (is !== must) throw new Error(`*** ${what}: the database holds ${is} where it must hold ${must}`);
}
