import type { DataSource } from 'typeorm';
import { databaseTraits } from './database.traits';
import {
  CLUSTER_SETTING,
  DatabaseFindings,
  findingsOfServer,
  findingsOfSqlite,
  SERVER_SETTINGS,
  ServerSettings,
} from './server-settings';

/** Refuses a database whose settings would let it lose or alter data silently. */
export class DatabaseCheck {
  constructor(private readonly dataSource: DataSource) {}

  /** Gives what the operator should know of. @throws Error naming each wrong setting and its remedy. */
  async run(): Promise<readonly string[]> {
    const { faults, warnings } = await this.look();
    if (faults.length > 0) throw new Error(`The database cannot be used: ${faults.join('; ')}.`);
    return warnings;
  }

  private async look(): Promise<DatabaseFindings> {
    if (databaseTraits(this.dataSource).singleConnection) {
      const [[journal], [sync]] = [
        await this.dataSource.query<{ journal_mode: unknown }[]>('PRAGMA journal_mode'),
        await this.dataSource.query<{ synchronous: unknown }[]>('PRAGMA synchronous'),
      ];
      return findingsOfSqlite(journal?.journal_mode, sync?.synchronous);
    }
    const [settings] = await this.dataSource.query<Omit<ServerSettings, 'wsrep'>[]>(SERVER_SETTINGS);
    if (settings === undefined) throw new Error('The database server does not tell its settings');
    const [cluster] = await this.dataSource.query<{ Value: string }[]>(CLUSTER_SETTING);
    return findingsOfServer({ ...settings, wsrep: cluster?.Value ?? null });
  }
}
