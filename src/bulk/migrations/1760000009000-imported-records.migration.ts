import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from '../../platform/database/column-types';

/** History of the records that extensions import. */
export class ImportedRecords1760000009000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const type = await columnTypes(runner);
    await runner.query(`CREATE TABLE imported_record_history (
      id ${type.autoId},
      company_ref ${type.ref} NOT NULL,
      entity ${type.text(100)} NOT NULL,
      record_ref ${type.ref} NOT NULL,
      version ${type.integer} NOT NULL,
      changed_at ${type.time} NOT NULL,
      changed_by ${type.text(100)} NOT NULL,
      job_id ${type.text(30)} NULL,
      row_no ${type.integer} NULL,
      changes ${type.longText} NOT NULL,
      CONSTRAINT fk_imported_record_history_company FOREIGN KEY (company_ref) REFERENCES companies (id)
    )${type.tableOptions}`);
    await runner.query('CREATE INDEX ix_imported_record_history_job ON imported_record_history (job_id)');
    await runner.query(
      'CREATE INDEX ix_imported_record_history_record ON imported_record_history (record_ref, entity)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE imported_record_history');
  }
}
