import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Counts the unfinished jobs of a company without a look at those that have ended. */
export class UnfinishedJobs1760000010000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX ix_bulk_jobs_unfinished ON bulk_jobs (company_ref, state)');
  }

  async down(runner: QueryRunner): Promise<void> {
    const isSqlite = runner.dataSource.options.type === 'better-sqlite3';
    await runner.query(`DROP INDEX ix_bulk_jobs_unfinished${isSqlite ? '' : ' ON bulk_jobs'}`);
  }
}
