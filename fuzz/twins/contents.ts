import type { DatabaseProbe } from '../../chaos/database-probe';

/** Columns in which both databases must agree once the same was asked of both. */
const TABLES: Readonly<Record<string, string>> = {
  customers:
    'status, legal_name, unique_ref_no, pan_or_gstin, contact_number, address, state, pin_code, account_number, ifsc, assigned_agent, credit_limit, payment_terms_days, source, source_id, language, first_name, last_name, version',
  customer_contacts: 'name, legal_name, mobile, email',
  customer_addresses: 'type, code, street, country, city',
  campaigns: 'name, campaign_type',
  campaign_records: 'record_id, version, data',
};

type Rows = readonly string[];

/** The rows of the tables of both databases as texts, sorted, by table. */
export async function contentsOf(
  one: DatabaseProbe,
  other: DatabaseProbe,
): Promise<Map<string, readonly [Rows, Rows]>> {
  const read = async (probe: DatabaseProbe, table: string, columns: string): Promise<Rows> => {
    const rows = await probe.rows(`SELECT ${columns} FROM ${table}`);
    return rows.map((row) => JSON.stringify(row.map((cell) => (cell === null ? null : String(cell))))).sort();
  };
  const contents = new Map<string, readonly [Rows, Rows]>();
  for (const [table, columns] of Object.entries(TABLES)) {
    contents.set(table, [await read(one, table, columns), await read(other, table, columns)]);
  }
  return contents;
}
