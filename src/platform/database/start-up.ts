import { mkdir, statfs } from 'node:fs/promises';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { AppConfig } from '../config/app-config';
import { DatabaseCheck } from './database-check';
import { databaseTraits } from './database.traits';
import { isSentInTheClear } from './database-tls';
import { SchemaMigrator } from './schema-migrator';

/**
 * Checks a database and brings its schema up to date before anything else starts. What is wrong but loses nothing stands
 * in the log as a warning, one line per setting.
 *
 * @throws Error naming each setting with which data would be lost or altered; or, with MIGRATE_ON_START=false, saying that
 *   the schema is not up to date
 */
export async function makeReady(dataSource: DataSource, config: AppConfig): Promise<void> {
  const logger = new Logger('StartUp');
  const warnings = [
    ...(await new DatabaseCheck(dataSource).run()),
    ...(isSentInTheClear(config)
      ? ['DATABASE_URL: the server is on another machine and the connection is not encrypted; set DATABASE_CA']
      : []),
    ...(await storageWarnings(config)),
  ];
  for (const warning of warnings) logger.warn(warning);
  const migrator = new SchemaMigrator(dataSource);
  if (config.migrateOnStart) await migrator.run();
  else await migrator.requireNothingPending();
  await requireTables(dataSource);
}

/** An entity without its table, such as that of an extension that lacks a migration, would fail row after row. */
async function requireTables(dataSource: DataSource): Promise<void> {
  const { listTables } = databaseTraits(dataSource);
  const rows = await dataSource.query<{ name: string }[]>(listTables);
  const stored = new Set(rows.map(({ name }) => name.toLowerCase()));
  const missing = dataSource.entityMetadatas.filter(({ tableName }) => !stored.has(tableName.toLowerCase()));
  if (missing.length === 0) return;
  const named = missing.map(({ name, tableName }) => `${tableName} of ${name}`).join(', ');
  throw new Error(
    `The database lacks tables of entities: ${named}; write a migration that creates them, in migrations/*.migration.ts beside the entity`,
  );
}

async function storageWarnings({ dataDir, maxUploadBytes }: AppConfig): Promise<string[]> {
  // The first start on a server is also the first to need the folder; an embedded database has made it by now.
  await mkdir(dataDir, { recursive: true });
  const { bavail, bsize } = await statfs(dataDir);
  const free = bavail * bsize;
  if (free >= maxUploadBytes) return [];
  return [`DATA_DIR: ${free} bytes are free, less than one largest upload (MAX_UPLOAD_BYTES); free some space`];
}
