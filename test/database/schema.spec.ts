import { DataSource } from 'typeorm';
import { Customer } from '../../src/customer/customer.entity';
import { Company } from '../../src/platform/companies/company.entity';
import { uniqueViolation } from '../../src/platform/database/driver-error';
import { SchemaMigrator } from '../../src/platform/database/schema-migrator';
import { insertMany, selectMany } from '../../src/platform/database/set-based';
import { customerRow, insertCompany } from '../support/rows';
import { OpenDatabase, openDatabase, openDataSource } from '../support/data-source';
import { describeEachEngine } from '../support/engines';

/** Texts a database that folds, pads or normalises would take for one another. */
const LOOKALIKES = [
  'ref',
  'REF',
  'Ref',
  'réf',
  're\u0301f',
  'ref ',
  ' ref',
  'ｒｅｆ',
  'strasse',
  'straße',
  'ı',
  'i',
  '😀',
  '😁',
];

const TABLES_OF_OTHERS = ['migrations', 'sqlite_sequence'];

async function tableNames(dataSource: DataSource): Promise<string[]> {
  const sql =
    dataSource.options.type === 'better-sqlite3'
      ? "SELECT name FROM sqlite_master WHERE type = 'table'"
      : "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'";
  const rows = await dataSource.query<{ name: string }[]>(sql);
  return rows.map(({ name }) => name).filter((name) => !TABLES_OF_OTHERS.includes(name));
}

const errorOf = (promise: Promise<unknown>) => promise.then(() => null).catch((error: unknown) => error);

