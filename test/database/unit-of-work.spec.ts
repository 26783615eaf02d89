import { AsyncLocalStorage } from 'node:async_hooks';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { DataSource } from 'typeorm';
import { DatabaseProbe } from '../../src/platform/database/database-probe';
import { uniqueViolation } from '../../src/platform/database/driver-error';
import { Transaction } from '../../src/platform/database/transaction';
import { UnitOfWork } from '../../src/platform/database/unit-of-work';
import { rememberRequest } from '../../src/platform/http/request-context';
import { OpenDatabase, openDatabase } from '../support/data-source';
import { describeEachEngine } from '../support/engines';

const SQLITE_PATIENCE_MS = 30;

/** A promise and the function that fulfils it. */
function gate(): { passed: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}

async function createNotes(dataSource: DataSource): Promise<void> {
  await dataSource.query('CREATE TABLE notes (id INTEGER PRIMARY KEY, text VARCHAR(50) NOT NULL UNIQUE)');
}

const insert = (transaction: Transaction, id: number, text = `note ${id}`) =>
  transaction.query('INSERT INTO notes (id, text) VALUES (?, ?)', [id, text]);

async function ids(transaction: Pick<Transaction, 'query'>): Promise<number[]> {
  const rows: { id: number }[] = await transaction.query('SELECT id FROM notes ORDER BY id');
  return rows.map(({ id }) => id);
}

