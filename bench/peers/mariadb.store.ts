import { createPool, PoolConnection } from 'mysql2/promise';
import { slices } from './csv.rows';
import type { CommerceItem, CustomerRow } from './floor.input';
import type { FloorStore } from './floor.store';
import { newCustomerId } from './new-customer-id';
import { databaseTime, PeerSettings } from './peer.settings';

/** Larger statements cost more for each row. */
const STATEMENT_ROWS = 1_000;

const MERGE = `UPDATE JSON_TABLE(?, '$[*]' COLUMNS (id VARCHAR(128) CHARACTER SET utf8mb4 PATH '$[0]',
    patch LONGTEXT CHARACTER SET utf8mb4 PATH '$[1]')) AS changed
  STRAIGHT_JOIN campaign_records AS record ON record.campaign_ref = ?
    AND record.record_id = changed.id COLLATE utf8mb4_nopad_bin AND record.deletion_key = 0
  SET record.data = JSON_MERGE_PATCH(record.data, changed.patch), record.version = record.version + 1,
    record.updated_at = ?`;

const UPDATE = `UPDATE JSON_TABLE(?, '$[*]' COLUMNS (ref VARCHAR(50) CHARACTER SET utf8mb4 PATH '$[0]',
    address VARCHAR(500) CHARACTER SET utf8mb4 PATH '$[1]', pin VARCHAR(6) PATH '$[2]',
    agent VARCHAR(100) CHARACTER SET utf8mb4 PATH '$[3]', credit DECIMAL(15,2) PATH '$[4]', days INT PATH '$[5]'
  )) AS changed
  STRAIGHT_JOIN customers AS customer ON customer.company_ref = ?
    AND customer.unique_ref_no = changed.ref COLLATE utf8mb4_nopad_bin AND customer.deletion_key = 0
  SET customer.address = changed.address, customer.pin_code = changed.pin, customer.assigned_agent = changed.agent,
    customer.credit_limit = changed.credit, customer.payment_terms_days = changed.days,
    customer.version = customer.version + 1, customer.updated_at = ?`;

const INSERT = `INSERT INTO customers (company_ref, customer_id, status, legal_name, unique_ref_no, address, pin_code,
  assigned_agent, credit_limit, payment_terms_days, version, deletion_key, created_at, updated_at) VALUES ?`;

const UPSERT = `INSERT INTO customers (company_ref, customer_id, status, legal_name, version, deletion_key, created_at,
    updated_at, source, source_id, language, first_name, last_name, email) VALUES ?
  ON DUPLICATE KEY UPDATE legal_name = VALUES(legal_name), first_name = VALUES(first_name),
    last_name = VALUES(last_name), email = VALUES(email), version = version + 1, updated_at = VALUES(updated_at)
  RETURNING id`;

const UPSERT_ADDRESS = `INSERT INTO customer_addresses (company_ref, customer_ref, code, type, street, country,
    is_default) VALUES ?
  ON DUPLICATE KEY UPDATE type = VALUES(type), street = VALUES(street), country = VALUES(country)`;

/** On mysql2: set-based statements of a thousand rows, all in one transaction. */
export function mariadbStore({ companyRef, campaignRef }: PeerSettings, uri: string): FloorStore {
  const pool = createPool({ uri, timezone: 'Z' });
  const inTransaction = async (work: (connection: PoolConnection) => Promise<void>) => {
    const connection = await pool.getConnection();
    try {
      await connection.beginTransaction();
      await work(connection);
      await connection.commit();
    } finally {
      connection.release();
    }
  };
  const upsertSome = async (connection: PoolConnection, items: readonly CommerceItem[]) => {
    const now = databaseTime();
    const customers = items.map(({ source, sourceId, language, firstName, lastName, email }) => {
      const identity = [source, sourceId, language];
      const name = `${firstName} ${lastName}`;
      return [companyRef, newCustomerId(), 'ACTIVE', name, 1, 0, now, now, ...identity, firstName, lastName, email];
    });
    const [ids] = await connection.query(UPSERT, [customers]);
    const addresses = items.map(({ addresses: [{ code, type, street, country }] }, at) => {
      return [companyRef, (ids as { id: number }[])[at]?.id, code, type, street, country, 'N'];
    });
    await connection.query(UPSERT_ADDRESS, [addresses]);
  };
  const insertedValues = (row: CustomerRow, now: string) => {
    const { legalName, uniqueRefNo, address, pinCode, assignedAgent, creditLimit, paymentTermsDays } = row;
    const names = [companyRef, newCustomerId(), 'ACTIVE', legalName, uniqueRefNo];
    return [...names, address, pinCode, assignedAgent, creditLimit, paymentTermsDays, 1, 0, now, now];
  };
  return {
    mergeRecords: (records) =>
      inTransaction(async (connection) => {
        for (const some of slices(records, STATEMENT_ROWS)) {
          const changes = JSON.stringify(some.map(({ id, data }) => [id, JSON.stringify(data)]));
          await connection.query(MERGE, [changes, campaignRef, databaseTime()]);
        }
      }),
    upsertCustomers: (items) =>
      inTransaction(async (connection) => {
        for (const some of slices(items, STATEMENT_ROWS)) await upsertSome(connection, some);
      }),
    updateCustomers: (rows) =>
      inTransaction(async (connection) => {
        for (const some of slices(rows, STATEMENT_ROWS)) {
          const changes = some.map(
            ({ uniqueRefNo, address, pinCode, assignedAgent, creditLimit, paymentTermsDays }) => [
              ...[uniqueRefNo, address, pinCode, assignedAgent, creditLimit, paymentTermsDays],
            ],
          );
          await connection.query(UPDATE, [JSON.stringify(changes), companyRef, databaseTime()]);
        }
      }),
    insertCustomers: (rows) =>
      inTransaction(async (connection) => {
        const now = databaseTime();
        for (const some of slices(rows, STATEMENT_ROWS)) {
          await connection.query(INSERT, [some.map((row) => insertedValues(row, now))]);
        }
      }),
  };
}
