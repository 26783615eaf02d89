import { randomInt } from 'node:crypto';
import Database from 'better-sqlite3';
import { generalize } from '../../src/platform/database/sqlite-literals';
import { prepareSqlite } from '../../src/platform/database/sqlite-statements';
import { createCustomer } from '../support/customers';
import { bulk, UPDATE } from '../support/bulk';
import { startService } from '../support/service';
import { recordSql } from '../support/sql-recorder';

describe('numbers in statements for SQLite', () => {
  it.each([
    [
      'SELECT a FROM t WHERE id = 12 AND b = ? LIMIT 3 OFFSET 40',
      'SELECT a FROM t WHERE id = ? AND b = ? LIMIT ? OFFSET ?',
      [12, null, 3, 40],
    ],
    ['INSERT INTO "t2"("a") VALUES (NULL, 5, ?, 0)', 'INSERT INTO "t2"("a") VALUES (NULL, ?, ?, ?)', [5, null, 0]],
    [
      `UPDATE "t" SET "n" = 7, "v" = "v" + 1 WHERE ("id" = 8)`,
      `UPDATE "t" SET "n" = ?, "v" = "v" + 1 WHERE ("id" = ?)`,
      [7, 8],
    ],
    [
      `SELECT c0, d1.e2 FROM t3 WHERE x IN (1,2) AND y LIKE ? ESCAPE '= 1'`,
      `SELECT c0, d1.e2 FROM t3 WHERE x IN (?,?) AND y LIKE ? ESCAPE '= 1'`,
      [1, 2, null],
    ],
  ])('become parameters: %s', (sql, text, values) => {
    expect(generalize(sql)).toEqual({ sql: text, values });
  });

  it.each([
    'SELECT a FROM t2 WHERE b = ?',
    'CREATE TABLE t (a VARCHAR(5))',
    'PRAGMA cache_size = -32',
    'SAVEPOINT rows_0',
  ])('leave alone what has none, or is about no data: %s', (sql) => expect(generalize(sql)).toBeNull());

  it('give the rows they gave before', () => {
    const database = new Database(':memory:');
    database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, n INTEGER)');
    const plain = (sql: string, ...parameters: unknown[]) =>
      new Database(database.serialize()).prepare(sql).all(...parameters);
    prepareSqlite(database);
    for (let id = 1; id <= 50; id++) database.prepare(`INSERT INTO t VALUES (${id}, ?, ${id % 7})`).run(`name ${id}`);
    for (let i = 0; i < 50; i++) {
      const [n, limit, offset] = [randomInt(8), randomInt(1, 9), randomInt(9)];
      const sql = `SELECT id, name, n, typeof(n) AS kind FROM t WHERE n >= ? AND n <= 5 AND id > ${n} ORDER BY id LIMIT ${limit} OFFSET ${offset}`;
      expect(database.prepare(sql).all(n)).toEqual(plain(sql, n));
    }
  });

  it('make no statement of their own: thirty more jobs and customers need none', async () => {
    const recorder = recordSql();
    const service = await startService('sqlite');
    const { api } = await service.createTenant();
    const work = async (): Promise<number> => {
      const { customerId } = await createCustomer(api, { uniqueRefNo: null });
      await bulk(api, UPDATE, [
        ['customerId', 'state', 'address'],
        [customerId, '', String(randomInt(1e9))],
      ]);
      await api.get(`/api/v0/customer/${customerId}/history`).expect(200);
      await api.put(`/api/v0/customer/deactivate/${customerId}`).expect(200);
      await api
        .post('/customers/search')
        .send({ page: randomInt(1, 1_000), offset: 50 })
        .expect(200);
      await api.delete(`/api/v0/customer/${customerId}`).expect(200);
      return recorder.statements.size;
    };
    await work();
    await work();
    const known = await work();
    let last = known;
    for (let i = 0; i < 30; i++) last = await work();
    // What runs in the background may prepare its few in between; a text for each id would make thirty and more.
    expect(last - known).toBeLessThan(15);
    await service.stop();
    recorder.stop();
  });
});
