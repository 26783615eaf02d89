import type { ObjectLiteral } from 'typeorm';
import type { EntityTable } from './entity-table';
import type { Transaction } from './transaction';

/** Which rows of a table are meant. */
export interface RowSearch<T> {
  /** Those to read. */
  readonly properties: readonly string[];
  /** Columns that must equal one value, such as the company. */
  readonly where: Partial<T>;
  readonly property: string;
  /** Values of the property, each once, in the order in which rows are to be locked. */
  readonly values: readonly (string | number)[];
  readonly lock: boolean;
  /** Leaves out rows that others have locked; SQLite locks the whole file, and so has none. */
  readonly skipLocked: boolean;
}

/** Rows to insert: names of properties, and of each row their values in that order, in the form a driver takes them. */
export interface NewRows {
  readonly properties: readonly string[];
  readonly values: readonly (readonly unknown[])[];
}

/** Statements over many rows, in the way of one kind of database. */
export interface RowStatements {
  /** In no order. */
  select<T extends ObjectLiteral>(transaction: Transaction, table: EntityTable<T>, search: RowSearch<T>): Promise<T[]>;

  /** Inserts rows; gives their ids. */
  insert(transaction: Transaction, table: EntityTable<ObjectLiteral>, rows: NewRows): Promise<number[]>;

  /**
   * Makes ready to write some properties back by id. What it gives does it, and tells how many rows were found.
   *
   * @param versions the one each row must still have; undefined where it does not matter
   */
  prepareUpdate(
    table: EntityTable<ObjectLiteral>,
    rows: readonly ObjectLiteral[],
    changing: readonly string[],
    versions?: readonly number[],
  ): Promise<(transaction: Transaction) => Promise<number>>;

  /** Runs a statement that changes rows; tells how many it found. */
  run(transaction: Transaction, sql: string, parameters: readonly unknown[]): Promise<number>;
}
