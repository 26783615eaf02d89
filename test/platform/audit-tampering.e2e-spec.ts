import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { AuditSealer } from '../../src/platform/audit/audit-sealer';
import { AuditVerifier } from '../../src/platform/audit/audit-verifier';
import { bulk, UPDATE } from '../support/bulk';
import { createCustomer } from '../support/customers';
import { describeEachEngine } from '../support/engines';
import { RunningService, startService } from '../support/service';

const TABLES = ['audit_entries', 'audit_head', 'customer_history', 'customer_history_pages'] as const;
type Table = (typeof TABLES)[number];
type Row = Record<string, unknown>;
type Snapshot = Readonly<Record<Table, readonly Row[]>>;

/** One edit somebody could make who can write to the database. Numbers choose among what is there. */
interface Edit {
  readonly kind: 'change' | 'remove' | 'insert' | 'swap' | 'swapColumn' | 'cut';
  readonly table: Table;
  readonly at: number;
  readonly other: number;
  readonly column: number;
  readonly value: string | number | null;
  readonly flag: boolean;
}

const edits: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom('change', 'change', 'change', 'remove', 'insert', 'swap', 'swapColumn', 'cut'),
  table: fc.constantFrom(...TABLES, 'audit_entries', 'customer_history'),
  at: fc.nat(10_000),
  other: fc.nat(10_000),
  column: fc.nat(100),
  value: fc.oneof(
    fc.string({ maxLength: 30 }),
    fc.integer({ min: -5, max: 200 }),
    fc.constantFrom(null, '', ' ', '[]', '{}', '1-1', '2026-01-01 00:00:00.000', '2026-01-01 00:00:00.001'),
  ),
  flag: fc.boolean(),
});

describeEachEngine('an edit of what the audit trail vouches for', (engine) => {
  let service: RunningService;
  let original: Snapshot;
  /** A server takes longer for each of them; what is compared is the same. */
  const RUNS = engine === 'sqlite' ? 1_400 : 100;
  const [MOST, LEAST] = engine === 'sqlite' ? [1_000, 1_000] : [100, 50];

  const query = (sql: string, parameters: unknown[] = []): Promise<any[]> =>
    service.app.get(DataSource).query(sql, parameters);
  const verify = () => service.app.get(AuditVerifier).verify();

  async function snapshot(): Promise<Snapshot> {
    const found: Partial<Record<Table, Row[]>> = {};
    for (const table of TABLES) found[table] = await query(`SELECT * FROM ${table} ORDER BY id`);
    return found as Snapshot;
  }

  async function write(table: Table, row: Row): Promise<void> {
    const columns = Object.keys(row);
    const marks = columns.map(() => '?').join(', ');
    await query(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${marks})`, Object.values(row));
  }

  async function restore(): Promise<void> {
    for (const table of TABLES) {
      await query(`DELETE FROM ${table}`);
      const rows = original[table];
      const columns = Object.keys(rows[0] ?? {});
      const marks = rows.map(() => `(${columns.map(() => '?').join(', ')})`).join(', ');
      await query(
        `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${marks}`,
        rows.flatMap((row) => Object.values(row)),
      );
    }
  }

  const set = (table: Table, id: unknown, values: Row) =>
    query(
      `UPDATE ${table} SET ${Object.keys(values)
        .map((name) => `${name} = ?`)
        .join(', ')} WHERE id = ?`,
      [...Object.values(values), id],
    );

  /** Applies an edit as far as the database lets it. */
  async function apply({ kind, table, at, other, column, value, flag }: Edit): Promise<void> {
    const rows = original[table];
    const row = rows[at % rows.length]!;
    const second = rows[other % rows.length]!;
    const names = Object.keys(row);
    const name = names[column % names.length]!;
    const { id, ...rest } = row;
    const { id: secondId, ...secondRest } = second;
    if (kind === 'change') await set(table, id, { [name]: value });
    if (kind === 'remove') await query(`DELETE FROM ${table} WHERE id = ?`, [id]);
    if (kind === 'insert') {
      const own =
        table === 'audit_entries'
          ? { entry_id: `AUDX${at}`, sequence_no: flag ? null : 5_000, hash: rest['hash'] }
          : {};
      await write(table, { ...rest, ...own, id: 100_000 + other });
    }
    if (kind === 'swap') {
      // Unique columns of one are out of the way while the other takes them.
      if (table === 'audit_entries') await set(table, id, { sequence_no: null, entry_id: 'AUDTEMPORARY' });
      await set(table, secondId, rest);
      await set(table, id, secondRest);
    }
    if (kind === 'swapColumn') {
      if (name === 'sequence_no' || name === 'entry_id' || name === 'id')
        await set(table, id, { [name]: name === 'sequence_no' ? null : -1 });
      await set(table, secondId, { [name]: row[name] });
      await set(table, name === 'id' ? -1 : id, { [name]: second[name] });
    }
    if (kind === 'cut') {
      const last = original.audit_entries[original.audit_entries.length - 1 - (at % 5)]!;
      await query('DELETE FROM audit_entries WHERE sequence_no >= ?', [last['sequence_no']]);
      const before = original.audit_entries.find(({ sequence_no }) => sequence_no === Number(last['sequence_no']) - 1);
      if (flag) await set('audit_head', 1, { sequence_no: before?.['sequence_no'], hash: before?.['hash'] });
    }
  }

  beforeAll(async () => {
    service = await startService(engine);
    const tenant = await service.createTenant();
    const customers: any[] = [];
    for (let n = 0; n < 12; n++) customers.push(await createCustomer(tenant.api, { uniqueRefNo: `REF-${n}` }));
    for (const limit of ['1.00', '2.00']) {
      const rows = customers.map(({ customerId }) => [customerId, limit]);
      await bulk(tenant.api, UPDATE, [['customerId', 'creditLimit'], ...rows]);
    }
    await tenant.api.delete(`/api/v0/customer/${customers[3].customerId}`).expect(200);
    // Links what is left and then leaves the tables to the edits.
    await service.app.get(AuditSealer).beforeApplicationShutdown();
    expect(await verify()).toMatchObject({ intact: true, historyRows: 15 });
    original = await snapshot();
  });
  afterAll(() => service.stop());

  it('is found, whatever it is', async () => {
    let made = 0;
    await fc.assert(
      fc.asyncProperty(edits, async (edit) => {
        if (made >= MOST) return;
        try {
          await apply(edit).catch(() => undefined);
          if (JSON.stringify(await snapshot()) === JSON.stringify(original)) return;
          made++;
          const { intact, faults } = await verify();
          expect({ intact, faults: faults.length > 0 }).toEqual({ intact: false, faults: true });
        } finally {
          await restore();
        }
      }),
      { numRuns: RUNS },
    );
    expect(made).toBeGreaterThanOrEqual(LEAST);
    expect(await verify()).toMatchObject({ intact: true, faults: [] });
  });
});
