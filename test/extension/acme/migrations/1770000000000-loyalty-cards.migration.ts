import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from '../../../../src/extension-api';

/** Loyalty cards. */
export class LoyaltyCards1770000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const type = await columnTypes(runner);
    await runner.query(`CREATE TABLE acme_loyalty_cards (
      id ${type.autoId},
      company_ref ${type.ref} NOT NULL,
      card_number ${type.text(20)} NOT NULL,
      points ${type.integer} NOT NULL,
      nickname ${type.text(50)} NULL,
      version ${type.integer} NOT NULL,
      deletion_key ${type.ref} NOT NULL DEFAULT 0,
      deleted_at ${type.time} NULL,
      created_at ${type.time} NOT NULL,
      updated_at ${type.time} NOT NULL,
      CONSTRAINT uq_acme_loyalty_cards UNIQUE (company_ref, card_number, deletion_key)
    )${type.tableOptions}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE acme_loyalty_cards');
  }
}
