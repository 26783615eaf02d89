import type { ObjectLiteral } from 'typeorm';
import { forEachGivingWay } from '../event-loop/give-way';
import { RowStatement } from './driver-statement';
import { type EntityTable, updateById } from './entity-table';
import type { RowSearch } from './row-search';
import type { Transaction } from './transaction';

/**
 * Many rows on SQLite: a prepared statement runs once for each row. In process that is as fast as a statement over many
 * rows, and needs neither a long list of parameters nor a text for every number of rows.
 */
export const sqliteRows = {
  async select<T extends ObjectLiteral>(
    transaction: Transaction,
    table: EntityTable<T>,
    { where, property, values }: RowSearch<T>,
  ): Promise<T[]> {
    const fixed = Object.keys(where);
    const conditions = [...fixed, property].map((name) => `${table.column(name)} = ?`).join(' AND ');
    const columns = table.properties.map((name) => table.column(name)).join(', ');
    const statement = await RowStatement.prepare(
      transaction,
      `SELECT ${columns} FROM ${table.name} WHERE ${conditions}`,
    );
    const shared = fixed.map((name): unknown => where[name]);
    const found: T[] = [];
    await forEachGivingWay(values, (value) => {
      for (const row of statement.all([...shared, value])) found.push(table.toEntity(row));
    });
    return found;
  },

  async insert(
    transaction: Transaction,
    table: EntityTable<ObjectLiteral>,
    properties: readonly string[],
    values: readonly (readonly unknown[])[],
  ): Promise<number[]> {
    const columns = properties.map((name) => table.column(name)).join(', ');
    const marks = properties.map(() => '?').join(', ');
    const statement = await RowStatement.prepare(
      transaction,
      `INSERT INTO ${table.name} (${columns}) VALUES (${marks})`,
    );
    const ids: number[] = [];
    await forEachGivingWay(values, (row) => ids.push(statement.run(row).lastInsertRowid));
    return ids;
  },

  /** @param versions the one each row must still have; undefined where it does not matter. Gives the rows written. */
  async update<T extends ObjectLiteral & { id: number }>(
    transaction: Transaction,
    table: EntityTable<T>,
    rows: readonly T[],
    changing: readonly string[],
    versions?: readonly number[],
  ): Promise<number> {
    const statement = await RowStatement.prepare(transaction, updateById(table, changing, versions !== undefined));
    const parametersOf = table.toParameters([...changing, 'id']);
    let written = 0;
    await forEachGivingWay(rows, (row, at) => {
      const parameters = parametersOf(row);
      if (versions !== undefined) parameters.push(versions[at]);
      written += statement.run(parameters).changes;
    });
    return written;
  },
};
