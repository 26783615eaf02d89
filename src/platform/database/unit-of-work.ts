import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, OnApplicationShutdown } from '@nestjs/common';
import { DataSource, QueryRunner } from 'typeorm';
import { databaseTraits } from './database.traits';
import { CommitOutcomeUnknown } from './database.errors';
import { isConnectionFault, isTransient, uniqueViolation } from './driver-error';
import { Transaction } from './transaction';

const MAX_TRIES = 5;
/** One rival may hold the idempotency key, another the customer's reference number. */
const MAX_RIVAL_TRIES = 3;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

interface RunningWork {
  readonly manager: Transaction;
  readonly kind: 'transaction' | 'reads';
  /** False once the transaction has ended; work that outlives it must not slip into a finished one. */
  open: boolean;
}

/** Full jitter (random share of an exponentially growing pause), so that rivals do not meet again. */
function pauseBefore(attempt: number): number {
  return Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
}

/**
 * The only way to the database. `run` gives the work one transaction: all of it is stored, or nothing.
 *
 * - Called inside running work, it joins that transaction.
 * - TypeORM has one query runner for a SQLite file, where two transactions would mix silently (measured: a row whose
 *   caller was told "committed" vanished with the other's rollback); there, transactions queue.
 * - A COMMIT whose answer was lost is unknown, not failed: it is never run again blindly but reported as
 *   `CommitOutcomeUnknown`, for the caller to look up what was stored.
 * - On a transient error (deadlock, lock timeout, lost connection) the work function is run again from the start, up to
 *   five times; so it must do nothing but database work. Only the outermost call retries.
 */
@Injectable()
export class UnitOfWork implements OnApplicationShutdown {
  private readonly running = new AsyncLocalStorage<RunningWork>();
  private readonly singleConnection: boolean;
  private tail: Promise<unknown> = Promise.resolve();

  /**
   * @param readSource a second way to the database, for reads alone: where there is one connection to write through,
   *   they need not wait for the transaction that holds it
   */
  constructor(
    private readonly dataSource: DataSource,
    private readonly readSource: DataSource | null = null,
  ) {
    this.singleConnection = databaseTraits(dataSource).singleConnection;
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.readSource?.isInitialized) await this.readSource.destroy();
  }

  /** Runs work in a transaction and gives its result after COMMIT. */
  async run<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const outer = this.running.getStore();
    if (outer?.open && outer.kind === 'reads') throw new Error('UnitOfWork.run called inside UnitOfWork.read');
    if (outer?.open) return work(outer.manager);
    return this.retry(() => this.inLine(() => this.transact(work)));
  }

  /**
   * Like `run`, for work that looks whether a unique value is free before it takes it: when a rival took it in between,
   * the work runs again and sees the rival's row. Inside running work only the outermost call can do that: what the
   * transaction did before the violation is part of what must be undone.
   */
  async runAgainstRivals<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const isInner = this.running.getStore()?.open === true;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.run(work);
      } catch (error) {
        if (isInner || attempt >= MAX_RIVAL_TRIES || uniqueViolation(error) === null) throw error;
      }
    }
  }

  /** Runs reads that need no transaction of their own. They never see what others have not committed. */
  async read<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const outer = this.running.getStore();
    if (outer?.open) return work(outer.manager);
    const { readSource } = this;
    if (readSource !== null) return this.retry(() => this.readOnly(readSource, work));
    return this.retry(() => this.inLine(() => this.readOnly(this.dataSource, work)));
  }

  /** Writes what was overwritten or removed out of the log of an embedded database; a server does that by itself. */
  async clearLog(): Promise<void> {
    if (!this.singleConnection) return;
    await this.inLine(() => this.dataSource.query('PRAGMA wal_checkpoint(TRUNCATE)'));
  }

  /** Runs work that must not join the transaction around it, such as a look at what others have stored meanwhile. */
  apart<T>(work: () => Promise<T>): Promise<T> {
    return this.running.exit(work);
  }

  private async readOnly<T>(source: DataSource, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const state: RunningWork = { manager: source.manager, kind: 'reads', open: true };
    try {
      return await this.running.run(state, () => work(state.manager));
    } finally {
      state.open = false;
    }
  }

  private async retry<T>(attemptWork: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await attemptWork();
      } catch (error) {
        if (attempt >= MAX_TRIES || !isTransient(error)) throw error;
        await sleep(pauseBefore(attempt));
      }
    }
  }

  private inLine<T>(work: () => Promise<T>): Promise<T> {
    if (!this.singleConnection) return work();
    const turn = this.tail.then(work);
    this.tail = turn.catch(() => undefined);
    return turn;
  }

  private async transact<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    const state: RunningWork = { manager: runner.manager, kind: 'transaction', open: true };
    try {
      await begin(runner, this.singleConnection);
      const result = await this.running.run(state, () => work(runner.manager));
      state.open = false;
      await commit(runner);
      return result;
    } catch (error) {
      state.open = false;
      if (runner.isTransactionActive) await rollBack(runner, this.singleConnection);
      throw error;
    } finally {
      await runner.release();
    }
  }
}

async function begin(runner: QueryRunner, isSqlite: boolean): Promise<void> {
  await runner.startTransaction();
  if (!isSqlite) return;
  // TypeORM only knows the deferred BEGIN, which fails halfway when another process writes in between: take the write
  // lock at once instead.
  await runner.query('COMMIT');
  await runner.query('BEGIN IMMEDIATE');
}

async function rollBack(runner: QueryRunner, isSqlite: boolean): Promise<void> {
  try {
    await runner.rollbackTransaction();
  } catch {
    // A broken connection cannot roll back; the server does it then.
    if (!isSqlite) return;
    // SQLite had no transaction any more (the lock was not to be had, or the disk was full), but TypeORM's one runner
    // would go on counting it and answer all later work with savepoints: give it an empty one to roll back.
    await runner.query('BEGIN').catch(() => undefined);
    await runner.rollbackTransaction().catch(() => undefined);
  }
}

async function commit(runner: QueryRunner): Promise<void> {
  try {
    await runner.commitTransaction();
  } catch (error) {
    if (isConnectionFault(error)) throw new CommitOutcomeUnknown(error);
    throw error;
  }
}
