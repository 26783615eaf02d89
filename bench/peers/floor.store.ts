import type { CommerceItem, CustomerRow, RecordChange } from './floor.input';

/** The best raw statements for each work on one driver; each call is one transaction, and keeps no history. */
export interface FloorStore {
  mergeRecords(records: readonly RecordChange[]): Promise<void>;
  upsertCustomers(items: readonly CommerceItem[]): Promise<void>;
  updateCustomers(rows: readonly CustomerRow[]): Promise<void>;
  insertCustomers(rows: readonly CustomerRow[]): Promise<void>;
}
