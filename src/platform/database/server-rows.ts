import type { ObjectLiteral } from 'typeorm';
import { forEachGivingWay, giveWay } from '../event-loop/give-way';
import { databaseTraits, DatabaseTraits } from './database.traits';
import { executePrepared } from './driver-statement';
import { throughItsIndex } from './index-choice';
import { type EntityTable, parametersOf, updateById } from './entity-table';
import type { RowStatements } from './row-statements';
import type { Transaction } from './transaction';

/**
 * Characters of text in one statement, about: MySQL and MariaDB break the connection at one that is larger than
 * `max_allowed_packet`, 16 MiB by default, and a character may take four bytes or an escape.
 */
const STATEMENT_CHARACTERS = 2 * 1024 * 1024;
/** Values of one statement: the driver writes them down in one go, and 28,000 held the event loop for some 40 ms. */
const STATEMENT_VALUES = 12_000;
/** Rows of one INSERT; few numbers, so that few statements are prepared. */
const INSERT_ROWS = [1_000, 500, 250, 100, 10, 1];
/** Of a text in a list sent as JSON; without its own, it has the character set of the database, which is not ours to choose. */
const JSON_TEXT = 'LONGTEXT CHARACTER SET utf8mb4';
/** Values looked up by one statement. */
const LIST_VALUES = 10_000;

const NOTHING: readonly unknown[] = [];

/** Many rows on MySQL and MariaDB: one prepared statement for hundreds of them. */
export const serverRows: RowStatements = {
  async select(transaction, table, { properties, where, property, values, lock }) {
    const traits = databaseTraits(transaction);
    const columns = properties.map((name) => `stored.${table.column(name)}`).join(', ');
    const fixed = Object.keys(where).map((name) => table.column(name));
    const search = { table: table.name, column: table.column(property), fixed };
    const toEntity = table.toEntity(properties);
    const found: ReturnType<typeof toEntity>[] = [];
    for (const wanted of slices(values, LIST_VALUES)) {
      const rows = await throughItsIndex(transaction, search, (hint) => {
        const lookUp = lookUpOf(table, traits, { property, values: wanted, hint });
        const conditions = [...fixed.map((column) => `stored.${column} = ?`), ...lookUp.conditions];
        return executePrepared<unknown[][]>(
          transaction,
          `SELECT ${columns} FROM ${lookUp.from} WHERE ${conditions.join(' AND ') || '1 = 1'}${lock ? ' FOR UPDATE' : ''}`,
          [...lookUp.joined, ...Object.values<unknown>(where), ...lookUp.listed],
        );
      });
      await forEachGivingWay(rows, (row) => found.push(toEntity(row)));
    }
    return found;
  },

  async insert(transaction, table, properties, values) {
    const { returnsIds } = databaseTraits(transaction);
    const columns = properties.map((name) => table.column(name)).join(', ');
    const marks = `(${properties.map(() => '?').join(', ')})`;
    const ids: number[] = [];
    for (let start = 0; start < values.length;) {
      const left = fitting(values, start, Math.floor(STATEMENT_VALUES / properties.length));
      const size = INSERT_ROWS.find((candidate) => candidate <= left) ?? 1;
      const insert = `INSERT INTO ${table.name} (${columns}) VALUES ${`${marks}, `.repeat(size - 1)}${marks}`;
      // `flat` takes sixty times as long: 0.86 ms for 400 rows of 30 columns, measured on Node 20.
      const written = NOTHING.concat(...values.slice(start, start + size));
      if (returnsIds) {
        // A node of a Galera cluster counts in steps of its own, and by others when the cluster grows: it is to say itself.
        const rows = await executePrepared<[number][]>(transaction, `${insert} RETURNING id`, written);
        for (const [id] of rows) ids.push(id);
      } else {
        const { insertId } = await executePrepared<{ insertId: number }>(transaction, insert, written);
        // One simple INSERT gets consecutive ids in every innodb_autoinc_lock_mode (MySQL manual, 17.6.1.6), since the
        // start refuses an auto_increment_increment other than 1.
        for (let at = 0; at < size; at++) ids.push(insertId + at);
      }
      start += size;
      if (start < values.length) await giveWay();
    }
    return ids;
  },

  /**
   * One UPDATE joined to the new values as JSON. Measured on MariaDB for four of 22 columns: 87,000 rows/s, where INSERT
   * … ON DUPLICATE KEY UPDATE wrote 33,000, and locked gaps of the unique indexes besides, so that writers of other rows
   * had to wait. A time that all rows share is sent once: 13.3 µs a row instead of 14.5 with seven columns.
   */
  async prepareUpdate(table, rows, changing, versions) {
    const [only, ...others] = rows;
    if (only !== undefined && others.length === 0) return updateOf(table, only, changing, versions?.[0]);
    const shared = changing.filter((name) => isShared(rows, name));
    const own = changing.filter((name) => !shared.includes(name));
    const written = ['id', ...own];
    const columns = written.map((name, at) => columnOf(at, table.isNumeric(name)));
    const values = await parametersOf(table, rows, written);
    let condition = 'stored.id = changed.c0';
    if (versions !== undefined) {
      columns.push(columnOf(written.length, true));
      condition += ` AND stored.version = changed.c${written.length}`;
      for (const [at, row] of values.entries()) row.push(versions[at]);
    }
    const assignments = [
      ...own.map((name, at) => `stored.${table.column(name)} = changed.c${at + 1}`),
      ...shared.map((name) => `stored.${table.column(name)} = ?`),
    ];
    const statement = `UPDATE JSON_TABLE(?, '$[*]' COLUMNS (${columns.join(', ')})) AS changed
      STRAIGHT_JOIN ${table.name} AS stored ON ${condition} SET ${assignments.join(', ')}`;
    const sharedValues = table.toParameters(shared)(only ?? {});
    const most = Math.floor(STATEMENT_VALUES / written.length);
    const parts: string[] = [];
    for (let start = 0; start < values.length;) {
      const size = fitting(values, start, most);
      parts.push(JSON.stringify(values.slice(start, start + size)));
      start += size;
      await giveWay();
    }
    return async (transaction) => {
      let found = 0;
      for (const [at, part] of parts.entries()) {
        if (at > 0) await giveWay();
        found += await serverRows.run(transaction, statement, [part, ...sharedValues]);
      }
      return found;
    };
  },

  async run(transaction, sql, parameters) {
    return (await executePrepared<{ affectedRows: number }>(transaction, sql, parameters)).affectedRows;
  },
};

