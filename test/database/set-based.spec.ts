import { CommerceCustomer } from '../../src/customer/commerce/commerce-customer.entity';
import { Customer } from '../../src/customer/customer.entity';
import { SchemaMigrator } from '../../src/platform/database/schema-migrator';
import {
  insertMany,
  prepareVersioned,
  selectMany,
  updateMany,
  updateMatching,
} from '../../src/platform/database/set-based';
import type { Transaction } from '../../src/platform/database/transaction';
import { OpenDatabase, openDatabase } from '../support/data-source';
import { describeEachEngine } from '../support/engines';
import { customerRow, insertCompany } from '../support/rows';

const MANY = 2_500;

/** Every text column of a customer filled to its last character, four bytes each where any text may stand. */
const FULL: Partial<Customer> = {
  legalName: '😀'.repeat(200),
  uniqueRefNo: '𝒳'.repeat(50),
  panOrGstin: '29AAACX1234A2ZS',
  contactNumber: '+'.repeat(20),
  address: '🏠'.repeat(500),
  state: '漢'.repeat(100),
  pinCode: '560001',
  accountNumber: '9'.repeat(36),
  ifsc: 'HDFC0001234',
  assignedAgent: '👩🏽‍💻'.repeat(25),
  branchCodes: ['BLR-01', 'quote " back \\ slash', "it's", '\u0000', '\u2028'],
  creditLimit: '9999999999999.99',
  paymentTermsDays: 365,
  version: 2_147_483_647,
};

const CHANGED = { legalName: 'Changed 😀', address: null, state: 'Kerala', branchCodes: ['changed'] };

