import type { EntityTarget, ObjectLiteral } from 'typeorm';
import { DatabaseTraits, databaseTraits } from './database.traits';
import { EntityTable, entityTable } from './entity-table';
import { giveWay } from '../event-loop/give-way';
import { Transaction } from './transaction';

/**
 * Statements over many rows at once. Measured on MariaDB and SQLite: one prepared multi-row statement writes 40-200,000
 * rows/s where `save()` writes 3,500 and query builders 10,000; so bulk work goes through these, single rows through
 * TypeORM.
 */

/** Sizes of one statement's batch; few sizes keep few statement texts, which SQLite's statement cache then reuses. */
const SQLITE_BATCHES = [100, 10, 1];
/**
 * Characters of text in one statement, about: MySQL and MariaDB break the connection at one that is larger than
 * `max_allowed_packet`, 16 MiB by default, and a character may take four bytes or an escape.
 */
export const STATEMENT_CHARACTERS = 2 * 1024 * 1024;
/** Lengths of a list of values to find; few, for the same reason as the batches. */
const SQLITE_LISTS = [1, 10, 100, 1_000, 10_000];

/** Rows that are turned into entities or parameters before others have their turn. */
const SLICE_ROWS = 100;

interface SelectOptions<T> {
  /** Columns that must equal one value, such as the company. */
  readonly where: Partial<T>;
  readonly property: keyof T & string;
  /** Values to find; sorted before asking, so that two transactions lock in the same order. */
  readonly values: readonly string[] | readonly number[];
  /** Locks the rows until the transaction ends. */
  readonly lock?: boolean;
}

/** Rows whose property has one of the values, as plain objects with the entity's properties, in no order. */
export async function selectMany<T extends ObjectLiteral>(
  transaction: Transaction,
  entity: EntityTarget<T>,
  { where, property, values, lock = false }: SelectOptions<T>,
): Promise<T[]> {
  if (values.length === 0) return [];
  const table = entityTable(transaction.dataSource, entity);
  const traits = databaseTraits(transaction);
  const columns = table.properties.map((name) => `stored.${table.column(name)}`).join(', ');
  const fixed = Object.keys(where);
  const conditions = fixed.map((name) => `stored.${table.column(name)} = ?`);
  const unique = [...new Set<string | number>(values)].sort();
  const rows: T[] = [];
  for (const slice of slices(unique, traits.maxParameters - fixed.length)) {
    const wanted = lookUp(table, traits, property, slice);
    const raw = await transaction.query<ObjectLiteral[]>(
      `SELECT ${columns} FROM ${wanted.from} WHERE ${[...conditions, ...wanted.conditions].join(' AND ') || '1 = 1'}${
        lock ? traits.forUpdate : ''
      }`,
      [...wanted.joined, ...fixed.map((name) => where[name]), ...wanted.listed],
    );
    for (const some of slices(raw, SLICE_ROWS)) {
      for (const row of some) rows.push(table.toEntity(row));
      await giveWay();
    }
  }
  return rows;
}

