import { createPool } from 'mysql2/promise';
import type { SetStatus } from './bare.server';
import { databaseTime, PeerSettings } from './peer.settings';
import {
  ADD_AUDIT,
  ADD_HISTORY,
  auditOf,
  changesOf,
  READ_CUSTOMER,
  SET_STATUS,
  StoredCustomer,
} from './status.statements';

export function mariadbStatus({ companyRef }: PeerSettings, uri: string): SetStatus {
  const pool = createPool({ uri, timezone: 'Z', connectionLimit: 10 });
  pool.on(
    'connection',
    (connection) => void connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED'),
  );
  return async (customerId, to) => {
    const connection = await pool.getConnection();
    try {
      await connection.query('START TRANSACTION');
      const [rows] = await connection.execute(`${READ_CUSTOMER} FOR UPDATE`, [companyRef, customerId]);
      const [found] = rows as StoredCustomer[];
      if (found !== undefined && found.status !== to) {
        const { id, status, version } = found;
        const now = databaseTime();
        await connection.execute(SET_STATUS, [to, now, version + 1, id, version]);
        const history = [companyRef, id, version + 1, now, changesOf(status, to)];
        const [added] = await connection.execute(`${ADD_HISTORY} RETURNING id`, history);
        const [entry] = added as { id: number }[];
        await connection.execute(ADD_AUDIT, auditOf(companyRef, id, entry?.id ?? 0, now));
      }
      await connection.query('COMMIT');
      return found !== undefined;
    } finally {
      connection.release();
    }
  };
}
