import type { MigrationInterface, QueryRunner } from 'typeorm';
import { columnTypes } from '../column-types';

/** The company tree, OAuth clients and API keys. */
export class CompaniesAndCredentials1760000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const type = await columnTypes(runner);
    await runner.query(`CREATE TABLE companies (
      id ${type.autoId},
      company_id ${type.text(10)} NOT NULL,
      name ${type.text(200)} NOT NULL,
      parent_ref ${type.ref} NULL,
      path ${type.text(255)} NOT NULL,
      created_at ${type.time} NOT NULL,
      CONSTRAINT uq_companies_company_id UNIQUE (company_id),
      CONSTRAINT fk_companies_parent FOREIGN KEY (parent_ref) REFERENCES companies (id)
    )${type.tableOptions}`);
    await runner.query(`CREATE TABLE oauth_clients (
      id ${type.autoId},
      client_id ${type.text(40)} NOT NULL,
      secret_hash ${type.text(64)} NOT NULL,
      company_ref ${type.ref} NOT NULL,
      name ${type.text(200)} NOT NULL,
      scopes ${type.text(255)} NOT NULL,
      created_at ${type.time} NOT NULL,
      revoked_at ${type.time} NULL,
      CONSTRAINT uq_oauth_clients_client_id UNIQUE (client_id),
      CONSTRAINT fk_oauth_clients_company FOREIGN KEY (company_ref) REFERENCES companies (id)
    )${type.tableOptions}`);
    await runner.query(`CREATE TABLE api_keys (
      id ${type.autoId},
      key_id ${type.text(40)} NOT NULL,
      key_hash ${type.text(64)} NOT NULL,
      company_ref ${type.ref} NOT NULL,
      name ${type.text(200)} NOT NULL,
      scopes ${type.text(255)} NOT NULL,
      created_at ${type.time} NOT NULL,
      last_used_at ${type.time} NULL,
      revoked_at ${type.time} NULL,
      CONSTRAINT uq_api_keys_key_id UNIQUE (key_id),
      CONSTRAINT uq_api_keys_key_hash UNIQUE (key_hash),
      CONSTRAINT fk_api_keys_company FOREIGN KEY (company_ref) REFERENCES companies (id)
    )${type.tableOptions}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['api_keys', 'oauth_clients', 'companies']) await runner.query(`DROP TABLE ${table}`);
  }
}
