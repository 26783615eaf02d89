import type { DataSource } from 'typeorm';
import { tenantTables } from './tenant-tables';

/** A statement that may do without the company, and why. */
interface Exception {
  readonly sql: RegExp;
  readonly reason: string;
}

/** By primary key, of rows that a statement with the company found, and locked, in the same transaction. */
const LOCKED_ROW = 'writes rows back that were read with a lock, by company, in the same transaction';
/** The owner of a token is not known before the token is looked up; what is found says whose it is. */
const WHO_IS_IT = 'finds out which company a credential belongs to';
const OF_THE_OPERATOR = 'housekeeping of the operator, for all companies; gives nothing to any caller';

const ONE_CHAIN = 'the audit trail is one chain over all companies; only the operator reads it';

/** Every one of them must be met; the list cannot grow old. */
export const EXCEPTIONS: readonly Exception[] = [
  { sql: /^UPDATE \w+ SET [^(]* WHERE id = \?( AND version = \?)?$/, reason: LOCKED_ROW },
  {
    sql: /^UPDATE JSON_TABLE\(\?.* AS changed STRAIGHT_JOIN \w+ AS stored FORCE INDEX \(PRIMARY\) ON stored\.id = changed\.c0( AND stored\.version = changed\.c\d+)? SET /,
    reason: LOCKED_ROW,
  },
  {
    sql: /^UPDATE \w+ AS stored FORCE INDEX \(PRIMARY\) SET (?!.*company_ref).* WHERE stored\.id IN \([?, ]+\)( AND stored\.version = ELT\(.*\))?$/,
    reason: LOCKED_ROW,
  },
  { sql: /^SELECT .* FROM api_keys \w+ WHERE \(\(\w+\.(key_hash|key_id) = \?\)/, reason: WHO_IS_IT },
  { sql: /^SELECT .* FROM oauth_clients \w+ WHERE \(\(\w+\.client_id = \?\)/, reason: WHO_IS_IT },
  {
    sql: /^UPDATE api_keys SET last_used_at = \? WHERE key_id = \?$/,
    reason: 'stamps the key that was just looked up',
  },
  { sql: /^UPDATE (api_keys|oauth_clients) SET revoked_at/, reason: OF_THE_OPERATOR },
  {
    sql: /^SELECT .* FROM bulk_jobs \w+ WHERE \(\(\w+\.job_id = \?\)\)/,
    reason: 'by 134 random bits; CompanyAccess.reaches then asks whose it is',
  },
  {
    sql: /^SELECT .* FROM bulk_outcomes \w+ WHERE \(\(\w+\.job_ref = \?\)/,
    reason: 'of a job that was found for its caller',
  },
  {
    sql: /^(INSERT INTO bulk_outcomes \(|DELETE FROM bulk_outcomes WHERE \()job_ref/,
    reason: 'of a job whose row was moved or locked, by company, in the same transaction',
  },
  { sql: /^SELECT .* FROM bulk_jobs \w+ WHERE \(\(\w+\.state IN .*lease_until/, reason: OF_THE_OPERATOR },
  { sql: /^SELECT .* FROM bulk_jobs \w+ WHERE \(\(\w+\.job_id IN .*finished_at/, reason: OF_THE_OPERATOR },
  { sql: /^SELECT .* FROM idempotency_keys \w+ WHERE \(\(\w+\.created_at </, reason: OF_THE_OPERATOR },
  { sql: /^DELETE FROM idempotency_keys WHERE id IN/, reason: OF_THE_OPERATOR },
  { sql: /^SELECT .* FROM (customers|idempotency_keys) \w+ WHERE \(\(\w+\.id > \?\)/, reason: OF_THE_OPERATOR },
  {
    sql: /^SELECT .* FROM customer_history(_pages)? (entry|page) WHERE \2\.id > \? AND \2\.changes LIKE/,
    reason: OF_THE_OPERATOR,
  },
  {
    sql: /^SELECT .* (customers|customer_history(_pages)?|idempotency_keys) (WHERE id = \?$|AS stored( FORCE INDEX \(PRIMARY\))? (WHERE stored\.id = \?|ON stored\.id = wanted\.value WHERE 1 = 1))/,
    reason: OF_THE_OPERATOR,
  },
  { sql: /^UPDATE idempotency_keys SET fingerprint/, reason: OF_THE_OPERATOR },
  { sql: /^SELECT MAX\(id\) AS id FROM \w+_history(_pages)?$/, reason: ONE_CHAIN },
  { sql: /^SELECT .* FROM audit_entries \w+ WHERE \(\(\w+\.sequence_no IS NULL\)\)/, reason: ONE_CHAIN },
  { sql: /^SELECT .* FROM customer_history(_pages)? WHERE id BETWEEN \? AND \?/, reason: ONE_CHAIN },
];

/** A condition on the company, not merely its column in a list. */
const COMPANY = /\b(\w+\.)?company_ref = (\?|\d+)/;
const DATA = /^(SELECT|INSERT|REPLACE|UPDATE|DELETE|WITH|LOAD)\b/i;

/** The statements on tables of companies, without quotes around their names. */
export function tenantStatements(source: DataSource, statements: Iterable<string>): string[] {
  const names = tenantTables(source).map(({ table }) => table);
  const onThem = new RegExp(`(?:\\b|_)(FROM|JOIN|INTO|UPDATE|,) (\\w+\\.)?(${names.join('|')})\\b`, 'i');
  return [...statements]
    .map((sql) => sql.replaceAll(/["\x60]/g, ''))
    .filter((sql) => DATA.test(sql) && onThem.test(sql));
}

/** Whether a statement names the company whose rows it is about. */
export function namesCompany(sql: string): boolean {
  if (/^INSERT/i.test(sql)) return /^INSERT INTO \w+ ?\([^)]*\bcompany_ref\b/i.test(sql);
  const conditions = sql.split(/\bWHERE\b/).slice(1);
  // A statement with a query inside must say it in each.
  return conditions.length > 0 && conditions.every((condition) => COMPANY.test(condition));
}
