import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from '../../platform/database/column-types';

/** Cancelling jobs. */
export class JobControl1760000006000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const type = await columnTypes(runner);
    await runner.query(`ALTER TABLE bulk_jobs ADD COLUMN cancel_requested ${type.boolean} NOT NULL DEFAULT 0`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE bulk_jobs DROP COLUMN cancel_requested');
  }
}
