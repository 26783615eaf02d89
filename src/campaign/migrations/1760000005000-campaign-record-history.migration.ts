import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from '../../platform/database/column-types';

/** The history of campaign records; campaigns that were deleted. */
export class CampaignRecordHistory1760000005000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const type = await columnTypes(runner);
    await runner.query(`ALTER TABLE campaigns ADD COLUMN deleted_at ${type.time} NULL`);
    await runner.query('CREATE INDEX ix_campaigns_company ON campaigns (company_ref, id)');
    await runner.query('CREATE INDEX ix_campaign_records_campaign ON campaign_records (campaign_ref, id)');
    await runner.query(`CREATE TABLE campaign_record_history (
      id ${type.autoId},
      company_ref ${type.ref} NOT NULL,
      record_ref ${type.ref} NOT NULL,
      version ${type.integer} NOT NULL,
      changed_at ${type.time} NOT NULL,
      changed_by ${type.text(100)} NOT NULL,
      job_id ${type.text(30)} NULL,
      row_no ${type.integer} NULL,
      changes ${type.longText} NOT NULL,
      CONSTRAINT fk_campaign_record_history_record FOREIGN KEY (record_ref) REFERENCES campaign_records (id)
    )${type.tableOptions}`);
    await runner.query('CREATE INDEX ix_campaign_record_history_record ON campaign_record_history (record_ref)');
    await runner.query('CREATE INDEX ix_campaign_record_history_job ON campaign_record_history (job_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    const isSqlite = runner.dataSource.options.type === 'better-sqlite3';
    await runner.query('DROP TABLE campaign_record_history');
    // MySQL needs an index for each foreign key: the unique ones of the tables serve again.
    await runner.query(`DROP INDEX ix_campaign_records_campaign${isSqlite ? '' : ' ON campaign_records'}`);
    await runner.query(
      isSqlite
        ? 'DROP INDEX ix_campaigns_company'
        : 'ALTER TABLE campaigns ADD INDEX fk_campaigns_company (company_ref), DROP INDEX ix_campaigns_company',
    );
    await runner.query('ALTER TABLE campaigns DROP COLUMN deleted_at');
  }
}
