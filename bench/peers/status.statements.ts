/** What the service sends to set a status, but for locks and the begin of the transaction. */
export const READ_CUSTOMER = 'SELECT * FROM customers WHERE company_ref = ? AND customer_id IN (?)';

export const SET_STATUS = `UPDATE customers SET status = ?, updated_at = ?, version = version + 1
  WHERE company_ref = ? AND id = ? AND status = ? AND deletion_key = 0`;

export const ADD_HISTORY = `INSERT INTO customer_history (company_ref, customer_ref, version, changed_at, changed_by,
  job_id, row_no, changes) VALUES (?, ?, ?, ?, 'bare', NULL, NULL, ?)`;

export interface StoredCustomer {
  readonly id: number;
  readonly status: string;
  readonly version: number;
}

export function changesOf(from: string, to: string): string {
  return JSON.stringify([{ field: 'status', from, to }]);
}
