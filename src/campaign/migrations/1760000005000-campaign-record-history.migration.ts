import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes, type ColumnTypes } from '../../platform/database/column-types';

/** The history of campaign records; campaigns and records that were deleted. */
export class CampaignRecordHistory1760000005000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const type = await columnTypes(runner);
    await runner.query(`ALTER TABLE campaigns ADD COLUMN deleted_at ${type.time} NULL`);
    await runner.query('CREATE INDEX ix_campaigns_company ON campaigns (company_ref, id)');
    await letRecordsGo(runner, type);
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
    await letRecordsStay(runner, await columnTypes(runner));
    // MySQL needs an index for each foreign key: the unique ones of the tables serve again.
    if (!isSqlite) await runner.query('DROP INDEX ix_campaign_records_campaign ON campaign_records');
    await runner.query(
      isSqlite
        ? 'DROP INDEX ix_campaigns_company'
        : 'ALTER TABLE campaigns ADD INDEX fk_campaigns_company (company_ref), DROP INDEX ix_campaigns_company',
    );
    await runner.query('ALTER TABLE campaigns DROP COLUMN deleted_at');
  }
}

const UNIQUE = 'CONSTRAINT uq_campaign_records_record UNIQUE (campaign_ref, record_id';

/** The id of a record that is gone may be used again. */
async function letRecordsGo(runner: QueryRunner, type: ColumnTypes): Promise<void> {
  if (runner.dataSource.options.type === 'better-sqlite3') {
    await rebuildRecords(runner, type, `deletion_key ${type.ref} NOT NULL DEFAULT 0,`, `${UNIQUE}, deletion_key)`);
    return;
  }
  await runner.query(`ALTER TABLE campaign_records
    ADD COLUMN deletion_key ${type.ref} NOT NULL DEFAULT 0,
    DROP INDEX uq_campaign_records_record,
    ADD ${UNIQUE}, deletion_key)`);
}

async function letRecordsStay(runner: QueryRunner, type: ColumnTypes): Promise<void> {
  await runner.query('DELETE FROM campaign_records WHERE deletion_key <> 0');
  if (runner.dataSource.options.type === 'better-sqlite3') {
    await rebuildRecords(runner, type, '', `${UNIQUE})`);
    return;
  }
  await runner.query(`ALTER TABLE campaign_records
    DROP INDEX uq_campaign_records_record,
    DROP COLUMN deletion_key,
    ADD ${UNIQUE})`);
}

/** SQLite cannot drop a constraint; nothing refers to the table while this runs. */
async function rebuildRecords(runner: QueryRunner, type: ColumnTypes, column: string, unique: string): Promise<void> {
  const kept = 'id, company_ref, campaign_ref, record_id, data, version, created_at, updated_at';
  await runner.query(`CREATE TABLE campaign_records_new (
    id ${type.autoId},
    company_ref ${type.ref} NOT NULL,
    campaign_ref ${type.ref} NOT NULL,
    record_id ${type.text(128)} NOT NULL,
    data ${type.longText} NOT NULL,
    version ${type.integer} NOT NULL,
    ${column}
    created_at ${type.time} NOT NULL,
    updated_at ${type.time} NOT NULL,
    ${unique},
    CONSTRAINT fk_campaign_records_campaign FOREIGN KEY (campaign_ref) REFERENCES campaigns (id)
  )`);
  await runner.query(`INSERT INTO campaign_records_new (${kept}) SELECT ${kept} FROM campaign_records`);
  await runner.query('DROP TABLE campaign_records');
  await runner.query('ALTER TABLE campaign_records_new RENAME TO campaign_records');
}
