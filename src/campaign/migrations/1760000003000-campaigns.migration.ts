import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from '../../platform/database/column-types';

/** Campaigns and their records, each record one JSON document. */
export class Campaigns1760000003000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const type = await columnTypes(runner);
    await runner.query(`CREATE TABLE campaigns (
      id ${type.autoId},
      company_ref ${type.ref} NOT NULL,
      campaign_id ${type.text(45)} NOT NULL,
      name ${type.text(200)} NOT NULL,
      description ${type.text(2000)} NOT NULL,
      campaign_type ${type.text(10)} NOT NULL,
      start_date ${type.text(10)} NOT NULL,
      end_date ${type.text(10)} NOT NULL,
      start_time ${type.text(5)} NOT NULL,
      end_time ${type.text(5)} NOT NULL,
      languages ${type.longText} NOT NULL,
      region ${type.text(10)} NOT NULL,
      tags ${type.longText} NOT NULL,
      created_at ${type.time} NOT NULL,
      updated_at ${type.time} NOT NULL,
      CONSTRAINT uq_campaigns_campaign_id UNIQUE (campaign_id),
      CONSTRAINT fk_campaigns_company FOREIGN KEY (company_ref) REFERENCES companies (id)
    )${type.tableOptions}`);
    await runner.query(`CREATE TABLE campaign_records (
      id ${type.autoId},
      company_ref ${type.ref} NOT NULL,
      campaign_ref ${type.ref} NOT NULL,
      record_id ${type.text(128)} NOT NULL,
      data ${type.longText} NOT NULL,
      version ${type.integer} NOT NULL,
      created_at ${type.time} NOT NULL,
      updated_at ${type.time} NOT NULL,
      CONSTRAINT uq_campaign_records_record UNIQUE (campaign_ref, record_id),
      CONSTRAINT fk_campaign_records_campaign FOREIGN KEY (campaign_ref) REFERENCES campaigns (id)
    )${type.tableOptions}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['campaign_records', 'campaigns']) await runner.query(`DROP TABLE ${table}`);
  }
}
