import type { DataSource, EntityManager } from 'typeorm';

/** What differs between the databases, as facts to look up instead of questions to repeat. */
export interface DatabaseTraits {
  readonly dialect: 'sqlite' | 'mysql' | 'mariadb';
  /** One connection serves the whole process: transactions must queue. */
  readonly singleConnection: boolean;
  /** How a list of texts must be compared for the index of a column to be used; empty where there is nothing to say. */
  readonly textCollation: '' | ' COLLATE utf8mb4_nopad_bin' | ' COLLATE utf8mb4_0900_bin';
  /** An INSERT of many rows can say which ids they got. */
  readonly returnsIds: boolean;
  /** A savepoint takes the place of one that has its name; otherwise both stay until they are released. */
  readonly replacesSavepoints: boolean;
  /** SQL that gives the names of all tables, as `name`. */
  readonly listTables: string;
  /** SQL for so many seconds from now, by the clock that all processes at this database share. */
  secondsFromNow(seconds: number): string;
}

const SQLITE: DatabaseTraits = {
  dialect: 'sqlite',
  singleConnection: true,
  textCollation: '',
  returnsIds: true,
  replacesSavepoints: false,
  listTables: "SELECT name FROM sqlite_master WHERE type = 'table'",
  secondsFromNow: (seconds) => `STRFTIME('%Y-%m-%d %H:%M:%f', 'now', '${seconds} seconds')`,
};
const MYSQL: DatabaseTraits = {
  dialect: 'mysql',
  singleConnection: false,
  textCollation: ' COLLATE utf8mb4_0900_bin',
  returnsIds: false,
  replacesSavepoints: true,
  listTables: 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
  secondsFromNow: (seconds) => `(UTC_TIMESTAMP(3) + INTERVAL ${seconds} SECOND)`,
};

const MARIADB: DatabaseTraits = {
  ...MYSQL,
  dialect: 'mariadb',
  textCollation: ' COLLATE utf8mb4_nopad_bin',
  returnsIds: true,
};

/** Traits of the database behind a data source or a transaction. */
export function databaseTraits(source: DataSource | EntityManager): DatabaseTraits {
  const { type } = ('dataSource' in source ? source.dataSource : source).options;
  if (type === 'better-sqlite3') return SQLITE;
  return type === 'mariadb' ? MARIADB : MYSQL;
}
