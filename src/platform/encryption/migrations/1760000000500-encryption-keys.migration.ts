import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from '../../database/column-types';

/** The record of keys that values are sealed under. */
export class EncryptionKeys1760000000500 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const type = await columnTypes(runner);
    await runner.query(`CREATE TABLE encryption_keys (
      key_id ${type.text(20)} NOT NULL PRIMARY KEY,
      check_value ${type.text(100)} NOT NULL,
      created_at ${type.time} NOT NULL,
      retired_at ${type.time} NULL
    )${type.tableOptions}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE encryption_keys');
  }
}
