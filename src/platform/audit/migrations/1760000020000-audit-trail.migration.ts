import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from '../../database/column-types';

/** The audit trail, and the end of its chain. */
export class AuditTrail1760000020000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const type = await columnTypes(runner);
    await runner.query(`CREATE TABLE audit_entries (
      id ${type.autoId},
      entry_id ${type.text(30)} NOT NULL,
      recorded_at ${type.time} NOT NULL,
      company_ref ${type.ref} NULL,
      actor ${type.text(100)} NOT NULL,
      action ${type.text(40)} NOT NULL,
      subject ${type.longText} NULL,
      job_id ${type.text(30)} NULL,
      job_rows ${type.text(30)} NULL,
      request_id ${type.text(128)} NULL,
      field_names ${type.longText} NOT NULL,
      times ${type.integer} NOT NULL,
      history_table ${type.text(64)} NULL,
      history_ids ${type.longText} NULL,
      digest ${type.text(64)} NULL,
      rewritten ${type.longText} NULL,
      mac ${type.text(64)} NOT NULL,
      sequence_no ${type.ref} NULL,
      hash ${type.text(64)} NULL,
      CONSTRAINT uq_audit_entries_entry UNIQUE (entry_id),
      CONSTRAINT uq_audit_entries_sequence UNIQUE (sequence_no)
    )${type.tableOptions}`);
    await runner.query('CREATE INDEX ix_audit_entries_job ON audit_entries (job_id)');
    await runner.query(`CREATE TABLE audit_head (
      id ${type.autoId},
      sequence_no ${type.ref} NOT NULL,
      hash ${type.text(64)} NOT NULL,
      before_audit ${type.longText} NOT NULL,
      key_check ${type.text(64)} NOT NULL,
      mac ${type.text(64)} NOT NULL
    )${type.tableOptions}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['audit_head', 'audit_entries']) await runner.query(`DROP TABLE ${table}`);
  }
}
