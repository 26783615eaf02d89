import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes, ColumnTypes } from '../../platform/database/column-types';

const INDEXES = [
  'CREATE UNIQUE INDEX uq_customers_identity ON customers (company_ref, source_id, source, language, deletion_key)',
  'CREATE INDEX ix_customers_debtor ON customers (company_ref, debtor_id)',
  'CREATE INDEX ix_customers_ssn ON customers (company_ref, ssn_index)',
  'CREATE INDEX ix_customers_created ON customers (company_ref, created_at)',
  'CREATE INDEX ix_customers_updated ON customers (company_ref, updated_at)',
] as const;

/** What the commerce API keeps about a customer, on the same row, and the addresses of customers. */
export class CommerceCustomers1760000004000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const type = await columnTypes(runner);
    await runner.query(`ALTER TABLE companies ADD COLUMN default_language ${type.text(2)} NOT NULL DEFAULT 'en'`);
    // One statement each: SQLite adds one column at a time. No foreign key: customers are never removed from the table.
    for (const [name, definition] of columns(type)) {
      await runner.query(`ALTER TABLE customers ADD COLUMN ${name} ${definition} NULL`);
    }
    for (const index of INDEXES) await runner.query(index);
    await runner.query(`CREATE TABLE customer_addresses (
      id ${type.autoId},
      company_ref ${type.ref} NOT NULL,
      customer_ref ${type.ref} NOT NULL,
      code ${type.text(64)} NULL,
      type ${type.text(8)} NOT NULL,
      street ${type.text(200)} NOT NULL,
      country ${type.text(2)} NOT NULL,
      company ${type.text(200)} NULL,
      first_name ${type.text(100)} NULL,
      middle_name ${type.text(100)} NULL,
      last_name ${type.text(100)} NULL,
      gender ${type.text(1)} NULL,
      number ${type.text(20)} NULL,
      number_extension ${type.text(20)} NULL,
      postal_code ${type.text(20)} NULL,
      city ${type.text(100)} NULL,
      region ${type.text(100)} NULL,
      icp ${type.text(1)} NULL,
      phone ${type.text(30)} NULL,
      mobile ${type.text(30)} NULL,
      email ${type.text(254)} NULL,
      url ${type.text(500)} NULL,
      notes ${type.text(2000)} NULL,
      is_default ${type.text(1)} NOT NULL,
      CONSTRAINT uq_customer_addresses_code UNIQUE (customer_ref, code),
      CONSTRAINT fk_customer_addresses_customer FOREIGN KEY (customer_ref) REFERENCES customers (id)
    )${type.tableOptions}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    const type = await columnTypes(runner);
    await runner.query('DROP TABLE customer_addresses');
    const onTable = runner.dataSource.options.type === 'better-sqlite3' ? '' : ' ON customers';
    for (const index of INDEXES)
      await runner.query(`DROP INDEX ${index.split(' ON ')[0]?.split(' ').at(-1)}${onTable}`);
    for (const [name] of columns(type)) {
      await runner.query(`ALTER TABLE customers DROP COLUMN ${name}`);
    }
    await runner.query('ALTER TABLE companies DROP COLUMN default_language');
  }
}

function columns(type: ColumnTypes): [string, string][] {
  return [
    ['source', type.text(64)],
    ['source_id', type.text(64)],
    ['language', type.text(2)],
    ['debtor_id', type.text(64)],
    ['first_name', type.text(100)],
    ['middle_name', type.text(100)],
    ['last_name', type.text(100)],
    ['abbreviation', type.text(50)],
    ['title', type.text(50)],
    ['date_of_birth', type.text(10)],
    ['gender', type.text(1)],
    ['ssn', type.longText],
    ['ssn_index', type.text(43)],
    ['phone', type.text(30)],
    ['mobile', type.text(30)],
    ['email', type.text(254)],
    ['primary_language', type.text(2)],
    ['parent_ref', type.ref],
  ];
}
