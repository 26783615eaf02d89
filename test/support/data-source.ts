import { DataSource } from 'typeorm';
import { loadConfig } from '../../src/platform/config/load-config';
import { databaseOptions } from '../../src/platform/database/database.options';
import { createDatabase, Engine, TestDatabase } from './engines';

/** An empty database with an open data source of the service's own options, without a service around it. */
export interface OpenDatabase {
  readonly database: TestDatabase;
  readonly dataSource: DataSource;
  /** Closes and removes it. */
  remove(): Promise<void>;
}

/** @param changes options of the driver that differ from the service's. */
export async function openDatabase(engine: Engine, changes: object = {}): Promise<OpenDatabase> {
  const database = await createDatabase(engine);
  const dataSource = await openDataSource(database.environment, changes);
  return {
    database,
    dataSource,
    remove: async () => {
      await dataSource.destroy();
      await database.remove();
    },
  };
}

/** Opens a data source on the database that an environment names. */
export async function openDataSource(
  environment: Readonly<Record<string, string>>,
  changes: object = {},
): Promise<DataSource> {
  const options = { ...(await databaseOptions(loadConfig(environment))), ...changes };
  return new DataSource(options).initialize();
}
