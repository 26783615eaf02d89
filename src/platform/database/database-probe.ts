import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Asks the database for a sign of life, past the line that work on SQLite waits in. */
@Injectable()
export class DatabaseProbe {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws the driver's error when the database does not answer. */
  async ask(): Promise<void> {
    await this.dataSource.query('SELECT 1');
  }
}
