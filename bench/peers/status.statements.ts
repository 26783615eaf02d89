import { randomBytes, randomUUID } from 'node:crypto';
import { randomPublicId } from '../../src/platform/ids/public-id';

/** What the service sends to set one status, but for locks and the begin of the transaction. */
export const READ_CUSTOMER = `SELECT id, customer_id, status, version FROM customers
  WHERE company_ref = ? AND deletion_key = 0 AND customer_id = ?`;

export const SET_STATUS = 'UPDATE customers SET status = ?, updated_at = ?, version = ? WHERE id = ? AND version = ?';

export const ADD_HISTORY = `INSERT INTO customer_history (company_ref, customer_ref, version, changed_at, changed_by,
  job_id, row_no, changes) VALUES (?, ?, ?, ?, 'bare', NULL, NULL, ?)`;

/** The service gives entries their places once a second, many at once; here each has one from the start. */
export const ADD_AUDIT = `INSERT INTO audit_entries (entry_id, recorded_at, company_ref, actor, action, subject, job_id,
  job_rows, request_id, field_names, times, history_table, history_ids, digest, rewritten, mac, sequence_no, hash)
  VALUES (?, ?, ?, 'bare', 'customer.changed', ?, NULL, NULL, ?, '["status"]', 1, 'customer_history', ?, ?, NULL, ?, ?, ?)`;

export interface StoredCustomer {
  readonly id: number;
  readonly status: string;
  readonly version: number;
}

export function changesOf(from: string, to: string): string {
  return JSON.stringify([{ field: 'status', from, to }]);
}

let places = Date.now() * 1_000;
/** As long as a hash of the service, and as good for the database. */
const noHash = (): string => randomBytes(32).toString('base64url');

/** Parameters of `ADD_AUDIT`. */
export function auditOf(companyRef: number, customerRef: number, historyId: number, now: string): (string | number)[] {
  const facts = [randomPublicId('AUD', 26), now, companyRef, String(customerRef), randomUUID(), String(historyId)];
  return [...facts, noHash(), noHash(), places++, noHash()];
}
