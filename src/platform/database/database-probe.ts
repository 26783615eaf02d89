import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { databaseTraits } from './database.traits';
import { connectInTime } from './server-connection';

/** Connections of the pool, and those who wait for one. */
export interface PoolUse {
  readonly busy: number;
  readonly idle: number;
  readonly waiting: number;
}

/** What mysql2 keeps of a pool; it has no other way to ask. */
interface MysqlPool {
  readonly _allConnections: { readonly length: number };
  readonly _freeConnections: { readonly length: number };
  readonly _connectionQueue: { readonly length: number };
}

/** Asks the database for a sign of life, past the line that work on SQLite waits in. */
@Injectable()
export class DatabaseProbe {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws the driver's error when the database does not answer in time. */
  async ask(patienceMs: number): Promise<void> {
    const runner = this.dataSource.createQueryRunner();
    const isServer = !databaseTraits(this.dataSource).singleConnection;
    const done = isServer ? await connectInTime(runner, patienceMs, null) : () => undefined;
    try {
      await runner.query('SELECT 1');
    } finally {
      done();
      await runner.release();
    }
  }

  /** How busy the connections are; null for an embedded database. */
  poolUse(): PoolUse | null {
    const { pool } = this.dataSource.driver as { pool?: MysqlPool };
    if (pool === undefined) return null;
    const [all, idle] = [pool._allConnections.length, pool._freeConnections.length];
    return { busy: all - idle, idle, waiting: pool._connectionQueue.length };
  }
}
