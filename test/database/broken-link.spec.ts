import type { DataSource } from 'typeorm';
import { CommitOutcomeUnknown } from '../../src/platform/database/database.errors';
import { UnitOfWork } from '../../src/platform/database/unit-of-work';
import { OpenDatabase, openDatabase, openDataSource } from '../support/data-source';
import { describeEachEngine } from '../support/engines';
import { startTcpProxy, TcpProxy } from '../support/tcp-proxy';

describeEachEngine('a broken link to the database', (engine) => {
  // An embedded database has no link.
  if (engine === 'sqlite') return;
  let direct: OpenDatabase;
  let proxy: TcpProxy;
  let throughProxy: DataSource;
  let unitOfWork: UnitOfWork;
  beforeAll(async () => {
    direct = await openDatabase(engine);
    await direct.dataSource.query('CREATE TABLE notes (id INTEGER PRIMARY KEY)');
    const url = new URL(direct.database.environment['DATABASE_URL']!);
    proxy = await startTcpProxy(Number(url.port));
    url.port = String(proxy.port);
    throughProxy = await openDataSource({ ...direct.database.environment, DATABASE_URL: url.href });
    unitOfWork = new UnitOfWork(throughProxy);
  });
  beforeEach(() => direct.dataSource.query('DELETE FROM notes'));
  afterAll(async () => {
    await throughProxy.destroy();
    await proxy.close();
    await direct.remove();
  });

  const stored = async () =>
    (await direct.dataSource.query<{ id: number }[]>('SELECT id FROM notes')).map(({ id }) => id);

  it.each([
    ['the server had heard it', 'after-server', [1]],
    ['the server never heard it', 'before-server', []],
  ] as const)('reports a COMMIT cut off as unknown and never runs the work again: %s', async (_, moment, rows) => {
    let tries = 0;
    const error: unknown = await unitOfWork
      .run(async (transaction) => {
        tries += 1;
        await transaction.query('INSERT INTO notes VALUES (?)', [tries]);
        proxy.cutAt('COMMIT', moment);
      })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CommitOutcomeUnknown);
    expect(error).toMatchObject({ code: 'COMMIT_OUTCOME_UNKNOWN', errorType: 'SYSTEM_ERROR', status: 503 });
    expect(tries).toBe(1);
    expect(await stored()).toEqual(rows);
  });

  it('lets go of what a silent process holds, and runs its work again once it speaks', async () => {
    await direct.dataSource.query('INSERT INTO notes VALUES (1)');
    let tries = 0;
    let rival: Promise<unknown> = Promise.resolve();
    await unitOfWork.run(async (transaction) => {
      tries += 1;
      const [{ seconds }] = await transaction.query<[{ seconds: number }]>(
        'SELECT @@SESSION.idle_transaction_timeout AS seconds',
      );
      await transaction.query('UPDATE notes SET id = id + 10');
      if (tries > 1) return;
      expect(seconds).toBe(15);
      await transaction.query('SET SESSION idle_transaction_timeout = 1');
      const silentSince = Date.now();
      // As one that is frozen: it says nothing until another process has had the row.
      await (rival = direct.dataSource.query('UPDATE notes SET id = id + 1'));
      expect(Date.now() - silentSince).toBeLessThan(5_000);
      await transaction.query('SELECT 1');
    });
    await rival;
    expect([tries, await stored()]).toEqual([2, [12]]);
  });

  it('runs the work again when the link breaks in the middle of it', async () => {
    let tries = 0;
    await unitOfWork.run(async (transaction) => {
      tries += 1;
      await transaction.query('INSERT INTO notes VALUES (?)', [tries]);
      if (tries === 1) proxy.cutAt('cut here', 'before-server');
      await transaction.query('SELECT ? AS word', ['cut here']);
    });
    expect(tries).toBe(2);
    expect(await stored()).toEqual([2]);
  });

  it('reads again when the link breaks', async () => {
    proxy.cutAt('cut here', 'after-server');
    const rows = await unitOfWork.read((transaction) => transaction.query('SELECT ? AS word', ['cut here']));
    expect(rows).toEqual([{ word: 'cut here' }]);
  });
});
