import { Column } from 'typeorm';
import { IdColumn, RefColumn, TimeColumn } from '../../platform/database/columns';

/**
 * What an entity needs for its rows to be imported by `EntityImporter`. Its table has the columns `id`, `company_ref`,
 * `version`, `deletion_key` (not null), `deleted_at`, `created_at` and `updated_at` in the types of `columnTypes`, besides
 * its own, and keeps the key unique among the living of a company: `UNIQUE (company_ref, <key>, deletion_key)`.
 */
export abstract class ImportedRecord {
  @IdColumn()
  id: number;

  @RefColumn()
  companyRef: number;

  /** Counts the changes, from 1. */
  @Column({ type: 'int' })
  version: number;

  /** 0 while the record lives, its own id afterwards, so that its key may be used again. */
  @RefColumn()
  deletionKey: number;

  @TimeColumn({ nullable: true })
  deletedAt: Date | null;

  @TimeColumn()
  createdAt: Date;

  @TimeColumn()
  updatedAt: Date;
}
