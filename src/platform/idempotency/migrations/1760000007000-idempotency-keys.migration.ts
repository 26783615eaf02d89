import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from '../../database/column-types';

/** Calls that can be sent again under a key, and their answers. */
export class IdempotencyKeys1760000007000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const type = await columnTypes(runner);
    await runner.query(`CREATE TABLE idempotency_keys (
      id ${type.autoId},
      company_ref ${type.ref} NOT NULL,
      route ${type.text(300)} NOT NULL,
      idempotency_key ${type.text(255)} NOT NULL,
      fingerprint ${type.text(200)} NOT NULL,
      job_id ${type.text(30)} NULL,
      status ${type.integer} NULL,
      headers ${type.longText} NULL,
      body ${type.longText} NULL,
      created_at ${type.time} NOT NULL,
      CONSTRAINT uq_idempotency_keys_call UNIQUE (company_ref, route, idempotency_key),
      CONSTRAINT fk_idempotency_keys_company FOREIGN KEY (company_ref) REFERENCES companies (id)
    )${type.tableOptions}`);
    await runner.query('CREATE INDEX ix_idempotency_keys_created ON idempotency_keys (created_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotency_keys');
  }
}
