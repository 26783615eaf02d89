import type { QueryRunner } from 'typeorm';

/** Column types of one database, so that a migration is one readable text for all of them. */
export interface ColumnTypes {
  /** Numeric primary key the database counts up. */
  readonly autoId: string;
  /** Points at an `autoId`. */
  readonly ref: string;
  readonly integer: string;
  readonly boolean: string;
  /** Exact money amount with two decimals. SQLite has no decimal type, so it is text there. */
  readonly money: string;
  /** UTC, milliseconds. */
  readonly time: string;
  readonly longText: string;
  readonly blob: string;
  /** Text of up to that many characters. Compared byte for byte: case, accents and trailing blanks count. */
  text(characters: number): string;
  /** Stands behind a text that is to be compared as a `text` column is. */
  readonly collate: string;
  /** Stands behind the closing bracket of CREATE TABLE. */
  readonly tableOptions: string;
}

const SQLITE: ColumnTypes = {
  autoId: 'INTEGER PRIMARY KEY AUTOINCREMENT',
  ref: 'INTEGER',
  integer: 'INTEGER',
  boolean: 'INTEGER',
  money: 'TEXT',
  time: 'TEXT',
  longText: 'TEXT',
  blob: 'BLOB',
  text: () => 'TEXT',
  collate: '',
  tableOptions: '',
};

/** The collation that neither folds case or accents nor pads with blanks, by server. */
function binaryCollation(version: string): string {
  return /mariadb/i.test(version) ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin';
}

/** Column types of the database behind a migration's query runner. */
export async function columnTypes(runner: QueryRunner): Promise<ColumnTypes> {
  if (runner.dataSource.options.type === 'better-sqlite3') return SQLITE;
  const [row] = (await runner.query('SELECT VERSION() AS version')) as { version: string }[];
  const collation = binaryCollation(row?.version ?? '');
  return {
    autoId: 'BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY',
    ref: 'BIGINT',
    integer: 'INT',
    boolean: 'TINYINT(1)',
    money: 'DECIMAL(15,2)',
    time: 'DATETIME(3)',
    longText: 'LONGTEXT',
    blob: 'LONGBLOB',
    text: (characters) => `VARCHAR(${characters})`,
    collate: ` COLLATE ${collation}`,
    tableOptions: ` ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE ${collation}`,
  };
}
