import { DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';
import type { DatabaseParts } from '../extensions/rollbook-extension';
import { DatabaseProbe } from './database-probe';
import { databaseOptions } from './database.options';
import { isDatabaseUnavailable } from './driver-error';
import { readSourceOf } from './read-source';
import { makeReady } from './start-up';
import { UnitOfWork } from './unit-of-work';

const CONNECT_TRIES = 10;
const CONNECT_PAUSE_MS = 1_000;

/** The configured database behind one `UnitOfWork`, migrated and checked before anything else starts. */
@Global()
@Module({})
export class DatabaseModule {
  /** @param parts entities and migrations that are not found by their file names. */
  static register(config: AppConfig, parts: DatabaseParts): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => ({
            retryAttempts: CONNECT_TRIES,
            retryDelay: CONNECT_PAUSE_MS,
            // A setting that is wrong is still wrong a second later.
            toRetry: isDatabaseUnavailable,
          }),
          // The server itself says what it is: it is asked at each try.
          dataSourceFactory: async () => {
            const dataSource = await new DataSource(await databaseOptions(config, parts)).initialize();
            try {
              await makeReady(dataSource, config);
            } catch (error) {
              await dataSource.destroy();
              throw error;
            }
            return dataSource;
          },
        }),
      ],
      providers: [
        {
          provide: UnitOfWork,
          inject: [DataSource, AppConfig],
          useFactory: async (dataSource: DataSource, { databaseTimeoutSeconds }: AppConfig) =>
            new UnitOfWork(dataSource, await readSourceOf(dataSource), databaseTimeoutSeconds),
        },
        DatabaseProbe,
      ],
      exports: [UnitOfWork, DatabaseProbe],
    };
  }
}
