import { type Cell, type DatabaseProbe, numberOf } from '../database-probe';
import type { Findings } from '../findings';
import type { BookModel } from './book.model';
import { canonical } from './json-values';
import type { KnownIds } from './known-ids';
import type { ModelEntry } from './model-table';
import type { OracleWorld } from './oracle.call';

/** Tables that calls write to, each with an id of its own. */
const TABLES = [
  'customers',
  'customer_history',
  'customer_history_pages',
  'campaign_records',
  'campaign_record_history',
  'campaign_record_history_pages',
  'bulk_jobs',
] as const;

/** Highest id of each table before a seed: all that is behind it is the seed's. */
export type TableEnds = Readonly<Record<(typeof TABLES)[number], number>>;

/** How far the tables are filled now. */
export async function tableEnds(probe: DatabaseProbe): Promise<TableEnds> {
  const ends: [string, number][] = [];
  for (const table of TABLES) ends.push([table, await numberOf(probe, `SELECT MAX(id) FROM ${table}`)]);
  return Object.fromEntries(ends) as TableEnds;
}

/** All rows that were written since, each as one text, are those of the model: none is missing, other or too many. */
function compare(what: string, expected: readonly unknown[], found: readonly unknown[], findings: Findings): void {
  const left = new Map<string, number>();
  for (const text of found.map(canonical)) left.set(text, (left.get(text) ?? 0) + 1);
  const missing = expected.map(canonical).filter((text) => {
    const count = left.get(text) ?? 0;
    left.set(text, count - 1);
    return count < 1;
  });
  const foreign = [...left].filter(([, count]) => count > 0).map(([text]) => text);
  findings.countRows('lost', missing, `${what} of the model are not stored`);
  findings.countRows('wrong', foreign, `${what} are stored that are not in the model`);
}

/** Columns of customers the calls never name: nothing may get into them. */
const OTHER_COLUMNS = `middle_name abbreviation title date_of_birth email phone mobile
  primary_language address state contact_number pan_or_gstin branch_codes payment_terms_days`.split(/\s+/);

/** Of a customer that is gone nobody sees more than that; what it holds shows once it comes back. */
async function storedCustomers(probe: DatabaseProbe, end: number): Promise<unknown[]> {
  const addresses = await probe.rows(
    'SELECT customer_ref, code, type, street, city, is_default FROM customer_addresses WHERE customer_ref > ?',
    end,
  );
  const addressesOf = new Map<unknown, string[]>();
  for (const [ref, code, type, street, city, isDefault] of addresses) {
    const others = addressesOf.get(String(ref)) ?? [];
    addressesOf.set(String(ref), [...others, canonical({ code, type, street, city, isDefault })].sort());
  }
  const contacts = await probe.rows(
    `SELECT customer_ref, key_contact_person_id, mobile, name, legal_name, email, whatsapp_enabled
     FROM customer_contacts WHERE customer_ref > ? AND deleted = 0 AND mail_enabled = 1 AND sms_enabled = 1 AND via IS NULL`,
    end,
  );
  const contactsOf = new Map<unknown, string[]>();
  for (const [ref, ...cells] of contacts) {
    const others = contactsOf.get(String(ref)) ?? [];
    contactsOf.set(String(ref), [...others, canonical([...cells.slice(0, -1), Number(cells.at(-1))])].sort());
  }
  const rows = await probe.rows(
    `SELECT id, version, deletion_key, parent_ref, source, source_id, language, unique_ref_no, legal_name, first_name, last_name,
       gender, debtor_id, assigned_agent, pin_code, credit_limit, account_number, ifsc, status,
       ${OTHER_COLUMNS.map((column) => `(${column} IS NOT NULL)`).join(' + ')}
     FROM customers WHERE id > ?`,
    end,
  );
  return rows.map(([id, version, deletionKey, parentRef, ...cells]) => {
    const isGone = Number(deletionKey) !== 0;
    const whole = { id: Number(id), version: Number(version), isGone };
    return isGone
      ? whole
      : {
          ...whole,
          parent: parentRef === null ? null : Number(parentRef),
          cells,
          addresses: addressesOf.get(String(id)) ?? [],
          contacts: contactsOf.get(String(id)) ?? [],
        };
  });
}

