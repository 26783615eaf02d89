import { isUnknownIndex } from './driver-error';
import { TableFacts } from './table-facts';
import type { Transaction } from './transaction';

/** An index and its columns, in order. */
interface TableIndex {
  readonly name: string;
  readonly columns: readonly string[];
}

const indexes = new TableFacts<readonly TableIndex[]>(readIndexes);

/** Rows that are looked for by values of a column. */
export interface IndexedSearch {
  readonly table: string;
  readonly column: string;
  /** Other columns that must equal one value. */
  readonly fixed: readonly string[];
}

/**
 * Runs a statement of MySQL or MariaDB that finds rows, with the hint to find them through the index that is made for
 * it; an empty one where none is.
 *
 * Left to itself, the optimizer goes by statistics that lag some seconds behind a table that grows. Seen on MariaDB
 * 10.11 with a table that was just filled: each of 500 values was looked for in all of its 10,000 rows, 450 ms in place
 * of 15, and `FOR UPDATE` locked every one of them, of all companies.
 */
export async function throughItsIndex<T>(
  transaction: Transaction,
  search: IndexedSearch,
  run: (hint: string) => Promise<T>,
): Promise<T> {
  try {
    return await run(await hintFor(transaction, search));
  } catch (error) {
    if (!isUnknownIndex(error)) throw error;
    // A newer version of the service, or somebody else, has put another in its place.
    indexes.forget(transaction, search.table);
    return run(await hintFor(transaction, search));
  }
}

async function hintFor(transaction: Transaction, { table, column, fixed }: IndexedSearch): Promise<string> {
  const wanted = new Set([column, ...fixed]);
  let best: { readonly name: string; readonly length: number } | null = null;
  for (const { name, columns } of await indexes.of(transaction, table)) {
    const end = columns.findIndex((each) => !wanted.has(each));
    const used = end < 0 ? columns : columns.slice(0, end);
    if (used.includes(column) && used.length > (best?.length ?? 0)) best = { name, length: used.length };
  }
  return best === null ? '' : ` FORCE INDEX (\`${best.name}\`)`;
}

async function readIndexes(transaction: Transaction, table: string): Promise<TableIndex[]> {
  const rows = await transaction.query<{ index: string; column: string }[]>(
    `SELECT index_name AS \`index\`, column_name AS \`column\` FROM information_schema.statistics
      WHERE table_schema = DATABASE() AND table_name = ? ORDER BY index_name, seq_in_index`,
    [table],
  );
  const columns = new Map<string, string[]>();
  for (const { index, column } of rows) columns.set(index, [...(columns.get(index) ?? []), column]);
  return [...columns].map(([name, names]) => ({ name, columns: names }));
}
