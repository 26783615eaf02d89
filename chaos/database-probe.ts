import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createConnection } from 'mysql2/promise';
import type { TestDatabase } from '../test/support/engines';

/** A value as a driver gives it. */
export type Cell = string | number | null;

/** Looks into the database past the service; each look has a connection of its own that is gone afterwards. */
export interface DatabaseProbe {
  /** Rows as lists of cells; `?` stands for a parameter. */
  rows(sql: string, ...parameters: readonly Cell[]): Promise<readonly (readonly Cell[])[]>;
}

/** The probe for a database; one that reads only, so that the recovery of a crashed SQLite is left to the service. */
export function probeOf({ dataDir, environment }: TestDatabase): DatabaseProbe {
  const url = environment['DATABASE_URL'];
  return url === undefined ? sqliteProbe(join(dataDir, 'rollbook.sqlite')) : serverProbe(url);
}

function sqliteProbe(path: string): DatabaseProbe {
  return {
    rows: (sql, ...parameters) => {
      const database = new Database(path, { readonly: true });
      try {
        const rows = database
          .prepare(sql)
          .raw()
          .all(...parameters) as Cell[][];
        return Promise.resolve(rows);
      } finally {
        database.close();
      }
    },
  };
}

function serverProbe(url: string): DatabaseProbe {
  return {
    rows: async (sql, ...parameters) => {
      const connection = await createConnection({ uri: url, rowsAsArray: true, decimalNumbers: false, timezone: 'Z' });
      try {
        const [rows] = await connection.query(sql, [...parameters]);
        return rows as unknown as Cell[][];
      } finally {
        await connection.end();
      }
    },
  };
}

/** A count or an id in the first cell of the first row; 0 when there is none. */
export async function numberOf(probe: DatabaseProbe, sql: string, ...parameters: readonly Cell[]): Promise<number> {
  const [row] = await probe.rows(sql, ...parameters);
  return Number(row?.[0] ?? 0);
}
