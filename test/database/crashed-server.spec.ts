import type { DataSource } from 'typeorm';
import { Customer } from '../../src/customer/customer.entity';
import { SchemaMigrator } from '../../src/platform/database/schema-migrator';
import { insertMany, prepareVersioned, selectMany, updateMany } from '../../src/platform/database/set-based';
import { openDataSource } from '../support/data-source';
import { hasMariaDb, MariaDbServer, startMariaDb } from '../support/mariadb-server';
import { customerRow, insertCompany } from '../support/rows';

const ROWS = 600;

const describeServer = hasMariaDb() ? describe : describe.skip;

// Seen with an import: each of 500 rows was looked for in the whole table, which the next 500 were locked in already, and
// the two waited for each other until the server counted the table, if ever.
describeServer('a MariaDB that was killed before it counted the rows of a table, and takes it for empty', () => {
  let server: MariaDbServer;
  let dataSource: DataSource;
  let companyRef: number;
  let ids: number[];

  beforeAll(async () => {
    server = await startMariaDb(['--innodb-stats-auto-recalc=0']);
    const environment = { DATABASE_URL: `${server.url}crashed` };
    const bare = await openDataSource({ DATABASE_URL: `${server.url}mysql` });
    await bare.query('CREATE DATABASE crashed');
    await bare.destroy();
    const before = await openDataSource(environment);
    await new SchemaMigrator(before).run();
    companyRef = await insertCompany(before);
    const rows = Array.from({ length: ROWS }, (_, index) => customerRow(companyRef, { uniqueRefNo: `R-${index}` }));
    ids = await before.transaction((transaction) => insertMany(transaction, Customer, rows));
    await before.destroy();
    await server.kill();
    await server.restart();
    dataSource = await openDataSource(environment);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await server.stop();
  });

  const evenRows = (changes: Partial<Customer>) =>
    ids.flatMap((id, at) => (at % 2 === 0 ? { ...customerRow(companyRef), ...changes, id } : []));

  it.each([
    ['short texts', ['legalName', 'version']],
    ['long texts', ['branchCodes', 'version']],
  ] as const)('writes %s of some rows while somebody holds the others', async (_, changing) => {
    const known = await dataSource.query(
      `SELECT n_rows AS \`rows\` FROM mysql.innodb_table_stats WHERE database_name = 'crashed' AND table_name = 'customers'`,
    );
    expect(known).toEqual([{ rows: 0 }]);
    const values = ids.filter((__, at) => at % 2 === 1);
    await dataSource.transaction(async (holder) => {
      await selectMany(holder, Customer, { where: { companyRef }, property: 'id', values, lock: true });
      await dataSource.transaction(async (own) => {
        await own.query('SET SESSION innodb_lock_wait_timeout = 1');
        const numbers = Array.from({ length: ROWS / 2 }, (__, index) => `R-${index * 2}`);
        const search = { where: { companyRef }, property: 'uniqueRefNo', values: numbers, lock: true } as const;
        expect(await selectMany(own, Customer, search)).toHaveLength(ROWS / 2);
        const written = evenRows({ legalName: 'Changed', branchCodes: ['changed'], version: 2 });
        await updateMany(own, Customer, written, changing);
        const moved = evenRows({ legalName: 'Moved', branchCodes: ['moved'], version: 3 });
        const write = await prepareVersioned(
          own,
          Customer,
          moved.map((row) => ({ row, from: 2 })),
          changing,
        );
        expect(await write()).toBe(true);
      });
    });
    expect(await dataSource.manager.countBy(Customer, { companyRef, version: 3 })).toBe(ROWS / 2);
  });
});
