import { createPool } from 'mysql2/promise';
import type { SetStatus } from './bare.server';
import { databaseTime, PeerSettings } from './peer.settings';
import { ADD_HISTORY, changesOf, READ_CUSTOMER, SET_STATUS, StoredCustomer } from './status.statements';

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
      const [rows] = await connection.query(`${READ_CUSTOMER} FOR UPDATE`, [companyRef, customerId]);
      const [found] = rows as StoredCustomer[];
      if (found !== undefined && found.status !== to) {
        const { id, status, version } = found;
        const now = databaseTime();
        await connection.query(SET_STATUS, [to, now, companyRef, id, status]);
        await connection.query(ADD_HISTORY, [companyRef, id, version + 1, now, changesOf(status, to)]);
      }
      await connection.query('COMMIT');
      return found !== undefined;
    } finally {
      connection.release();
    }
  };
}
