import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from '../../platform/database/column-types';

/** Customers with their contacts, reminders and history. */
export class Customers1760000001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const type = await columnTypes(runner);
    await runner.query(`CREATE TABLE customers (
      id ${type.autoId},
      company_ref ${type.ref} NOT NULL,
      customer_id ${type.text(16)} NOT NULL,
      status ${type.text(8)} NOT NULL,
      legal_name ${type.text(200)} NOT NULL,
      unique_ref_no ${type.text(50)} NULL,
      pan_or_gstin ${type.text(15)} NULL,
      contact_number ${type.text(20)} NULL,
      address ${type.text(500)} NULL,
      state ${type.text(100)} NULL,
      pin_code ${type.text(6)} NULL,
      account_number ${type.text(36)} NULL,
      ifsc ${type.text(11)} NULL,
      assigned_agent ${type.text(100)} NULL,
      branch_codes ${type.longText} NULL,
      credit_limit ${type.money} NULL,
      payment_terms_days ${type.integer} NULL,
      version ${type.integer} NOT NULL,
      deletion_key ${type.ref} NOT NULL DEFAULT 0,
      created_at ${type.time} NOT NULL,
      updated_at ${type.time} NOT NULL,
      deleted_at ${type.time} NULL,
      CONSTRAINT uq_customers_customer_id UNIQUE (company_ref, customer_id),
      CONSTRAINT uq_customers_unique_ref_no UNIQUE (company_ref, unique_ref_no, deletion_key),
      CONSTRAINT fk_customers_company FOREIGN KEY (company_ref) REFERENCES companies (id)
    )${type.tableOptions}`);
    await runner.query(`CREATE TABLE customer_contacts (
      id ${type.autoId},
      company_ref ${type.ref} NOT NULL,
      customer_ref ${type.ref} NOT NULL,
      key_contact_person_id ${type.text(16)} NOT NULL,
      name ${type.text(100)} NOT NULL,
      legal_name ${type.text(200)} NOT NULL,
      mobile ${type.text(20)} NOT NULL,
      email ${type.text(254)} NULL,
      mail_enabled ${type.boolean} NOT NULL,
      sms_enabled ${type.boolean} NOT NULL,
      whatsapp_enabled ${type.boolean} NOT NULL,
      via ${type.text(50)} NULL,
      deleted ${type.boolean} NOT NULL,
      CONSTRAINT uq_customer_contacts_person UNIQUE (key_contact_person_id),
      CONSTRAINT fk_customer_contacts_customer FOREIGN KEY (customer_ref) REFERENCES customers (id)
    )${type.tableOptions}`);
    await runner.query('CREATE INDEX ix_customer_contacts_customer ON customer_contacts (customer_ref)');
    await runner.query(`CREATE TABLE customer_reminders (
      id ${type.autoId},
      company_ref ${type.ref} NOT NULL,
      customer_ref ${type.ref} NOT NULL,
      customer_reminder_id ${type.text(16)} NOT NULL,
      reminder_type ${type.text(9)} NOT NULL,
      reminder_time ${type.text(5)} NULL,
      due_date_difference ${type.integer} NULL,
      reminder_interval ${type.integer} NULL,
      stage ${type.text(50)} NULL,
      CONSTRAINT uq_customer_reminders_id UNIQUE (customer_reminder_id),
      CONSTRAINT fk_customer_reminders_customer FOREIGN KEY (customer_ref) REFERENCES customers (id)
    )${type.tableOptions}`);
    await runner.query('CREATE INDEX ix_customer_reminders_customer ON customer_reminders (customer_ref)');
    await runner.query(`CREATE TABLE customer_history (
      id ${type.autoId},
      company_ref ${type.ref} NOT NULL,
      customer_ref ${type.ref} NOT NULL,
      version ${type.integer} NOT NULL,
      changed_at ${type.time} NOT NULL,
      changed_by ${type.text(100)} NOT NULL,
      job_id ${type.text(30)} NULL,
      row_no ${type.integer} NULL,
      changes ${type.longText} NOT NULL,
      CONSTRAINT fk_customer_history_customer FOREIGN KEY (customer_ref) REFERENCES customers (id)
    )${type.tableOptions}`);
    await runner.query('CREATE INDEX ix_customer_history_customer ON customer_history (customer_ref)');
    await runner.query('CREATE INDEX ix_customer_history_job ON customer_history (job_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    const tables = ['customer_history', 'customer_reminders', 'customer_contacts', 'customers'];
    for (const table of tables) await runner.query(`DROP TABLE ${table}`);
  }
}
