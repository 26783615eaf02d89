import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from '../../platform/database/column-types';

/** Marks that forbid to erase a customer. */
export class LegalHolds1760000021000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const type = await columnTypes(runner);
    await runner.query(`CREATE TABLE legal_holds (
      id ${type.autoId},
      company_ref ${type.ref} NOT NULL,
      customer_ref ${type.ref} NOT NULL,
      set_by ${type.text(100)} NOT NULL,
      set_at ${type.time} NOT NULL,
      CONSTRAINT uq_legal_holds_customer UNIQUE (company_ref, customer_ref),
      CONSTRAINT fk_legal_holds_customer FOREIGN KEY (customer_ref) REFERENCES customers (id)
    )${type.tableOptions}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE legal_holds');
  }
}