describeEachEngine('a unit of work', (engine) => {
  let open: OpenDatabase;
  let unitOfWork: UnitOfWork;
  beforeEach(async () => {
    open = await openDatabase(engine, engine === 'sqlite' ? { timeout: SQLITE_PATIENCE_MS } : {});
    await createNotes(open.dataSource);
    unitOfWork = new UnitOfWork(open.dataSource);
  });
  afterEach(() => jest.restoreAllMocks());
  afterEach(() => open.remove());

  it('keeps the row of a transaction whose neighbour rolls back in the middle of it', async () => {
    const [inserted, rolledBack] = [gate(), gate()];
    const committed = unitOfWork.run(async (transaction) => {
      await insert(transaction, 1);
      inserted.open();
      await Promise.race([rolledBack.passed, sleep(100)]);
    });
    await inserted.passed;
    const failing = unitOfWork.run(async (transaction) => {
      await insert(transaction, 2);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    rolledBack.open();
    await committed;
    expect(await ids(open.dataSource)).toEqual([1]);
  });

  it('joins the running transaction, so that inner work is undone with the outer', async () => {
    const running = unitOfWork.run(async (outer) => {
      await insert(outer, 1);
      await unitOfWork.run((inner) => insert(inner, 2));
      expect(await unitOfWork.read(ids)).toEqual([1, 2]);
      throw new Error('undo');
    });
    await expect(running).rejects.toThrow('undo');
    expect(await ids(open.dataSource)).toEqual([]);
  });

  it('gives the result of the work after it was stored', async () => {
    expect(await unitOfWork.run(async (transaction) => (await insert(transaction, 7), 'done'))).toBe('done');
    expect(await ids(open.dataSource)).toEqual([7]);
  });

  it('does not let work that outlives its transaction slip into it', async () => {
    const late = gate();
    let leftOver: Promise<unknown> = Promise.resolve();
    await unitOfWork.run((transaction) => {
      leftOver = late.passed.then(() => unitOfWork.run((own) => insert(own, 2)));
      return insert(transaction, 1);
    });
    late.open();
    await leftOver;
    expect(await ids(open.dataSource)).toEqual([1, 2]);
  });

  it('never shows a read what another transaction has not committed', async () => {
    const [inserted, mayEnd] = [gate(), gate()];
    const failing = unitOfWork.run(async (transaction) => {
      await insert(transaction, 1);
      inserted.open();
      await mayEnd.passed;
      throw new Error('undo');
    });
    await inserted.passed;
    const seen = unitOfWork.read(ids);
    await sleep(30);
    mayEnd.open();
    await expect(failing).rejects.toThrow('undo');
    expect(await seen).toEqual([]);
  });

  it('lets reads stand inside reads, and refuses to write inside one', async () => {
    await unitOfWork.run((transaction) => insert(transaction, 1));
    expect(await unitOfWork.read(() => unitOfWork.read(ids))).toEqual([1]);
    const writing = unitOfWork.read(() => unitOfWork.run((transaction) => insert(transaction, 2)));
    await expect(writing).rejects.toThrow('UnitOfWork.run called inside UnitOfWork.read');
  });

  it('tries a unique violation once', async () => {
    await unitOfWork.run((transaction) => insert(transaction, 1, 'taken'));
    let tries = 0;
    const error: unknown = await unitOfWork
      .run((transaction) => ((tries += 1), insert(transaction, 2, 'taken')))
      .catch((thrown: unknown) => thrown);
    expect(tries).toBe(1);
    expect(uniqueViolation(error)).toBe(engine === 'sqlite' ? 'notes.text' : 'text');
  });

  it('tells when requests have work under way, and leaves out jobs and what nobody asked for', async () => {
    const work = () => unitOfWork.read(() => Promise.resolve(unitOfWork.isServing));
    const inRequest = <T>(done: () => Promise<T>) =>
      new Promise<T>((resolve, reject) => {
        const request = new IncomingMessage(new Socket());
        rememberRequest(request, new ServerResponse(request), () => void done().then(resolve, reject));
      });
    expect(await inRequest(work)).toBe(true);
    expect(await inRequest(() => unitOfWork.run(() => Promise.resolve(unitOfWork.isServing)))).toBe(true);
    expect(await inRequest(() => unitOfWork.unhurried(work))).toBe(false);
    expect(await work()).toBe(false);
    const failing = inRequest(() => unitOfWork.run(() => Promise.reject(new Error('no'))));
    await expect(failing).rejects.toThrow('no');
    expect(unitOfWork.isServing).toBe(false);
  });

  it('runs again when a rival took a unique value, and gives up when that happens each time', async () => {
    let tries = 0;
    const done = await unitOfWork.runAgainstRivals(async (transaction) => {
      tries += 1;
      await insert(transaction, tries, 'mine');
      // The third note is somebody else's at first.
      if (tries === 1) await insert(transaction, 3, 'mine');
      return ids(transaction);
    });
    expect([tries, done]).toEqual([2, [2]]);
    tries = 0;
    const failing = unitOfWork.runAgainstRivals((transaction) => ((tries += 1), insert(transaction, 9, 'mine')));
    await expect(failing).rejects.toThrow();
    expect([tries, await ids(open.dataSource)]).toEqual([3, [2]]);
  });

  it('leaves a rival to the outermost call, which undoes all of it', async () => {
    let [outer, inner] = [0, 0];
    await unitOfWork.runAgainstRivals(async (transaction) => {
      await insert(transaction, 10 + (outer += 1));
      await unitOfWork.runAgainstRivals((joined) => {
        inner += 1;
        return insert(joined, 20 + inner, inner === 1 ? 'note 11' : 'free');
      });
    });
    expect([outer, inner, await ids(open.dataSource)]).toEqual([2, 2, [12, 22]]);
  });

  it('goes on working after a hundred rolled back transactions', async () => {
    for (let id = 1; id <= 100; id++) {
      const failing = unitOfWork.run(async (transaction) => {
        await insert(transaction, id);
        throw new Error('undo');
      });
      await expect(failing).rejects.toThrow('undo');
    }
    await unitOfWork.run((transaction) => insert(transaction, 1));
    expect(await ids(open.dataSource)).toEqual([1]);
  });

  if (engine === 'sqlite') {
    it('is needed: plain query runners tell one transaction "committed" and lose its row with the other', async () => {
      const [first, second] = [open.dataSource.createQueryRunner(), open.dataSource.createQueryRunner()];
      await first.startTransaction();
      await second.startTransaction();
      await insert(first.manager, 1);
      await insert(second.manager, 2);
      await first.commitTransaction();
      await second.rollbackTransaction();
      expect(await ids(open.dataSource)).toEqual([]);
    });

    describe('with short transactions that wait together', () => {
      /** Runs them behind one that holds the connection, so that all of them wait. */
      async function runTogether(works: readonly ((transaction: Transaction) => Promise<unknown>)[]) {
        const [begun, held] = [gate(), gate()];
        const holder = unitOfWork.run(() => {
          begun.open();
          return held.passed;
        });
        await begun.passed;
        const results = works.map((work) => unitOfWork.run(work));
        held.open();
        await holder;
        return Promise.allSettled(results);
      }

      it('commits them at once, and undoes alone the one that fails', async () => {
        // A group closes when its first has waited for long, which a busy machine would bring about.
        jest.spyOn(performance, 'now').mockReturnValue(performance.now());
        const commit = jest.spyOn(open.dataSource.createQueryRunner(), 'commitTransaction');
        const results = await runTogether(
          [1, 2, 3, 4, 5].map((id) => async (transaction: Transaction) => {
            await insert(transaction, id);
            if (id === 3) throw new Error('no');
            return id;
          }),
        );
        expect(results.map((result) => (result.status === 'fulfilled' ? result.value : 'failed'))).toEqual([
          1,
          2,
          'failed',
          4,
          5,
        ]);
        expect(await ids(open.dataSource)).toEqual([1, 2, 4, 5]);
        // That of the holder, and one for the others.
        expect(commit).toHaveBeenCalledTimes(2);
      });

      it('answers none of them before their COMMIT, and stores each when it fails for all', async () => {
        const runner = open.dataSource.createQueryRunner();
        const original = runner.commitTransaction.bind(runner);
        let commits = 0;
        runner.commitTransaction = () => (++commits === 2 ? Promise.reject(new Error('the disk is full')) : original());
        const results = await runTogether([1, 2, 3].map((id) => (transaction: Transaction) => insert(transaction, id)));
        expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
        expect(await ids(open.dataSource)).toEqual([1, 2, 3]);
        // The holder, the group, and each of the three by itself.
        expect(commits).toBe(5);
      });

      it('leaves each in the asynchronous context of its caller, and lets inner work join', async () => {
        const callers = new AsyncLocalStorage<string>();
        const held = gate();
        const holder = unitOfWork.run(() => held.passed);
        const seen = ['ann', 'ben'].map((name, at) =>
          callers.run(name, () =>
            unitOfWork.run(async () => {
              await unitOfWork.run((inner) => insert(inner, at));
              return callers.getStore();
            }),
          ),
        );
        held.open();
        await holder;
        expect(await Promise.all(seen)).toEqual(['ann', 'ben']);
        expect(await ids(open.dataSource)).toEqual([0, 1]);
      });
    });

    it('waits for another process that holds the lock, and is whole afterwards', async () => {
      const other = new Database(join(open.database.dataDir, 'rollbook.sqlite'));
      other.exec('BEGIN IMMEDIATE');
      setTimeout(() => other.exec('COMMIT'), 80);
      await unitOfWork.run((transaction) => insert(transaction, 1));
      await unitOfWork.run((transaction) => insert(transaction, 2));
      expect(other.prepare('SELECT id FROM notes').pluck().all()).toEqual([1, 2]);
      other.close();
    });

    it('gives up on a lock that stays with the driver error, and works again once it is free', async () => {
      const other = new Database(join(open.database.dataDir, 'rollbook.sqlite'));
      other.exec('BEGIN IMMEDIATE');
      await expect(unitOfWork.run((transaction) => insert(transaction, 1))).rejects.toThrow('database is locked');
      other.exec('COMMIT');
      await unitOfWork.run((transaction) => insert(transaction, 2));
      expect(other.prepare('SELECT id FROM notes').pluck().all()).toEqual([2]);
      other.close();
    });
  }

  if (engine === 'mariadb') {
    const touch = (transaction: Transaction, id: number) =>
      transaction.query('UPDATE notes SET text = CONCAT(text, ?) WHERE id = ?', ['+', id]);

    it('runs the function again after a deadlock, so that both rivals are stored whole', async () => {
      await unitOfWork.run(async (transaction) => {
        for (const id of [1, 2]) await insert(transaction, id, `n${id}`);
      });
      let tries = 0;
      const bothHoldOne = gate();
      let holding = 0;
      const rival = (first: number, second: number) =>
        unitOfWork.run(async (transaction) => {
          tries += 1;
          await touch(transaction, first);
          if (++holding === 2) bothHoldOne.open();
          await bothHoldOne.passed;
          await touch(transaction, second);
        });
      await Promise.all([rival(1, 2), rival(2, 1)]);
      expect(tries).toBe(3);
      const rows = await open.dataSource.query('SELECT text FROM notes ORDER BY id');
      expect(rows).toEqual([{ text: 'n1++' }, { text: 'n2++' }]);
    });

    it('waits for a row as long as it is to, also on a connection that a probe has opened', async () => {
      const waitOf = async ({ dataSource }: OpenDatabase): Promise<unknown> =>
        new UnitOfWork(dataSource).run((transaction) =>
          transaction.query("SHOW SESSION VARIABLES LIKE 'innodb_lock_wait_timeout'"),
        );
      const other = await openDatabase(engine);
      const probe = new DatabaseProbe(other.dataSource);
      await probe.ask(5_000);
      expect(await waitOf(other)).toEqual(await waitOf(open));
      await probe.ask(5_000);
      expect(await waitOf(other)).toEqual(await waitOf(open));
      await other.remove();
    });

    it('runs the function again after a lock wait timeout, without what its first try wrote', async () => {
      await unitOfWork.run((transaction) => insert(transaction, 1, 'n'));
      const [locked, timedOut] = [gate(), gate()];
      const holder = unitOfWork.run(async (transaction) => {
        await touch(transaction, 1);
        locked.open();
        await timedOut.passed;
      });
      await locked.passed;
      let tries = 0;
      await unitOfWork.run(async (transaction) => {
        tries += 1;
        await transaction.query('SET SESSION innodb_lock_wait_timeout = 1');
        await insert(transaction, 100 + tries);
        await touch(transaction, 1).catch((error: unknown) => {
          timedOut.open();
          throw error;
        });
      });
      await holder;
      expect(tries).toBe(2);
      expect(await ids(open.dataSource)).toEqual([1, 102]);
    });
  }
});
