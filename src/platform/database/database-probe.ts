import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { databaseTraits } from './database.traits';
import { connectInTime } from './server-connection';

const LOCK_WAIT_SECONDS = 1;

/** Asks the database for a sign of life, past the line that work on SQLite waits in. */
@Injectable()
export class DatabaseProbe {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws the driver's error when the database does not answer in time. */
  async ask(patienceMs: number): Promise<void> {
    const runner = this.dataSource.createQueryRunner();
    const isServer = !databaseTraits(this.dataSource).singleConnection;
    const done = isServer ? await connectInTime(runner, patienceMs, LOCK_WAIT_SECONDS) : () => undefined;
    try {
      await runner.query('SELECT 1');
    } finally {
      done();
      await runner.release();
    }
  }
}
