import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from '../../platform/database/column-types';

/** Jobs whose rows were tried again. */
export class RetriedJobs1760000022000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const type = await columnTypes(runner);
    await runner.query(`ALTER TABLE bulk_jobs ADD COLUMN retried_by ${type.text(30)} NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE bulk_jobs DROP COLUMN retried_by');
  }
}
