import { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from '../../platform/database/column-types';

/** Jobs that are taken over, and dry runs that are done for real. */
export class JobFence1760000008000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const type = await columnTypes(runner);
    await runner.query(`ALTER TABLE bulk_jobs ADD COLUMN fence ${type.integer} NOT NULL DEFAULT 0`);
    await runner.query(`ALTER TABLE bulk_jobs ADD COLUMN committed_by ${type.text(30)} NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const column of ['committed_by', 'fence']) await runner.query(`ALTER TABLE bulk_jobs DROP COLUMN ${column}`);
  }
}