/** Rows behind the id `after` in the order of their ids, at most `limit` of them. @param where columns that must equal one value */
export async function selectAfter<T extends ObjectLiteral & { id: number }>(
  transaction: Transaction,
  entity: EntityTarget<T>,
  where: Partial<T>,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<T[]> {
  const table = entityTable(transaction.dataSource, entity);
  const columns = table.properties.map((name) => table.column(name)).join(', ');
  const fixed = Object.keys(where);
  const conditions = [...fixed.map((name) => `${table.column(name)} = ?`), 'id > ?'].join(' AND ');
  // The order of the ids must not tempt the optimizer to walk through the table for rows an index of the rest finds.
  const hint = databaseTraits(transaction).dialect === 'sqlite' ? '' : ' IGNORE INDEX (PRIMARY)';
  const raw = await transaction.query<ObjectLiteral[]>(
    `SELECT ${columns} FROM ${table.name}${hint} WHERE ${conditions} ORDER BY id LIMIT ?`,
    [...fixed.map((name) => where[name]), after, limit],
  );
  return raw.map((row) => table.toEntity(row));
}

/** The parts of a statement that finds rows by a list of values, with the parameters before and behind the others. */
interface LookUp {
  readonly from: string;
  readonly conditions: readonly string[];
  readonly joined: readonly unknown[];
  readonly listed: readonly unknown[];
}

/**
 * On MySQL and MariaDB a longer list is joined, each value looked up in the index. For a list of more than 200 values in
 * an IN the optimizer trusts statistics instead of looking into the index; seen: a scan of the whole table, 177 ms
 * instead of 13, and every row of it locked.
 */
function lookUp(
  table: EntityTable<ObjectLiteral>,
  { dialect, textCollation }: DatabaseTraits,
  property: string,
  values: readonly (string | number)[],
): LookUp {
  const column = `stored.${table.column(property)}`;
  const from = `${table.name} AS stored`;
  if (dialect === 'sqlite' || values.length === 1) {
    const listed = dialect === 'sqlite' ? padded(values, SQLITE_LISTS) : values;
    const marks = listed.map(() => '?').join(', ');
    return { from, conditions: [`${column} IN (${marks})`], joined: [], listed };
  }
  const [type, collation] = table.isNumeric(property) ? ['BIGINT', ''] : ['LONGTEXT', textCollation];
  return {
    from: `JSON_TABLE(?, '$[*]' COLUMNS (value ${type} PATH '$')) AS wanted
      STRAIGHT_JOIN ${from} ON ${column} = wanted.value${collation}`,
    conditions: [],
    joined: [JSON.stringify(values)],
    listed: [],
  };
}

/**
 * Inserts rows and gives their new ids in the same order. Rows must not carry an id.
 *
 * @param onParameters told what is written, row by row: all columns but the id, in the order of the entity
 */
export async function insertMany<T extends ObjectLiteral>(
  transaction: Transaction,
  entity: EntityTarget<T>,
  rows: readonly Omit<T, 'id'>[],
  onParameters?: (rows: readonly (readonly unknown[])[]) => void,
): Promise<number[]> {
  const table = entityTable(transaction.dataSource, entity);
  const traits = databaseTraits(transaction);
  const properties = table.properties.filter((property) => property !== 'id');
  const into = `INSERT INTO ${table.name} (${properties.map((name) => table.column(name)).join(', ')}) VALUES `;
  const ids: number[] = [];
  const values = await parametersOf(table, rows as readonly ObjectLiteral[], properties);
  onParameters?.(values);
  for (const part of batches(values, traits)) {
    const statement = into + part.map(() => `(${properties.map(() => '?').join(', ')})`).join(', ');
    ids.push(...(await insertedIds(transaction, traits, statement, part.flat(), part.length)));
    await giveWay();
  }
  return ids;
}

/**
 * Writes some properties of rows back by their id, in the order given. The rows must have been read with a lock in the
 * same transaction.
 *
 * On MySQL and MariaDB one UPDATE is joined to the new values as JSON. Measured on MariaDB for four of 22 columns: 87,000
 * rows/s, where INSERT … ON DUPLICATE KEY UPDATE wrote 33,000, and locked gaps of the unique indexes besides, so that
 * writers of other rows had to wait.
 *
 * @param changing properties to write; leaving out indexed ones that stay the same spares their index (SQLite rewrites
 *   an index for every column that is named).
 */
export async function updateMany<T extends ObjectLiteral & { id: number }>(
  transaction: Transaction,
  entity: EntityTarget<T>,
  rows: readonly T[],
  changing: readonly (keyof T & string)[],
): Promise<void> {
  if (rows.length === 0 || changing.length === 0) return;
  const table = entityTable(transaction.dataSource, entity);
  const traits = databaseTraits(transaction);
  if (traits.dialect === 'sqlite') {
    const assignments = changing.map((name) => `${table.column(name)} = ?`).join(', ');
    const statement = `UPDATE ${table.name} SET ${assignments} WHERE id = ?`;
    for (const row of rows) {
      await transaction.query(statement, [...table.toParameters(row, changing), row.id]);
      await giveWay();
    }
    return;
  }
  const written = ['id', ...changing];
  const columns = written.map((name, at) => `c${at} ${table.isNumeric(name) ? 'BIGINT' : 'LONGTEXT'} PATH '$[${at}]'`);
  const assignments = changing.map((name, at) => `stored.${table.column(name)} = changed.c${at + 1}`);
  const statement = `UPDATE JSON_TABLE(?, '$[*]' COLUMNS (${columns.join(', ')})) AS changed
    STRAIGHT_JOIN ${table.name} AS stored ON stored.id = changed.c0 SET ${assignments.join(', ')}`;
  const values = await parametersOf(table, rows, written);
  for (const part of batches(values, traits)) {
    await transaction.query(statement, [JSON.stringify(part)]);
    await giveWay();
  }
}

async function insertedIds(
  transaction: Transaction,
  traits: DatabaseTraits,
  statement: string,
  parameters: readonly unknown[],
  count: number,
): Promise<number[]> {
  if (traits.dialect === 'mysql') {
    // One simple INSERT gets consecutive ids in every innodb_autoinc_lock_mode (MySQL manual, 17.6.1.6).
    const { insertId } = await transaction.query<{ insertId: number }>(statement, [...parameters]);
    return Array.from({ length: count }, (_, index) => insertId + index);
  }
  const returned = await transaction.query<{ id: number }[]>(`${statement} RETURNING id`, [...parameters]);
  // SQL promises no order; rows of one VALUES list are numbered in list order on both.
  return returned.map(({ id }) => id).sort((a, b) => a - b);
}

/** The values, the last one repeated up to the next of the lengths; repeating a value finds nothing more. */
function padded<T>(values: readonly T[], lengths: readonly number[]): readonly T[] {
  const length = lengths.find((candidate) => candidate >= values.length) ?? values.length;
  const last = values.at(-1);
  return last === undefined ? values : [...values, ...Array.from({ length: length - values.length }, () => last)];
}

function* slices<T>(values: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < values.length; start += size) yield values.slice(start, start + size);
}

