import type { Transaction } from '../../src/platform/database/transaction';
import { UnitOfWork } from '../../src/platform/database/unit-of-work';
import { OpenDatabase, openDatabase } from '../support/data-source';
import { describeEachEngine } from '../support/engines';

describeEachEngine('work that may be taken back', (engine) => {
  let open: OpenDatabase;
  let unitOfWork: UnitOfWork;
  beforeEach(async () => {
    open = await openDatabase(engine);
    await open.dataSource.query('CREATE TABLE notes (id INTEGER PRIMARY KEY)');
    unitOfWork = new UnitOfWork(open.dataSource);
  });
  afterEach(() => open.remove());

  const insert = (transaction: Transaction, id: number) => transaction.query('INSERT INTO notes (id) VALUES (?)', [id]);
  const stored = async () => {
    const rows: { id: number }[] = await open.dataSource.query('SELECT id FROM notes ORDER BY id');
    return rows.map(({ id }) => id);
  };
  const insertTentatively = (id: number, isKept: boolean) =>
    unitOfWork.runTentatively(async (transaction) => {
      await insert(transaction, id);
      return { result: `note ${id}`, isKept };
    });

  it('is stored when it says so, and then its result is given', async () => {
    const { result, undone } = await insertTentatively(1, true);
    expect(result).toBe('note 1');
    expect(await stored()).toEqual([1]);
    await undone;
    expect(await stored()).toEqual([1]);
  });

  it('leaves nothing behind when it says so, and nothing others have to wait for', async () => {
    const { result, undone } = await insertTentatively(1, false);
    expect(result).toBe('note 1');
    await undone;
    expect(await stored()).toEqual([]);
    await unitOfWork.run((transaction) => insert(transaction, 1));
    expect(await stored()).toEqual([1]);
  });

  it('lets others have what it had while it is being taken back', async () => {
    const { undone } = await insertTentatively(1, false);
    await unitOfWork.run((transaction) => insert(transaction, 1));
    await undone;
    expect(await stored()).toEqual([1]);
  });

  it('is taken back when it throws, whatever it would have said', async () => {
    const failing = unitOfWork.runTentatively(async (transaction) => {
      await insert(transaction, 1);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await stored()).toEqual([]);
  });

  it('gives its connection back each time', async () => {
    for (let round = 0; round < 50; round++) await (await insertTentatively(round, round % 2 === 0)).undone;
    expect(await stored()).toHaveLength(25);
  });

  it('is not taken as a part of other work, which could not be committed without it', async () => {
    const nested = unitOfWork.run(() => insertTentatively(1, false));
    await expect(nested).rejects.toThrow('UnitOfWork.runTentatively called inside other work');
  });
});
