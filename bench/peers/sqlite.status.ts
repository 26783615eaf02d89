import type { SetStatus } from './bare.server';
import { databaseTime, openSqlite, PeerSettings } from './peer.settings';
import {
  ADD_AUDIT,
  ADD_HISTORY,
  auditOf,
  changesOf,
  READ_CUSTOMER,
  SET_STATUS,
  StoredCustomer,
} from './status.statements';

export function sqliteStatus(settings: PeerSettings): SetStatus {
  const { companyRef } = settings;
  const database = openSqlite(settings);
  const read = database.prepare(READ_CUSTOMER);
  const write = database.prepare(SET_STATUS);
  const addHistory = database.prepare(ADD_HISTORY);
  const addAudit = database.prepare(ADD_AUDIT);
  const transaction = database.transaction((customerId: string, to: string): boolean => {
    const found = read.get(companyRef, customerId) as StoredCustomer | undefined;
    if (found === undefined) return false;
    const { id, status, version } = found;
    if (status === to) return true;
    const now = databaseTime();
    write.run(to, now, version + 1, id, version);
    const { lastInsertRowid } = addHistory.run(companyRef, id, version + 1, now, changesOf(status, to));
    addAudit.run(auditOf(companyRef, id, Number(lastInsertRowid), now));
    return true;
  });
  return (customerId, to) => Promise.resolve(transaction.immediate(customerId, to));
}
