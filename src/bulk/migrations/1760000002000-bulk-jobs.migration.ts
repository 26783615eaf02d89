import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from '../../platform/database/column-types';

/** Bulk jobs and the outcome of each of their rows. */
export class BulkJobs1760000002000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const type = await columnTypes(runner);
    await runner.query(`CREATE TABLE bulk_jobs (
      id ${type.autoId},
      job_id ${type.text(30)} NOT NULL,
      company_ref ${type.ref} NOT NULL,
      family ${type.text(40)} NOT NULL,
      target ${type.text(60)} NOT NULL,
      state ${type.text(10)} NOT NULL,
      dry_run ${type.boolean} NOT NULL,
      parent_job_id ${type.text(30)} NULL,
      file_name ${type.text(255)} NULL,
      file_format ${type.text(20)} NOT NULL,
      file_sha256 ${type.text(64)} NOT NULL,
      created_by ${type.text(100)} NOT NULL,
      options ${type.longText} NOT NULL,
      tallies ${type.longText} NOT NULL,
      chunks ${type.integer} NOT NULL,
      next_chunk ${type.integer} NOT NULL,
      error ${type.longText} NULL,
      lease_until ${type.time} NULL,
      created_at ${type.time} NOT NULL,
      started_at ${type.time} NULL,
      finished_at ${type.time} NULL,
      CONSTRAINT uq_bulk_jobs_job_id UNIQUE (job_id),
      CONSTRAINT fk_bulk_jobs_company FOREIGN KEY (company_ref) REFERENCES companies (id)
    )${type.tableOptions}`);
    await runner.query('CREATE INDEX ix_bulk_jobs_company ON bulk_jobs (company_ref, id)');
    await runner.query('CREATE INDEX ix_bulk_jobs_state ON bulk_jobs (state, lease_until)');
    await runner.query(`CREATE TABLE bulk_outcomes (
      id ${type.autoId},
      job_ref ${type.ref} NOT NULL,
      chunk_no ${type.integer} NOT NULL,
      outcomes ${type.longText} NOT NULL,
      CONSTRAINT uq_bulk_outcomes_chunk UNIQUE (job_ref, chunk_no),
      CONSTRAINT fk_bulk_outcomes_job FOREIGN KEY (job_ref) REFERENCES bulk_jobs (id)
    )${type.tableOptions}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['bulk_outcomes', 'bulk_jobs']) await runner.query(`DROP TABLE ${table}`);
  }
}
