import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from '../../platform/database/column-types';

/** Values of custom fields, in a table of their own: customers without any pay nothing for them. */
export class CustomerCustomValues1760000009001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const type = await columnTypes(runner);
    await runner.query(`CREATE TABLE customer_custom_values (
      id ${type.autoId},
      company_ref ${type.ref} NOT NULL,
      customer_ref ${type.ref} NOT NULL,
      field ${type.text(40)} NOT NULL,
      value ${type.text(255)} NOT NULL,
      CONSTRAINT uq_customer_custom_values_field UNIQUE (customer_ref, field),
      CONSTRAINT fk_customer_custom_values_customer FOREIGN KEY (customer_ref) REFERENCES customers (id)
    )${type.tableOptions}`);
    await runner.query(
      'CREATE INDEX ix_customer_custom_values_value ON customer_custom_values (company_ref, field, value, customer_ref)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE customer_custom_values');
  }
}
