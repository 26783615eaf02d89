import { forEachGivingWay } from '../event-loop/give-way';
import { RowStatement } from './driver-statement';
import { updateById } from './entity-table';
import type { RowStatements } from './row-statements';
import type { Transaction } from './transaction';

/**
 * Many rows on SQLite: a prepared statement runs once for each row. In process that is as fast as a statement over many
 * rows, and needs neither a long list of parameters nor a text for every number of rows.
 */
export const sqliteRows: RowStatements = {
  async select(transaction, table, { properties, where, property, values }) {
    const fixed = Object.keys(where);
    const conditions = [...fixed, property].map((name) => `${table.column(name)} = ?`).join(' AND ');
    const columns = properties.map((name) => table.column(name)).join(', ');
    const statement = await RowStatement.prepare(
      transaction,
      `SELECT ${columns} FROM ${table.name} WHERE ${conditions}`,
    );
    const shared = fixed.map((name): unknown => where[name]);
    const toEntity = table.toEntity(properties);
    const found: ReturnType<typeof toEntity>[] = [];
    await forEachGivingWay(values, (value) => {
      for (const row of statement.all([...shared, value])) found.push(toEntity(row));
    });
    return found;
  },

  async insert(transaction, table, { properties, values }) {
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

  prepareUpdate(table, rows, changing, versions) {
    const parametersOf = table.toParameters([...changing, 'id']);
    return Promise.resolve(async (transaction: Transaction) => {
      const statement = await RowStatement.prepare(transaction, updateById(table, changing, versions !== undefined));
      let written = 0;
      await forEachGivingWay(rows, (row, at) => {
        const parameters = parametersOf(row);
        if (versions !== undefined) parameters.push(versions[at]);
        written += statement.run(parameters).changes;
      });
      return written;
    });
  },

  async run(transaction, sql, parameters) {
    return (await RowStatement.prepare(transaction, sql)).run(parameters).changes;
  },
};