describeEachEngine('the schema', (engine) => {
  let open: OpenDatabase;
  let first: string[];
  beforeAll(async () => {
    open = await openDatabase(engine);
    first = await new SchemaMigrator(open.dataSource).run();
  });
  afterAll(() => open.remove());

  it('comes from all migrations on an empty database, and the second run does nothing', async () => {
    const known = open.dataSource.migrations.map(({ name, constructor }) => name ?? constructor.name);
    expect(first).toEqual(known.sort((a, b) => a.slice(-13).localeCompare(b.slice(-13))));
    expect(first.length).toBeGreaterThanOrEqual(4);
    expect(await new SchemaMigrator(open.dataSource).run()).toEqual([]);
  });

  it('has a table for the entities, a column for each of their properties, and the same idea of what may be null', async () => {
    const runner = open.dataSource.createQueryRunner();
    const known = new Map<string, Set<string>>();
    for (const { tableName, columns } of open.dataSource.entityMetadatas) {
      const ofTable = known.get(tableName) ?? new Set();
      known.set(tableName, ofTable);
      // Two entities of one table are two views of it: together they know all its columns.
      for (const { databaseName, isNullable } of columns)
        ofTable.add(`${databaseName} ${isNullable ? 'null' : 'not null'}`);
    }
    for (const [tableName, columns] of known) {
      const table = await runner.getTable(tableName);
      const live = table?.columns.map(
        // SQLite calls the primary key nullable, and never lets it be null.
        ({ name, isNullable, isPrimary }) => `${name} ${isNullable && !isPrimary ? 'null' : 'not null'}`,
      );
      expect({ tableName, columns: live?.sort() }).toEqual({ tableName, columns: [...columns].sort() });
    }
    await runner.release();
    expect((await tableNames(open.dataSource)).sort()).toEqual([...known.keys()].sort());
  });

  it('goes away again without a rest', async () => {
    const other = await openDatabase(engine);
    for (const _ of await new SchemaMigrator(other.dataSource).run()) await other.dataSource.undoLastMigration();
    expect(await tableNames(other.dataSource)).toEqual([]);
    await other.remove();
  });

  it('tells reference numbers apart byte for byte', async () => {
    const companyRef = await insertCompany(open.dataSource);
    await open.dataSource.transaction(async (transaction) => {
      const rows = LOOKALIKES.map((uniqueRefNo) => customerRow(companyRef, { uniqueRefNo }));
      await insertMany(transaction, Customer, rows);
      for (const { uniqueRefNo, customerId } of rows) {
        const where = { companyRef };
        const found = await selectMany(transaction, Customer, {
          where,
          property: 'uniqueRefNo',
          values: [uniqueRefNo!],
        });
        expect(found.map((row) => row.customerId)).toEqual([customerId]);
        expect(await transaction.findBy(Customer, { companyRef, uniqueRefNo: uniqueRefNo! })).toEqual(found);
      }
    });
  });

  it('keeps reference numbers unique within a company among the living', async () => {
    const [one, two] = [await insertCompany(open.dataSource), await insertCompany(open.dataSource)];
    const { manager } = open.dataSource;
    await insertMany(manager, Customer, [
      customerRow(one, { uniqueRefNo: 'R-1' }),
      customerRow(two, { uniqueRefNo: 'R-1' }),
    ]);
    await insertMany(manager, Customer, [
      customerRow(one, { uniqueRefNo: null }),
      customerRow(one, { uniqueRefNo: null }),
    ]);
    const error = await errorOf(insertMany(manager, Customer, [customerRow(one, { uniqueRefNo: 'R-1' })]));
    expect(uniqueViolation(error)).toBe(
      engine === 'sqlite'
        ? 'customers.company_ref, customers.unique_ref_no, customers.deletion_key'
        : 'uq_customers_unique_ref_no',
    );
    await manager.update(Customer, { companyRef: one, uniqueRefNo: 'R-1' }, { deletionKey: 1, deletedAt: new Date() });
    await insertMany(manager, Customer, [customerRow(one, { uniqueRefNo: 'R-1' })]);
    expect(await manager.countBy(Customer, { companyRef: one, uniqueRefNo: 'R-1' })).toBe(2);
  });

  it('tells company ids apart byte for byte', async () => {
    const ids = ['CEKSAME', 'ceksame', 'CEKSAMÉ', 'CEKSAME ', 'CEKSAME\t'];
    for (const companyId of ids) await insertCompany(open.dataSource, companyId);
    for (const companyId of ids) {
      const found = await open.dataSource.manager.findBy(Company, { companyId });
      expect(found.map((company) => company.companyId)).toEqual([companyId]);
    }
    const error = await errorOf(insertCompany(open.dataSource, 'CEKSAME'));
    expect(uniqueViolation(error)).toBe(engine === 'sqlite' ? 'companies.company_id' : 'uq_companies_company_id');
  });

  it('refuses a row that points at nothing', async () => {
    const error = await errorOf(insertMany(open.dataSource.manager, Customer, [customerRow(987_654)]));
    expect(String(error)).toMatch(/foreign key/i);
  });

  it('gives amounts and times back exactly', async () => {
    const companyRef = await insertCompany(open.dataSource);
    const amounts = ['9999999999999.99', '-9999999999999.99', '0.00', '0.01', '1234567890123.45', null];
    const times = [
      '1970-01-01T00:00:00.001Z',
      '2024-02-29T23:59:59.999Z',
      '2024-03-31T01:30:00.000Z',
      '9999-12-31T23:59:59.999Z',
    ];
    const rows = amounts.map((creditLimit, index) =>
      customerRow(companyRef, { creditLimit, updatedAt: new Date(times[index % times.length]!) }),
    );
    await open.dataSource.manager.insert(
      Customer,
      rows.slice(0, 3).map((row) => ({ ...row })),
    );
    await insertMany(open.dataSource.manager, Customer, rows.slice(3));
    const values = rows.map(({ customerId }) => customerId);
    const found = await selectMany(open.dataSource.manager, Customer, { where: {}, property: 'customerId', values });
    const stored = await open.dataSource.manager.find(Customer, { where: { companyRef }, order: { id: 'ASC' } });
    expect(stored.map(({ id: _, ...row }) => row)).toEqual(rows);
    expect(found.sort((a, b) => a.id - b.id)).toEqual(stored);
  });

  it('is reachable for the TypeORM command line through ormconfig.ts', async () => {
    const before = process.env;
    process.env = { ...before, ...open.database.environment };
    try {
      await jest.isolateModulesAsync(async () => {
        const { default: made } = jest.requireActual<typeof import('../../ormconfig')>('../../ormconfig');
        const dataSource = await (await made).initialize();
        expect(await dataSource.showMigrations()).toBe(false);
        expect(dataSource.migrations).toHaveLength(first.length);
        await dataSource.destroy();
      });
    } finally {
      process.env = before;
    }
  });

  if (engine === 'mariadb') {
    it('is migrated once when two processes start together', async () => {
      const other = await openDatabase(engine);
      const second = await openDataSource(other.database.environment);
      const ran = await Promise.all([other.dataSource, second].map((source) => new SchemaMigrator(source).run()));
      expect(ran.flat().sort()).toEqual([...first].sort());
      await second.destroy();
      await other.remove();
    });
  }
});
