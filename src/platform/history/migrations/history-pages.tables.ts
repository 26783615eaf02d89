import type { QueryRunner } from 'typeorm';
import { columnTypes } from '../../database/column-types';

/** A kind of records with a history of both sorts. */
export interface PagedTables {
  readonly records: string;
  /** Table of the entries with a row of their own. */
  readonly entries: string;
  readonly pages: string;
  /** What they call the id of a record. */
  readonly recordRef: string;
  /** View over both, for whoever reads the database. */
  readonly changes: string;
}

/** For a migration: the pages of a history, what records point at them with, and the view over all changes. */
export async function createHistoryPages(runner: QueryRunner, tables: PagedTables): Promise<void> {
  const { records, entries, pages, recordRef, changes } = tables;
  const type = await columnTypes(runner);
  await runner.query(`ALTER TABLE ${records} ADD COLUMN history_page ${type.ref} NULL`);
  await runner.query(`CREATE TABLE ${pages} (
    id ${type.autoId},
    company_ref ${type.ref} NOT NULL,
    page_ref ${type.ref} NOT NULL,
    changed_at ${type.time} NOT NULL,
    changed_by ${type.text(100)} NOT NULL,
    job_id ${type.text(30)} NOT NULL,
    least_ref ${type.ref} NOT NULL,
    greatest_ref ${type.ref} NOT NULL,
    changes ${type.longText} NOT NULL
  )${type.tableOptions}`);
  await runner.query(`CREATE INDEX ix_${pages}_page ON ${pages} (page_ref)`);
  await runner.query(`CREATE INDEX ix_${pages}_job ON ${pages} (job_id)`);
  const facts = 'company_ref, changed_at, changed_by, job_id';
  const isSqlite = runner.dataSource.options.type === 'better-sqlite3';
  const member = (at: number) => (isSqlite ? `json_extract(packed.value, '$[${at}]')` : `packed.c${at}`);
  const members = isSqlite
    ? `json_each(${pages}.changes)`
    : `JSON_TABLE(${pages}.changes, '$[*]'
         COLUMNS (c0 BIGINT PATH '$[0]', c1 INT PATH '$[1]', c2 INT PATH '$[2]', c3 JSON PATH '$[3]'))`;
  // Whoever made it may be gone one day; who reads it needs the right to read both.
  const security = isSqlite ? '' : 'SQL SECURITY INVOKER ';
  await runner.query(`CREATE ${security}VIEW ${changes} (${recordRef}, version, row_no, changes, ${facts}, entry_id, page_id) AS
    SELECT ${recordRef}, version, row_no, changes, ${facts}, id, NULL FROM ${entries} UNION ALL
    SELECT ${member(0)}, ${member(1)}, ${member(2)}, ${member(3)}${type.collate}, ${facts}, NULL, ${pages}.id
    FROM ${pages}, ${members} AS packed`);
}

/** The way back: changes in pages get a row of their own again, which the audit trail does not vouch for. */
export async function dropHistoryPages(
  runner: QueryRunner,
  { records, entries, pages, recordRef, changes }: PagedTables,
): Promise<void> {
  const facts = `company_ref, ${recordRef}, version, changed_at, changed_by, job_id, row_no, changes`;
  await runner.query(`INSERT INTO ${entries} (${facts})
    SELECT ${facts} FROM ${changes} WHERE page_id IS NOT NULL ORDER BY page_id, row_no, version`);
  await runner.query(`DROP VIEW ${changes}`);
  await runner.query(`DROP TABLE ${pages}`);
  await runner.query(`ALTER TABLE ${records} DROP COLUMN history_page`);
}
