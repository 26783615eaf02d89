import { UnitOfWork } from '../../src/platform/database/unit-of-work';
import { OpenDatabase, openDatabase } from '../support/data-source';
import { describeEachEngine } from '../support/engines';

const CALLS = 300;
/** More than they take together on a slow machine. */
const TIMEOUT_SECONDS = 60;

/** What a driver says when the server chose this transaction as the victim of a deadlock. */
const deadlock = () => Object.assign(new Error('Deadlock found'), { driverError: { errno: 1213 } });

describeEachEngine('a database on which every transaction fails as a victim', (engine) => {
  let open: OpenDatabase;
  beforeAll(async () => {
    open = await openDatabase(engine);
  });
  afterAll(() => open.remove());

  it('is tried five times by one call, which then fails for good', async () => {
    let tries = 0;
    const failing = new UnitOfWork(open.dataSource).run(() => {
      tries += 1;
      return Promise.reject(deadlock());
    });
    await expect(failing).rejects.toThrow('Deadlock found');
    expect(tries).toBe(5);
  });

  it('gets no more than a fifth of load besides from many calls, once a first hundred was tried again', async () => {
    const unitOfWork = new UnitOfWork(open.dataSource, null, TIMEOUT_SECONDS);
    let tries = 0;
    const failing = Array.from({ length: CALLS }, () =>
      unitOfWork.run(() => {
        tries += 1;
        return Promise.reject(deadlock());
      }),
    );
    const ends = await Promise.allSettled(failing);
    expect(new Set(ends.map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect(tries).toBeGreaterThan(CALLS);
    expect(tries).toBeLessThanOrEqual(CALLS + CALLS / 5 + 100);
    // And works as before when it does.
    expect(await unitOfWork.run((transaction) => transaction.query('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
  });
});
