import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import type { RunningService } from './service';

/** Every cell of every table, and on disk the bytes of every file, by where it stands. */
export async function everythingStored({ app, database }: RunningService): Promise<Map<string, string>> {
  const { engine, dataDir } = database;
  const query = (sql: string): Promise<any[]> => app.get(DataSource).query(sql);
  const list =
    engine === 'sqlite'
      ? "SELECT name FROM sqlite_master WHERE type = 'table'"
      : "SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'";
  const stored = new Map<string, string>();
  for (const row of await query(list)) {
    const table = String(Object.values(row)[0]);
    const cells = (await query(`SELECT * FROM ${table}`)).flatMap((found) => Object.values(found as object));
    stored.set(table, cells.map((cell) => (Buffer.isBuffer(cell) ? cell.toString('latin1') : String(cell))).join('\n'));
  }
  const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const { parentPath, name } of files) {
    stored.set(join(parentPath, name).replace(dataDir, ''), readFileSync(join(parentPath, name), 'latin1'));
  }
  return stored;
}

/** Which of the texts stand where, as `[place, text]`. */
export function foundIn(places: ReadonlyMap<string, string>, texts: readonly string[]): string[][] {
  return [...places].flatMap(([place, all]) => texts.filter((text) => all.includes(text)).map((text) => [place, text]));
}
