import { DataSource } from 'typeorm';
import { loadConfig } from './src/platform/config/load-config';
import { databaseOptions } from './src/platform/database/database.options';

/** Data source of the TypeORM command line, built from the very options the service runs with. */
export default databaseOptions(loadConfig()).then((options) => new DataSource(options));
