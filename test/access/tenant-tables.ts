import type { DataSource } from 'typeorm';

/** A table that holds rows of companies. */
export interface TenantTable {
  readonly table: string;
  /** Condition that picks the rows of a company, whose id is its parameter. */
  readonly ofCompany: string;
}

/** Tables whose rows belong to a company through another row. */
const THROUGH: Readonly<Record<string, string>> = {
  bulk_outcomes: 'job_ref IN (SELECT id FROM bulk_jobs WHERE company_ref = ?)',
};
/** Tables without rows of companies, and the table of the companies themselves. */
const OF_NOBODY = ['companies', 'encryption_keys', 'audit_head'];

/** Every table with rows of companies, as the entities tell; a new one without a company must be named here. */
export function tenantTables({ entityMetadatas }: DataSource): TenantTable[] {
  const tables = new Map(entityMetadatas.map(({ tableName, columns }) => [tableName, columns]));
  return [...tables].flatMap(([table, columns]) => {
    if (OF_NOBODY.includes(table)) return [];
    if (columns.some(({ databaseName }) => databaseName === 'company_ref'))
      return [{ table, ofCompany: 'company_ref = ?' }];
    const ofCompany = THROUGH[table];
    if (ofCompany === undefined)
      throw new Error(
        `Whose are the rows of ${table}? Give it a company_ref, or name it in test/access/tenant-tables.ts`,
      );
    return [{ table, ofCompany }];
  });
}