/** Rows as a driver takes them; others have their turn meanwhile. */
async function parametersOf<T extends ObjectLiteral>(
  table: EntityTable<T>,
  rows: readonly ObjectLiteral[],
  properties: readonly string[],
): Promise<unknown[][]> {
  const values: unknown[][] = [];
  for (const some of slices(rows, SLICE_ROWS)) {
    for (const row of some) values.push(table.toParameters(row, properties));
    await giveWay();
  }
  return values;
}

/** Rows of parameters in the order given, as many to a statement as it may carry. */
function* batches(rows: readonly (readonly unknown[])[], traits: DatabaseTraits): Generator<readonly unknown[][]> {
  const columns = rows[0]?.length ?? 1;
  const most = Math.max(1, Math.floor(traits.maxParameters / columns));
  const sizes = traits.dialect === 'sqlite' ? SQLITE_BATCHES.filter((size) => size <= most) : null;
  let start = 0;
  while (start < rows.length) {
    const left = rows.length - start;
    const size = sizes === null ? fitting(rows, start, most) : (sizes.find((candidate) => candidate <= left) ?? left);
    yield rows.slice(start, start + size) as unknown[][];
    start += size;
  }
}

/** Rows from `start` on that fit into one statement; at least one. */
function fitting(rows: readonly (readonly unknown[])[], start: number, most: number): number {
  let characters = 0;
  let size = 0;
  for (const row of rows.slice(start, start + most)) {
    for (const value of row) if (typeof value === 'string') characters += value.length;
    if (size > 0 && characters > STATEMENT_CHARACTERS) break;
    size++;
  }
  return size;
}
