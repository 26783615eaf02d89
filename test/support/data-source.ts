import { DataSource } from 'typeorm';
import { AuditRepository } from '../../src/platform/audit/audit.repository';
import { AuditSeal } from '../../src/platform/audit/audit-seal';
import { AuditTrail } from '../../src/platform/audit/audit-trail';
import { AppConfig } from '../../src/platform/config/app-config';
import { AppKeys } from '../../src/platform/config/app-keys';
import { loadConfig } from '../../src/platform/config/load-config';
import { databaseOptions } from '../../src/platform/database/database.options';
import type { UnitOfWork } from '../../src/platform/database/unit-of-work';
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

/** Takes up the audit trail of a database without a service around it, so that histories can be written. */
export async function openTrail(unitOfWork: UnitOfWork): Promise<void> {
  const seal = new AuditSeal(new AppConfig(), new AppKeys('a secret of the tests'));
  expect(await new AuditTrail(unitOfWork, new AuditRepository(), seal).open()).toEqual([]);
}