/** True for a time of which all rows have the very same object. Other values are not looked at: there would be many statements. */
function isShared(rows: readonly ObjectLiteral[], property: string): boolean {
  const first: unknown = rows[0]?.[property];
  return first instanceof Date && rows.every((row) => row[property] === first);
}

/** A single row needs no table of values. */
function updateOf(
  table: EntityTable<ObjectLiteral>,
  row: ObjectLiteral,
  changing: readonly string[],
  version: number | undefined,
): (transaction: Transaction) => Promise<number> {
  const statement = updateById(table, changing, version !== undefined);
  const parameters = table.toParameters([...changing, 'id'])(row);
  if (version !== undefined) parameters.push(version);
  return (transaction) => serverRows.run(transaction, statement, parameters);
}

function columnOf(at: number, isNumeric: boolean): string {
  return `c${at} ${isNumeric ? 'BIGINT' : JSON_TEXT} PATH '$[${at}]'`;
}

/** The parts of a statement that finds rows by a list of values, with the parameters before and behind the others. */
interface LookUp {
  readonly from: string;
  readonly conditions: readonly string[];
  readonly joined: readonly unknown[];
  readonly listed: readonly unknown[];
}

/**
 * A longer list is joined, each value looked up in the index. For a list of more than 200 values in an IN the optimizer
 * trusts statistics instead of looking into the index; seen: a scan of the whole table, 177 ms instead of 13, and every
 * row of it locked.
 */
function lookUpOf(
  table: EntityTable<ObjectLiteral>,
  { textCollation }: DatabaseTraits,
  { property, values, hint }: { property: string; values: readonly (string | number)[]; hint: string },
): LookUp {
  const column = `stored.${table.column(property)}`;
  const from = `${table.name} AS stored${hint}`;
  if (values.length === 1) return { from, conditions: [`${column} = ?`], joined: [], listed: values };
  const [type, collation] = table.isNumeric(property) ? ['BIGINT', ''] : [JSON_TEXT, textCollation];
  return {
    from: `JSON_TABLE(?, '$[*]' COLUMNS (value ${type} PATH '$')) AS wanted
      STRAIGHT_JOIN ${from} ON ${column} = wanted.value${collation}`,
    conditions: [],
    joined: [JSON.stringify(values)],
    listed: [],
  };
}

function* slices<V>(values: readonly V[], size: number): Generator<readonly V[]> {
  for (let start = 0; start < values.length; start += size) yield values.slice(start, start + size);
}

/** Rows from `start` on that fit into one statement, at most so many; at least one. */
function fitting(rows: readonly (readonly unknown[])[], start: number, most: number): number {
  let characters = 0;
  let size = 0;
  for (let at = start; at < rows.length && size < most; at++) {
    for (const value of rows[at] ?? []) if (typeof value === 'string') characters += value.length;
    if (size > 0 && characters > STATEMENT_CHARACTERS) break;
    size++;
  }
  return Math.max(1, size);
}
