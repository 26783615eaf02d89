import type { DataSource } from 'typeorm';
import { databaseTraits } from './database.traits';

interface ServerSettings {
  readonly sqlMode: string;
  readonly charset: string;
}

/** Refuses a MySQL or MariaDB server whose settings would let it alter data silently. */
export class ServerCheck {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws Error naming each wrong setting and its remedy. */
  async run(): Promise<void> {
    if (databaseTraits(this.dataSource).singleConnection) return;
    const [settings] = await this.dataSource.query<ServerSettings[]>(
      'SELECT @@SESSION.sql_mode AS sqlMode, @@character_set_connection AS charset',
    );
    const faults: string[] = [];
    if (!/STRICT_(TRANS|ALL)_TABLES/.test(settings?.sqlMode ?? '')) {
      faults.push(
        'sql_mode lacks STRICT_TRANS_TABLES, so too long texts would be cut silently; add it to the server settings',
      );
    }
    if (settings?.charset !== 'utf8mb4') {
      faults.push('the connection does not speak utf8mb4, so some characters would be lost; set the server to utf8mb4');
    }
    if (faults.length > 0) throw new Error(`The database server cannot be used: ${faults.join('; ')}.`);
  }
}
