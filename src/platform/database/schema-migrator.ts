import { type DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';
import { databaseTraits } from './database.traits';
import { isAlreadyDone } from './driver-error';

const LOCK_NAME = 'rollbook-migrations';
const LOCK_SECONDS = 60;

/** Is there while a server's schema is being changed, and so after a change that was broken off. */
const MARK = 'schema_change_under_way';

/**
 * Brings the schema up to date; processes that start together on one server take turns.
 *
 * SQLite takes a migration as a whole or not at all. MySQL and MariaDB store each statement at once: what a run that was
 * broken off has done is passed over by the next one, which its mark allows. Migrations hold nothing but single
 * statements that change the schema, each of which these servers do as a whole or not at all.
 */
export class SchemaMigrator {
  constructor(private readonly dataSource: DataSource) {}

  /** Runs what is missing and gives the names of the migrations it ran. */
  async run(): Promise<string[]> {
    if (databaseTraits(this.dataSource).singleConnection) return this.migrate(this.dataSource.createQueryRunner());
    const runner = this.dataSource.createQueryRunner();
    try {
      const [row] = (await runner.query('SELECT GET_LOCK(?, ?) AS got', [LOCK_NAME, LOCK_SECONDS])) as {
        got: unknown;
      }[];
      if (Number(row?.got) !== 1)
        throw new Error(
          `Another process has been migrating the database for ${LOCK_SECONDS} s; wait for it, or end it, and start again`,
        );
      return (await this.listPending(runner)).length === 0 ? [] : await this.migrateMarked(runner);
    } finally {
      await runner.query('SELECT RELEASE_LOCK(?)', [LOCK_NAME]).catch(() => undefined);
      await runner.release();
    }
  }

  /** @throws Error naming the migrations that have not been run. */
  async requireNothingPending(): Promise<void> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const pending = await this.listPending(runner);
      if (pending.length === 0) return;
      throw new Error(
        `The database schema is not up to date (missing: ${pending.join(', ')}); run: npm run -s cli -- migrate, as a database user who may change tables`,
      );
    } finally {
      await runner.release();
    }
  }

  private async listPending(runner: QueryRunner): Promise<string[]> {
    const table = this.dataSource.options.migrationsTableName ?? 'migrations';
    const ran = (await runner.hasTable(table))
      ? ((await runner.query(`SELECT name FROM ${table}`)) as { name: string }[]).map(({ name }) => name)
      : [];
    return this.dataSource.migrations
      .map((migration) => migration.name ?? migration.constructor.name)
      .filter((name) => !ran.includes(name));
  }

  private async migrateMarked(runner: QueryRunner): Promise<string[]> {
    const worker = this.dataSource.createQueryRunner();
    if (await runner.hasTable(MARK)) passOverWhatIsDone(worker);
    else await runner.query(`CREATE TABLE ${MARK} (id INT)`);
    try {
      const ran = await this.migrate(worker);
      await runner.query(`DROP TABLE ${MARK}`);
      return ran;
    } catch (error) {
      // Tables of others are in the way: none of ours was begun that the next run may pass over.
      if (isAlreadyDone(error)) await runner.query(`DROP TABLE ${MARK}`);
      throw error;
    }
  }

  private async migrate(worker: QueryRunner): Promise<string[]> {
    try {
      const executor = new MigrationExecutor(this.dataSource, worker);
      executor.transaction = 'each';
      return (await executor.executePendingMigrations()).map((migration) => migration.name);
    } finally {
      await worker.release();
    }
  }
}

/** Lets statements succeed whose work a run before has done. */
function passOverWhatIsDone(runner: QueryRunner): void {
  const query = runner.query.bind(runner) as (...call: unknown[]) => Promise<unknown>;
  runner.query = (async (...call: unknown[]) => {
    try {
      return await query(...call);
    } catch (error) {
      if (!isAlreadyDone(error)) throw error;
      return [];
    }
  }) as QueryRunner['query'];
}
