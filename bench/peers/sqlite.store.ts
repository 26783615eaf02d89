import type { FloorStore } from './floor.store';
import { newCustomerId } from './new-customer-id';
import { databaseTime, openSqlite, PeerSettings } from './peer.settings';

/** On better-sqlite3: one prepared statement for each row, all in one transaction. */
export function sqliteStore(settings: PeerSettings): FloorStore {
  const { companyRef, campaignRef } = settings;
  const database = openSqlite(settings);
  const inTransaction = (work: () => void): Promise<void> => {
    database.transaction(work).immediate();
    return Promise.resolve();
  };
  const merge = database.prepare(
    `UPDATE campaign_records SET data = json_patch(data, ?), version = version + 1, updated_at = ?
     WHERE campaign_ref = ? AND record_id = ? AND deletion_key = 0`,
  );
  const upsert = database
    .prepare(
      `INSERT INTO customers (company_ref, customer_id, status, legal_name, version, deletion_key, created_at, updated_at,
         source, source_id, language, first_name, last_name, email) VALUES (?, ?, 'ACTIVE', ?, 1, 0, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (company_ref, source_id, source, language, deletion_key) DO UPDATE SET legal_name = excluded.legal_name,
         first_name = excluded.first_name, last_name = excluded.last_name, email = excluded.email,
         version = version + 1, updated_at = excluded.updated_at RETURNING id`,
    )
    .pluck();
  const upsertAddress = database.prepare(
    `INSERT INTO customer_addresses (company_ref, customer_ref, code, type, street, country, is_default)
     VALUES (?, ?, ?, ?, ?, ?, 'N') ON CONFLICT (customer_ref, code) DO UPDATE SET
       type = excluded.type, street = excluded.street, country = excluded.country`,
  );
  const update = database.prepare(
    `UPDATE customers SET address = ?, pin_code = ?, assigned_agent = ?, credit_limit = ?, payment_terms_days = ?,
     version = version + 1, updated_at = ? WHERE company_ref = ? AND unique_ref_no = ? AND deletion_key = 0`,
  );
  const insert = database.prepare(
    `INSERT INTO customers (company_ref, customer_id, status, legal_name, unique_ref_no, address, pin_code, assigned_agent,
       credit_limit, payment_terms_days, version, deletion_key, created_at, updated_at)
     VALUES (?, ?, 'ACTIVE', ?, ?, ?, ?, ?, ?, ?, 1, 0, ?, ?)`,
  );
  return {
    mergeRecords: (records) =>
      inTransaction(() => {
        const now = databaseTime();
        for (const { id, data } of records) merge.run(JSON.stringify(data), now, campaignRef, id);
      }),
    upsertCustomers: (items) =>
      inTransaction(() => {
        const now = databaseTime();
        for (const { source, sourceId, language, firstName, lastName, email, addresses } of items) {
          const names = [firstName, lastName];
          const identity = [source, sourceId, language];
          const id = upsert.get(companyRef, newCustomerId(), names.join(' '), now, now, ...identity, ...names, email);
          const [{ code, type, street, country }] = addresses;
          upsertAddress.run(companyRef, id, code, type, street, country);
        }
      }),
    updateCustomers: (rows) =>
      inTransaction(() => {
        const now = databaseTime();
        for (const { address, pinCode, assignedAgent, creditLimit, paymentTermsDays, uniqueRefNo } of rows) {
          const values = [address, pinCode, assignedAgent, creditLimit, Number(paymentTermsDays)];
          update.run(...values, now, companyRef, uniqueRefNo);
        }
      }),
    insertCustomers: (rows) =>
      inTransaction(() => {
        const now = databaseTime();
        for (const { legalName, uniqueRefNo, address, pinCode, assignedAgent, creditLimit, ...row } of rows) {
          const values = [address, pinCode, assignedAgent, creditLimit, Number(row['paymentTermsDays'])];
          insert.run(companyRef, newCustomerId(), legalName, uniqueRefNo, ...values, now, now);
        }
      }),
  };
}
