import { UnitOfWork } from '../../src/platform/database/unit-of-work';
import { SchemaMigrator } from '../../src/platform/database/schema-migrator';
import type { JobContext, RowResult } from '../../src/bulk/engine/bulk-importer.contract';
import { HISTORY_START } from '../../src/platform/history/history-place';
import { FirstRowClaims } from '../../src/bulk/engine/claims';
import { describeEachEngine } from '../support/engines';
import { OpenDatabase, openDatabase, openTrail } from '../support/data-source';
import { insertCompany } from '../support/rows';
import { LoyaltyCard } from './acme/loyalty-card.entity';
import { LoyaltyImporter } from './acme/loyalty.importer';
import { LoyaltyCards1770000000000 } from './acme/migrations/1770000000000-loyalty-cards.migration';

const AT = new Date('2026-01-05T09:30:00.000Z');

describeEachEngine('the ledger of an importer of entities', (engine) => {
  let open: OpenDatabase;
  let unitOfWork: UnitOfWork;
  let companyRef: number;
  const { tables, ledger } = new LoyaltyImporter();

  beforeAll(async () => {
    open = await openDatabase(engine);
    // Driver options name files only; the classes of a passed module come on top, as the service adds them.
    const { entities, migrations } = open.dataSource.options;
    await open.dataSource.destroy();
    open.dataSource.setOptions({
      entities: [...(entities as string[]), LoyaltyCard],
      migrations: [...(migrations as string[]), LoyaltyCards1770000000000],
    });
    await open.dataSource.initialize();
    await new SchemaMigrator(open.dataSource).run();
    unitOfWork = new UnitOfWork(open.dataSource);
    await openTrail(unitOfWork);
  });
  beforeEach(async () => {
    companyRef = await insertCompany(open.dataSource);
  });
  afterAll(() => open.remove());

  function contextOf(jobId: string): JobContext {
    const claims = new FirstRowClaims();
    const claim = (record: string | number, row: number) => claims.claim(record, row);
    return {
      jobId,
      companyRef,
      createdBy: 'key:k',
      at: AT,
      rowsOf: jobId,
      undoes: null,
      duplicates: 'first',
      isRehearsal: false,
      attempt: 1,
      claim,
    };
  }

  /** Runs a job over rows of [cardNumber, points, nickname]. */
  function importRows(jobId: string, ...rows: readonly string[][]): Promise<RowResult[]> {
    const ready = rows.map(([cardNumber, points, nickname], at) => {
      const { value, issues } = tables[0].parse({ cardNumber, points, nickname });
      expect(issues).toEqual([]);
      return { row: at + 2, value };
    });
    return unitOfWork.run((transaction) => tables[0].apply(transaction, contextOf(jobId), ready));
  }

  const entriesOf = (jobId: string, after = HISTORY_START, limit = 100) =>
    unitOfWork.run((transaction) => ledger.list(transaction, { companyRef, jobId }, after, limit));

  /** Undoes a job by another, record by record, as the engine does. */
  async function undo(undone: string, by: string): Promise<RowResult[]> {
    const refs = [...new Set((await entriesOf(undone)).map(({ recordRef }) => recordRef))];
    const records = refs.map((recordRef, at) => ({ row: at + 1, value: { recordRef, pageIds: [] } }));
    return unitOfWork.run((transaction) => ledger.revert(transaction, contextOf(by), undone, records));
  }

  const cards = () =>
    unitOfWork.run((transaction) => transaction.find(LoyaltyCard, { where: { companyRef }, order: { id: 'ASC' } }));
  const verdicts = (results: readonly RowResult[]) =>
    results.map(({ verdict, recordId, issues }) => [verdict, recordId, ...issues.map(({ code }) => code)]);

  it('lists what a job did, page by page, in the order it happened', async () => {
    await importRows('JOB-A', ['L-000001', '1', 'Blue'], ['L-000002', '2', '']);
    await importRows('JOB-B', ['L-000002', '3', ''], ['L-000001', '1', '']);
    const [first, second] = await entriesOf('JOB-A');
    expect(first).toMatchObject({
      row: 2,
      version: 1,
      changes: [
        { field: 'cardNumber', from: null, to: 'L-000001' },
        { field: 'points', from: null, to: 1 },
        { field: 'nickname', from: null, to: 'Blue' },
      ],
    });
    expect(await entriesOf('JOB-A', first!.place)).toEqual([second]);
    expect(await entriesOf('JOB-A', HISTORY_START, 1)).toEqual([first]);
    expect(await entriesOf('JOB-B')).toMatchObject([
      { row: 2, version: 2, recordRef: second!.recordRef, changes: [{ field: 'points', from: 2, to: 3 }] },
    ]);
    const lastOf = (jobId: string) => unitOfWork.run((transaction) => ledger.last(transaction, { companyRef, jobId }));
    expect([await lastOf('JOB-A'), await lastOf('JOB-X')]).toEqual([second!.place, HISTORY_START]);
    companyRef = await insertCompany(open.dataSource);
    expect([await entriesOf('JOB-A'), await lastOf('JOB-A')]).toEqual([[], HISTORY_START]);
  });

  it('takes changes back, and takes that back again', async () => {
    await importRows('JOB-A', ['L-000001', '1', 'Blue']);
    await importRows('JOB-B', ['L-000001', '2', '#CLEAR']);
    expect(verdicts(await undo('JOB-B', 'JOB-U'))).toEqual([['updated', 'L-000001']]);
    expect(await cards()).toMatchObject([{ points: 1, nickname: 'Blue', version: 3, deletionKey: 0, updatedAt: AT }]);
    expect(await entriesOf('JOB-U')).toMatchObject([
      {
        row: 1,
        version: 3,
        changes: [
          { field: 'points', from: 2, to: 1 },
          { field: 'nickname', from: null, to: 'Blue' },
        ],
      },
    ]);
    expect(verdicts(await undo('JOB-U', 'JOB-V'))).toEqual([['updated', 'L-000001']]);
    expect(await cards()).toMatchObject([{ points: 2, nickname: null, version: 4 }]);
  });

  it('deletes what a job created, and brings it back when that is undone', async () => {
    await importRows('JOB-A', ['L-000001', '1', 'Blue']);
    expect(verdicts(await undo('JOB-A', 'JOB-U'))).toEqual([['updated', 'L-000001']]);
    const [card] = await cards();
    expect(card).toMatchObject({ deletionKey: card!.id, deletedAt: AT, version: 2, points: 1 });
    expect(await entriesOf('JOB-U')).toMatchObject([
      { version: 2, changes: [{ field: 'deletedAt', from: null, to: AT.toISOString() }] },
    ]);
    expect(verdicts(await undo('JOB-U', 'JOB-V'))).toEqual([['updated', 'L-000001']]);
    expect(await cards()).toMatchObject([{ deletionKey: 0, deletedAt: null, version: 3, points: 1 }]);
    expect(verdicts(await undo('JOB-V', 'JOB-W'))).toEqual([['updated', 'L-000001']]);
    expect((await cards())[0]?.deletedAt).toEqual(AT);
  });

  it('keeps a record that another job changed since, and says who and when', async () => {
    await importRows('JOB-A', ['L-000001', '1', ''], ['L-000002', '1', '']);
    await importRows('JOB-B', ['L-000001', '5', '']);
    const results = await undo('JOB-A', 'JOB-U');
    expect(verdicts(results)).toEqual([
      ['failed', 'L-000001', 'CHANGED_SINCE'],
      ['updated', 'L-000002'],
    ]);
    expect(results[0]?.issues[0]?.message).toBe(
      'kept as it is, because JOB-B changed the record at 2026-01-05T09:30:00.000Z; undo that first, or change the record by hand',
    );
    expect(await cards()).toMatchObject([{ points: 5, version: 2, deletionKey: 0 }, { version: 2 }]);
    expect(await entriesOf('JOB-U')).toHaveLength(1);
  });

  it('does nothing twice: a record the undoing job did already, or the job never touched, is unchanged', async () => {
    await importRows('JOB-A', ['L-000001', '1', '']);
    await importRows('JOB-B', ['L-000001', '2', '']);
    await undo('JOB-B', 'JOB-U');
    expect(verdicts(await undo('JOB-B', 'JOB-U'))).toEqual([['unchanged', 'L-000001']]);
    const [card] = await cards();
    const untouched = await unitOfWork.run((transaction) =>
      ledger.revert(transaction, contextOf('JOB-X'), 'JOB-Y', [
        { row: 1, value: { recordRef: card!.id, pageIds: [] } },
      ]),
    );
    expect(verdicts(untouched)).toEqual([['unchanged', 'L-000001']]);
    expect(await cards()).toMatchObject([{ points: 1, version: 3 }]);
  });

  it('leaves a record deleted when another has its key since, and finds no record of another company', async () => {
    await importRows('JOB-A', ['L-000001', '1', '']);
    await undo('JOB-A', 'JOB-U');
    await importRows('JOB-B', ['L-000001', '7', '']);
    expect(verdicts(await undo('JOB-U', 'JOB-V'))).toEqual([['failed', 'L-000001', 'DUPLICATE_VALUE']]);
    const [card] = await cards();
    expect(card?.deletedAt).toEqual(AT);
    companyRef = await insertCompany(open.dataSource);
    const foreign = await unitOfWork.run((transaction) =>
      ledger.revert(transaction, contextOf('JOB-V'), 'JOB-A', [
        { row: 1, value: { recordRef: card!.id, pageIds: [] } },
      ]),
    );
    expect(verdicts(foreign)).toEqual([['failed', null, 'NOT_FOUND']]);
  });
});
