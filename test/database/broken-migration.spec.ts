import type { DataSource, QueryRunner } from 'typeorm';
import { SchemaMigrator } from '../../src/platform/database/schema-migrator';
import { OpenDatabase, openDatabase, openDataSource } from '../support/data-source';
import { describeEachEngine } from '../support/engines';

const SCHEMA_CHANGE = /^\s*(CREATE|ALTER|DROP) /i;

/** The schema as text, to compare. */
async function schemaOf({ dataSource }: { dataSource: DataSource }): Promise<string> {
  if (dataSource.options.type === 'better-sqlite3') {
    return JSON.stringify(await dataSource.query('SELECT type, name, sql FROM sqlite_master ORDER BY type, name'));
  }
  const columns = await dataSource.query(
    `SELECT table_name, column_name, ordinal_position, column_type, is_nullable, column_default, collation_name
     FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY 1, 3`,
  );
  const indexes = await dataSource.query(
    `SELECT table_name, index_name, seq_in_index, column_name, non_unique
     FROM information_schema.statistics WHERE table_schema = DATABASE() ORDER BY 1, 2, 3`,
  );
  const references = await dataSource.query(
    `SELECT table_name, constraint_name FROM information_schema.referential_constraints
     WHERE constraint_schema = DATABASE() ORDER BY 1, 2`,
  );
  return JSON.stringify({ columns, indexes, references });
}

/** Counts the statements that change the schema, and breaks off at one of them: before it is sent, or behind it. */
function breakAt(dataSource: DataSource, statement: number, when: 'before' | 'behind'): () => number {
  let count = 0;
  const create = dataSource.createQueryRunner.bind(dataSource);
  dataSource.createQueryRunner = (...mode) => {
    const runner: QueryRunner = create(...mode);
    const query = runner.query.bind(runner) as (...call: unknown[]) => Promise<unknown>;
    runner.query = (async (...call: unknown[]) => {
      if (!SCHEMA_CHANGE.test(String(call[0]))) return query(...call);
      count++;
      if (count === statement && when === 'before') throw new Error('killed');
      // A killed process sends nothing more.
      if (count > statement) throw new Error('killed');
      const result = await query(...call);
      if (count === statement) throw new Error('killed');
      return result;
    }) as QueryRunner['query'];
    return runner;
  };
  return () => count;
}

describeEachEngine('a migration that is broken off', (engine) => {
  let whole: OpenDatabase;
  let expected: string;
  let statements: number;
  beforeAll(async () => {
    // TypeORM tells each failure on the terminal.
    jest.spyOn(console, 'log').mockImplementation();
    whole = await openDatabase(engine);
    const counted = breakAt(whole.dataSource, Number.POSITIVE_INFINITY, 'before');
    await new SchemaMigrator(whole.dataSource).run();
    expected = await schemaOf(whole);
    statements = counted();
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await whole.remove();
  });

  it('is completed by the next run, wherever it was, and the run after that does nothing', async () => {
    expect(statements).toBeGreaterThan(40);
    // A server needs most of a second for all of them; the breaks stand alternately before and behind a statement.
    const step = engine === 'sqlite' ? 2 : 7;
    let trials = 0;
    for (let at = 1; at <= statements; at += step, trials++) {
      const { database, dataSource, remove } = await openDatabase(engine);
      breakAt(dataSource, at, trials % 2 === 0 ? 'before' : 'behind');
      await expect(new SchemaMigrator(dataSource).run()).rejects.toThrow('killed');
      const second = await openDataSource(database.environment);
      await new SchemaMigrator(second).run();
      expect([at, await schemaOf({ dataSource: second })]).toEqual([at, expected]);
      expect(await new SchemaMigrator(second).run()).toEqual([]);
      await second.destroy();
      await remove();
    }
    expect(trials).toBeGreaterThanOrEqual(engine === 'sqlite' ? 20 : 6);
  }, 240_000);

  it('does not take a table of somebody else for its own', async () => {
    const { dataSource, remove } = await openDatabase(engine);
    await dataSource.query('CREATE TABLE customers (id INTEGER)');
    for (const attempt of [1, 2]) {
      const failure = await new SchemaMigrator(dataSource).run().catch((error: unknown) => error);
      expect([attempt, String(failure)]).toEqual([attempt, expect.stringMatching(/customers.*already exists/i)]);
    }
    await remove();
  });
});