describeEachEngine('statements over many rows', (engine) => {
  let open: OpenDatabase;
  let transaction: Transaction;
  let companyRef: number;
  beforeAll(async () => {
    open = await openDatabase(engine);
    await new SchemaMigrator(open.dataSource).run();
    transaction = open.dataSource.manager;
  });
  beforeEach(async () => {
    companyRef = await insertCompany(open.dataSource);
  });
  afterAll(() => open.remove());

  const read = (property: 'customerId' | 'uniqueRefNo' | 'id', values: readonly string[] | readonly number[]) =>
    selectMany(transaction, Customer, { where: { companyRef }, property, values });
  const byId = (rows: readonly Customer[]) => new Map(rows.map((row) => [row.id, row]));

  if (engine !== 'sqlite') {
    it('stores nothing where a row has nothing, though the database would put something in by itself', async () => {
      const own = await openDatabase(engine);
      await new SchemaMigrator(own.dataSource).run();
      await own.dataSource.query(`ALTER TABLE customers ALTER COLUMN state SET DEFAULT 'by itself'`);
      const company = await insertCompany(own.dataSource);
      const insert = (...states: (string | null)[]) =>
        insertMany(
          own.dataSource.manager,
          Customer,
          states.map((state) => customerRow(company, { state })),
        );
      await insert(null, null);
      await insert('Kerala', null);
      const rows = await own.dataSource.query('SELECT state, pin_code FROM customers ORDER BY id');
      expect(rows.map(({ state }: { state: string | null }) => state)).toEqual([null, null, 'Kerala', null]);
      await own.remove();
    });
  }

  it.each([1, 2, 99, 100, 101, 1_110, MANY])('gives the id of each of %d inserted rows, in order', async (count) => {
    const rows = Array.from({ length: count }, (_, index) => customerRow(companyRef, { uniqueRefNo: `R-${index}` }));
    const ids = await insertMany(transaction, Customer, rows);
    expect(new Set(ids).size).toBe(count);
    const stored = byId(await read('id', ids));
    expect(ids.map((id) => stored.get(id))).toEqual(rows.map((row, index) => ({ id: ids[index], ...row })));
  });

  (engine === 'sqlite' ? it.skip : it)('gives the ids a node of a cluster counts in steps of its own', async () => {
    const rows = Array.from({ length: 110 }, (_, index) => customerRow(companyRef, { uniqueRefNo: `R-${index}` }));
    const runner = open.dataSource.createQueryRunner();
    try {
      await runner.query('SET SESSION auto_increment_increment = 3, auto_increment_offset = 2');
      const ids = await insertMany(runner.manager, Customer, rows);
      const stored = byId(await read('id', ids));
      expect(ids.map((id) => [id % 3, stored.get(id)?.uniqueRefNo])).toEqual(rows.map((row) => [2, row.uniqueRefNo]));
    } finally {
      await runner.query('SET SESSION auto_increment_increment = 1, auto_increment_offset = 1');
      await runner.release();
    }
  });

  (engine === 'sqlite' ? it.skip : it)(
    'looks at the rows it is to find alone, also in a table that has just changed',
    async () => {
      const runner = open.dataSource.createQueryRunner();
      try {
        const rows = Array.from({ length: MANY }, (_, index) => customerRow(companyRef, { uniqueRefNo: `R-${index}` }));
        await insertMany(runner.manager, Customer, rows);
        // What the server knows until it counts again, some seconds after the table has changed.
        await runner.query('ALTER TABLE customers STATS_PERSISTENT = 1, STATS_AUTO_RECALC = 0');
        await runner.query('ANALYZE TABLE customers');
        const identity = "source = 'S', source_id = unique_ref_no, language = 'nl'";
        await runner.query(`UPDATE customers SET ${identity} WHERE company_ref = ?`, [companyRef]);
        await runner.query('FLUSH STATUS');
        const values = rows.slice(0, 500).map(({ uniqueRefNo }) => uniqueRefNo ?? '');
        const search = { where: { companyRef, deletionKey: 0 }, property: 'sourceId', values, lock: true } as const;
        expect(await selectMany(runner.manager, CommerceCustomer, search)).toHaveLength(500);
        const reads: { Value: string }[] = await runner.query("SHOW SESSION STATUS LIKE 'Handler_read%next'");
        // The list itself is a table of 500 rows as well.
        expect(reads.reduce((sum, { Value }) => sum + Number(Value), 0)).toBeLessThan(2_000);
      } finally {
        await runner.query('ALTER TABLE customers STATS_PERSISTENT = DEFAULT, STATS_AUTO_RECALC = DEFAULT');
        await runner.release();
      }
    },
  );

  (engine === 'sqlite' ? it.skip : it)('goes on when an index has been put in the place of another', async () => {
    const rename = (from: string, to: string) =>
      open.dataSource.query(`ALTER TABLE customers RENAME INDEX ${from} TO ${to}`);
    const rows = ['A', 'B'].map((uniqueRefNo) => customerRow(companyRef, { uniqueRefNo }));
    await insertMany(transaction, Customer, rows);
    expect(await read('uniqueRefNo', ['A', 'B'])).toHaveLength(2);
    await rename('uq_customers_unique_ref_no', 'uq_of_a_newer_version');
    try {
      expect(await read('uniqueRefNo', ['A', 'B'])).toHaveLength(2);
    } finally {
      await rename('uq_of_a_newer_version', 'uq_customers_unique_ref_no');
    }
    expect(await read('uniqueRefNo', ['A', 'B'])).toHaveLength(2);
  });

  it('does nothing for no rows and no keys', async () => {
    expect(await insertMany(transaction, Customer, [])).toEqual([]);
    expect(await read('id', [])).toEqual([]);
    await updateMany(transaction, Customer, [], ['legalName']);
    expect(await transaction.countBy(Customer, { companyRef })).toBe(0);
  });

  it('finds rows by more keys than one statement may carry, each once, and none of another company', async () => {
    const other = await insertCompany(open.dataSource);
    const own = customerRow(companyRef, { uniqueRefNo: 'R-69999' });
    await insertMany(transaction, Customer, [own, customerRow(other, { uniqueRefNo: 'R-1' })]);
    const keys = Array.from({ length: 70_000 }, (_, index) => `R-${index}`);
    const found = await read('uniqueRefNo', [...keys, 'R-69999', 'R-69999']);
    expect(found.map(({ customerId }) => customerId)).toEqual([own.customerId]);
  });

  it('keeps texts of four-byte characters and values at the limits of their columns', async () => {
    const row = customerRow(companyRef, FULL);
    const [id] = await insertMany(transaction, Customer, [row]);
    expect(await read('customerId', [row.customerId])).toEqual([{ id, ...row }]);
    expect(await transaction.findOneBy(Customer, { id })).toEqual({ id, ...row });
  });

  it('writes the named properties of 2,500 rows back, and nothing else', async () => {
    const rows = Array.from({ length: MANY }, (_, index) => customerRow(companyRef, { address: `Street ${index}` }));
    const ids = await insertMany(transaction, Customer, rows);
    const bystander = customerRow(companyRef);
    await insertMany(transaction, Customer, [bystander]);
    const changed = rows.map((row, index) => ({
      ...row,
      id: ids[index]!,
      legalName: `New 😀 ${index}`,
      address: null,
      branchCodes: [`B-${index}`],
      updatedAt: new Date(1_700_000_000_000 + index),
      version: 2,
      state: 'not to be written',
    }));
    await updateMany(transaction, Customer, changed, ['legalName', 'address', 'branchCodes', 'updatedAt', 'version']);
    const stored = byId(await read('id', ids));
    expect(changed.map(({ id }) => stored.get(id))).toEqual(changed.map((row) => ({ ...row, state: null })));
    const [untouched] = await read('customerId', [bystander.customerId]);
    expect(untouched).toMatchObject(bystander);
    expect(await transaction.countBy(Customer, { companyRef })).toBe(MANY + 1);
  });

  it('writes a time that all rows share, and the other times of rows that do not share them', async () => {
    const rows = Array.from({ length: 30 }, (_, index) => customerRow(companyRef, { uniqueRefNo: `R-${index}` }));
    const ids = await insertMany(transaction, Customer, rows);
    const at = new Date('2026-02-03T04:05:06.789Z');
    const changed = rows.map((row, index) => {
      return { ...row, id: ids[index] ?? 0, createdAt: new Date(1_000 * index), updatedAt: at, version: 2 };
    });
    await updateMany(transaction, Customer, changed, ['createdAt', 'updatedAt', 'version']);
    expect(byId(await read('id', ids))).toEqual(byId(changed));
    const deleted = changed.map((row, index) => ({ ...row, deletedAt: index === 7 ? null : at }));
    await updateMany(transaction, Customer, deleted, ['deletedAt']);
    expect(byId(await read('id', ids))).toEqual(byId(deleted));
  });

  const inOrder = <T>(list: readonly T[]): T[] => [...list];
  const shuffle = <T>(list: readonly T[]): T[] =>
    list.map((_, index) => list[(index * 11 + 1) % list.length]).flatMap((one) => one ?? []);

  it.each(
    [inOrder, shuffle].flatMap((order) => [2, 49, 50, 51, MANY].map((count) => [count, order.name, order] as const)),
  )('writes long texts of %d rows back, in whatever order they come: %s', async (count, _, order) => {
    const rows = Array.from({ length: count }, () => customerRow(companyRef));
    const ids = await insertMany(transaction, Customer, rows);
    const bystander = customerRow(companyRef);
    const [other = 0] = await insertMany(transaction, Customer, [bystander]);
    const changed = rows.map((row, index) => {
      const branchCodes =
        index % 7 === 3 ? null : [`B-${index}`, ...(FULL.branchCodes ?? []), '漢'.repeat(index % 300)];
      return { ...row, id: ids[index] ?? 0, branchCodes, version: index };
    });
    const given = order(changed);
    expect(new Set(given).size).toBe(count);
    await updateMany(transaction, Customer, given, ['branchCodes', 'version']);
    expect(byId(await read('id', ids))).toEqual(byId(changed));
    expect(await read('id', [other])).toEqual([{ ...bystander, id: other }]);
  });

  it.each([
    ['short texts', ['uniqueRefNo', 'version']],
    ['long texts', ['branchCodes', 'uniqueRefNo', 'version']],
  ] as const)(
    'writes rows with %s in the order given: a number is given up before it is taken',
    async (_, changing) => {
      const rows = ['A', 'B', 'C'].map((uniqueRefNo) => customerRow(companyRef, { uniqueRefNo }));
      const ids = await insertMany(transaction, Customer, rows);
      const renamed = ['B', 'C', 'D'].map((uniqueRefNo, at) => {
        return { ...rows[at], id: ids[at], uniqueRefNo, branchCodes: [`of ${uniqueRefNo}`], version: 2 } as Customer;
      });
      await updateMany(transaction, Customer, renamed.toReversed(), changing);
      expect((await read('uniqueRefNo', ['B', 'C', 'D'])).map(({ id }) => id).sort()).toEqual([...ids].sort());
      expect(await read('uniqueRefNo', ['A'])).toEqual([]);
    },
  );

  describe.each([
    ['short texts', ['legalName', 'address', 'state', 'version']],
    ['long texts', ['branchCodes', 'version']],
  ] as const)('%s of rows that may have moved on', (_, changing) => {
    it.each([1, 2, 60])('are written to %d rows when all have the version they were made from', async (count) => {
      const rows = Array.from({ length: count }, (__, index) => customerRow(companyRef, { version: index + 1 }));
      const ids = await insertMany(transaction, Customer, rows);
      const made = rows.map((row, index) => {
        const next = { ...row, id: ids[index] ?? 0, version: index + 3 };
        for (const name of changing) if (name !== 'version') Object.assign(next, { [name]: CHANGED[name] });
        return { row: next, from: row.version };
      });
      expect(await (await prepareVersioned(transaction, Customer, made, changing))()).toBe(true);
      expect(byId(await read('id', ids))).toEqual(byId(made.map(({ row }) => row)));
    });

    it.each([1, 2, 60])(
      'of %d are told to have, when one has another version, and that one is left alone',
      async (count) => {
        const rows = Array.from({ length: count }, () => customerRow(companyRef, { version: 5 }));
        const ids = await insertMany(transaction, Customer, rows);
        const made = rows.map((row, index) => {
          return { row: { ...row, ...CHANGED, id: ids[index] ?? 0, version: 6 }, from: index === count - 1 ? 4 : 5 };
        });
        expect(await (await prepareVersioned(transaction, Customer, made, changing))()).toBe(false);
        const last = ids.at(-1) ?? 0;
        expect(await read('id', [last])).toEqual([{ ...rows.at(-1), id: last }]);
      },
    );

    it('are told to have, when one is gone', async () => {
      const [id = 0] = await insertMany(transaction, Customer, [customerRow(companyRef)]);
      const row = { ...customerRow(companyRef), ...CHANGED, id };
      const made = [
        { row, from: row.version },
        { row: { ...row, id: id + 1_000_000 }, from: row.version },
      ];
      expect(await (await prepareVersioned(transaction, Customer, made, changing))()).toBe(false);
    });
  });

  it('writes into the rows in which all the other values are what they are said to be, and counts them', async () => {
    const rows = ['A', 'B', 'C'].map((uniqueRefNo) => customerRow(companyRef, { uniqueRefNo }));
    const ids = await insertMany(transaction, Customer, rows);
    const [id = 0] = ids;
    const renamed = { legalName: 'Renamed', branchCodes: ['X'] };
    expect(await updateMatching(transaction, Customer, { id, companyRef, version: 7 }, renamed)).toBe(0);
    expect(await updateMatching(transaction, Customer, { id, companyRef: companyRef + 1 }, renamed)).toBe(0);
    expect(byId(await read('id', ids))).toEqual(byId(rows.map((row, index) => ({ ...row, id: ids[index] ?? 0 }))));
    expect(await updateMatching(transaction, Customer, { id, companyRef, status: 'ACTIVE' }, renamed)).toBe(1);
    // What is written may be what is there already: the row was found all the same.
    expect(await updateMatching(transaction, Customer, { companyRef }, renamed)).toBe(3);
    expect((await read('id', ids)).map(({ legalName }) => legalName)).toEqual(['Renamed', 'Renamed', 'Renamed']);
  });

  it('finds and writes texts that the character set of the database lacks', async () => {
    const wanted = ['मराठी', 'Łódź', '😀'];
    const rows = wanted.map((text) => customerRow(companyRef, { uniqueRefNo: text }));
    await insertMany(transaction, Customer, rows);
    const stored = await read('uniqueRefNo', wanted);
    for (const row of stored) row.legalName = `${row.uniqueRefNo} 株式会社`;
    await updateMany(transaction, Customer, stored, ['legalName']);
    const names = (await read('uniqueRefNo', wanted)).map(({ legalName }) => legalName);
    expect(names.sort()).toEqual(wanted.map((text) => `${text} 株式会社`).sort());
  });

  it('stores nothing of an insert of which one row breaks a rule', async () => {
    const rows = Array.from({ length: 1_500 }, (_, index) =>
      customerRow(companyRef, { uniqueRefNo: `R-${index % 1_499}` }),
    );
    await expect(open.dataSource.transaction((own) => insertMany(own, Customer, rows))).rejects.toThrow();
    expect(await transaction.countBy(Customer, { companyRef })).toBe(0);
  });

  it('binds values as values, whatever they look like', async () => {
    const nasty = ["'; DROP TABLE customers; --", '?', '\\', '"', '`', '%', '\u0000', 'NULL'];
    const rows = nasty.map((uniqueRefNo) => customerRow(companyRef, { uniqueRefNo, legalName: uniqueRefNo }));
    await insertMany(transaction, Customer, rows);
    const found = await read('uniqueRefNo', nasty);
    expect(found.map(({ legalName }) => legalName).sort()).toEqual([...nasty].sort());
  });

  if (engine === 'mariadb') {
    it('has too long a text refused, never cut', async () => {
      const tooLong = customerRow(companyRef, { legalName: 'x'.repeat(201) });
      await expect(insertMany(transaction, Customer, [tooLong])).rejects.toThrow(/Data too long/);
      const [id] = await insertMany(transaction, Customer, [customerRow(companyRef)]);
      const longer = { ...customerRow(companyRef), id: id!, address: 'x'.repeat(501) };
      await expect(updateMany(transaction, Customer, [longer], ['address'])).rejects.toThrow(/Data too long/);
      expect(await read('id', [id!])).toMatchObject([{ address: null }]);
      expect(await transaction.countBy(Customer, { companyRef })).toBe(1);
    });

    it('leaves few statements prepared, however many sets of columns are written', async () => {
      const [id = 0] = await insertMany(transaction, Customer, [customerRow(companyRef)]);
      const names = [
        'legalName',
        'address',
        'state',
        'pinCode',
        'ifsc',
        'accountNumber',
        'contactNumber',
        'version',
      ] as const;
      const sets = Array.from({ length: 2 ** names.length - 1 }, (_, at) =>
        names.filter((__, bit) => (at + 1) & (2 ** bit)),
      );
      await open.dataSource.transaction(async (own) => {
        const count = async (what: string): Promise<number> => {
          const rows = await own.query<{ Value: string }[]>(`SHOW SESSION STATUS LIKE 'Com_stmt_${what}'`);
          return Number(rows[0]?.Value);
        };
        const before = (await count('prepare')) - (await count('close'));
        for (const set of sets) await updateMany(own, Customer, [{ ...customerRow(companyRef), id }], set);
        expect(await count('prepare')).toBeGreaterThan(250);
        expect((await count('prepare')) - (await count('close'))).toBeLessThanOrEqual(before + 200);
      });
    });

    it.each([
      ['short', ['legalName', 'version']],
      ['long', ['branchCodes', 'version']],
    ] as const)('writes %s texts of 300 rows while somebody holds the ones between them', async (_, changing) => {
      const ids = await insertMany(
        transaction,
        Customer,
        Array.from({ length: 600 }, () => customerRow(companyRef)),
      );
      const held = ids.filter((__, at) => at % 2 === 1);
      const rows = ids.flatMap((id, at) =>
        at % 2 === 0 ? { ...customerRow(companyRef), ...CHANGED, id, version: 2 } : [],
      );
      await open.dataSource.transaction(async (holder) => {
        await selectMany(holder, Customer, { where: { companyRef }, property: 'id', values: held, lock: true });
        await open.dataSource.transaction(async (own) => {
          await own.query('SET SESSION innodb_lock_wait_timeout = 1');
          await updateMany(own, Customer, rows, changing);
        });
      });
      expect(await transaction.countBy(Customer, { companyRef, version: 2 })).toBe(300);
    });

    it('locks the rows it was asked to lock', async () => {
      const [id] = await insertMany(transaction, Customer, [customerRow(companyRef)]);
      await open.dataSource.transaction(async (holder) => {
        await selectMany(holder, Customer, { where: { companyRef }, property: 'id', values: [id!], lock: true });
        const waiting = transaction.query('SELECT id FROM customers WHERE id = ? FOR UPDATE NOWAIT', [id]);
        await expect(waiting).rejects.toThrow(/lock/i);
      });
    });
  }
});
