import type { DataSource } from 'typeorm';
import { databaseTraits } from './database.traits';

const LOCK_NAME = 'rollbook-migrations';
const LOCK_SECONDS = 60;

/** Brings the schema up to date; processes that start together on one server take turns. */
export class SchemaMigrator {
  constructor(private readonly dataSource: DataSource) {}

  /** Runs what is missing and gives the names of the migrations it ran. */
  async run(): Promise<string[]> {
    if (databaseTraits(this.dataSource).singleConnection) return this.migrate();
    const runner = this.dataSource.createQueryRunner();
    try {
      const [row] = (await runner.query('SELECT GET_LOCK(?, ?) AS got', [LOCK_NAME, LOCK_SECONDS])) as {
        got: unknown;
      }[];
      if (Number(row?.got) !== 1)
        throw new Error(`Another process has been migrating the database for ${LOCK_SECONDS} s`);
      return await this.migrate();
    } finally {
      await runner.query('SELECT RELEASE_LOCK(?)', [LOCK_NAME]).catch(() => undefined);
      await runner.release();
    }
  }

  /** @throws Error naming the migrations that have not been run. */
  async requireNothingPending(): Promise<void> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const table = this.dataSource.options.migrationsTableName ?? 'migrations';
      const ran = (await runner.hasTable(table))
        ? ((await runner.query(`SELECT name FROM ${table}`)) as { name: string }[]).map(({ name }) => name)
        : [];
      const pending = this.dataSource.migrations
        .map((one) => one.name ?? one.constructor.name)
        .filter((name) => !ran.includes(name));
      if (pending.length === 0) return;
      throw new Error(
        `The database schema is not up to date (missing: ${pending.join(', ')}); run: npm run -s cli -- migrate, as a database user who may change tables`,
      );
    } finally {
      await runner.release();
    }
  }

  private async migrate(): Promise<string[]> {
    const ran = await this.dataSource.runMigrations({ transaction: 'each' });
    return ran.map((migration) => migration.name);
  }
}
