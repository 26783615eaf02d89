import { DataSource } from 'typeorm';
import { databaseTraits } from './database.traits';
import { prepareSqlite, type SqliteDatabase } from './sqlite-statements';

/**
 * A second connection to an embedded database, which can only read; null for a server, whose pool has connections
 * enough. Readers of the write-ahead log see the last commit and wait for nobody.
 */
export async function readSourceOf(dataSource: DataSource): Promise<DataSource | null> {
  const { options } = dataSource;
  if (!databaseTraits(dataSource).singleConnection || options.type !== 'better-sqlite3') return null;
  return new DataSource({
    ...options,
    // What was found by name for the first connection need not be looked for again.
    entities: dataSource.entityMetadatas.map(({ target }) => target),
    migrations: [],
    prepareDatabase: (database: SqliteDatabase) => {
      prepareSqlite(database);
      database.pragma('query_only = 1');
    },
  }).initialize();
}
