import type { DataSource } from 'typeorm';
import type { Transaction } from './transaction';

/** What the database tells of its tables, asked once for each: tables change by migrations, which run before the start. */
export class TableFacts<F> {
  private readonly known = new WeakMap<DataSource, Map<string, F>>();

  constructor(private readonly read: (transaction: Transaction, table: string) => Promise<F>) {}

  async of(transaction: Transaction, table: string): Promise<F> {
    const { dataSource } = transaction;
    const tables = this.known.get(dataSource) ?? new Map<string, F>();
    this.known.set(dataSource, tables);
    const facts = tables.get(table) ?? (await this.read(transaction, table));
    tables.set(table, facts);
    return facts;
  }

  /** Asks anew the next time. */
  forget({ dataSource }: Transaction, table: string): void {
    this.known.get(dataSource)?.delete(table);
  }
}