function expectedCustomers({ table }: BookModel, ids: KnownIds): unknown[] {
  const idOf = (customer: string) => ids.idOf(customer);
  return [...table.all].map(([customer, { state, version, isGone }]) => {
    const { source, sourceId, language, uniqueRefNo, legalName, firstName, lastName, gender, debtorId } = state;
    const { assignedAgent, pinCode, creditLimit, accountNumber, ifsc } = state;
    const cells: Cell[] = [source, sourceId, language, uniqueRefNo, legalName, firstName, lastName, gender, debtorId];
    cells.push(assignedAgent, pinCode, creditLimit, accountNumber, ifsc, 'ACTIVE', 0);
    const addresses = state.addresses.map((address) => canonical(address)).sort();
    const contacts = state.contacts
      .map((one) => [ids.personIdOf(one.person), one.mobile, one.name, one.legalName, one.email, Number(one.whatsapp)])
      .map(canonical)
      .sort();
    const whole = { id: idOf(customer), version, isGone };
    return isGone
      ? whole
      : { ...whole, parent: state.parent === null ? null : idOf(state.parent), cells, addresses, contacts };
  });
}

/** Every table the calls write to holds what the model holds, and nothing else. */
export async function checkTables(
  probe: DatabaseProbe,
  ends: TableEnds,
  { records, book, ids, jobs, refused }: OracleWorld,
  findings: Findings,
): Promise<void> {
  compare('customers', expectedCustomers(book, ids), await storedCustomers(probe, ends.customers), findings);
  const stored = await probe.rows(
    'SELECT record_id, version, deletion_key, data FROM campaign_records WHERE id > ?',
    ends.campaign_records,
  );
  compare(
    'records',
    [...records.table.all].map(([id, { version, isGone, state }]) => ({ id, version, isGone, data: state })),
    stored.map(([id, version, deletionKey, data]) => {
      return {
        id,
        version: Number(version),
        isGone: Number(deletionKey) !== 0,
        data: JSON.parse(String(data)) as unknown,
      };
    }),
    findings,
  );
  const entriesOf = (entries: readonly ModelEntry[], name: (key: string) => unknown): unknown[] =>
    entries.map(({ call, row, key, version }) => [jobs.get(call), row, name(key), version]);
  const customers = await probe.rows(
    'SELECT job_id, row_no, customer_ref, version FROM customer_changes WHERE entry_id > ? OR page_id > ?',
    ends.customer_history,
    ends.customer_history_pages,
  );
  compare(
    'history entries of customers',
    entriesOf(book.table.history, (key) => ids.idOf(key)),
    customers.map(([job, ...numbers]) => [job, ...numbers.map(Number)]),
    findings,
  );
  const ofRecords = await probe.rows(
    `SELECT h.job_id, h.row_no, r.record_id, h.version FROM campaign_record_changes h
     JOIN campaign_records r ON r.id = h.record_ref WHERE h.entry_id > ? OR h.page_id > ?`,
    ends.campaign_record_history,
    ends.campaign_record_history_pages,
  );
  compare(
    'history entries of records',
    entriesOf(records.table.history, (key) => key),
    ofRecords.map(([job, row, id, version]) => [job, Number(row), id, Number(version)]),
    findings,
  );
  const states = await probe.rows('SELECT job_id, state FROM bulk_jobs WHERE id > ?', ends.bulk_jobs);
  compare(
    'jobs',
    [...jobs].map(([call, job]) => [job, refused.has(call) ? 'failed' : 'completed']),
    states,
    findings,
  );
}
