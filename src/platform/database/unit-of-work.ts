import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, OnApplicationShutdown } from '@nestjs/common';
import { DataSource, QueryRunner } from 'typeorm';
import { currentRequestId } from '../http/request-context';
import { CommitGroup } from './commit-group';
import { databaseTraits } from './database.traits';
import { CommitOutcomeUnknown } from './database.errors';
import { Deadline, deadlineIn } from './deadline';
import { isConnectionFault, isTransient, uniqueViolation } from './driver-error';
import { RetryBudget } from './retry-budget';
import { connectInTime } from './server-connection';
import { Transaction } from './transaction';
import { WorkLine } from './work-line';

const MAX_TRIES = 5;
/** One rival may hold the idempotency key, another the customer's reference number. */
const MAX_RIVAL_TRIES = 3;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;
const SECOND_MS = 1_000;
const DEFAULT_TIMEOUT_SECONDS = 30;
/** Part of its time a request may spend on one lock, so that it can try again. */
const LOCK_WAIT_SHARE = 1 / 3;

interface RunningWork {
  readonly manager: Transaction;
  readonly kind: 'transaction' | 'reads';
  /** False once the transaction has ended; work that outlives it must not slip into a finished one. */
  open: boolean;
}

/** What work came to, and whether anything it stored is to stay. */
export interface Tentative<T> {
  readonly result: T;
  readonly isKept: boolean;
}

/** What tentative work came to. */
export interface Attempted<T> {
  readonly result: T;
  /** Resolves when the database has taken back what was not to stay. */
  readonly undone: Promise<void>;
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
 *   caller was told "committed" vanished with the other's rollback); there, transactions queue, and those of requests
 *   that wait together share a COMMIT.
 * - A COMMIT whose answer was lost is unknown, not failed: it is never run again blindly but reported as
 *   `CommitOutcomeUnknown`, for the caller to look up what was stored.
 * - On a transient error (deadlock, lock timeout, lost connection) the work function is run again from the start, up to
 *   five times, and for requests as long as retries stay a fifth of all work; so it must do nothing but database work. Only the
 *   outermost call retries.
 * - All tries together, with the wait for a connection, end after the timeout as a database that does not answer; only
 *   `unhurried` work takes as long as it needs.
 */
@Injectable()
export class UnitOfWork implements OnApplicationShutdown {
  private readonly running = new AsyncLocalStorage<RunningWork>();
  private readonly unhurriedWork = new AsyncLocalStorage<true>();
  /** True where one process has the database for itself, with one connection to write through. */
  readonly isEmbedded: boolean;
  private readonly line = new WorkLine();
  private readonly group = new CommitGroup(this.line, (work) => this.transact(work, deadlineIn(Infinity)));
  private readonly retries = new RetryBudget();
  private readonly lockWaitSeconds: number;
  /** Calls for requests that are under way. */
  private serving = 0;

  /**
   * @param readSource a second way to the database, for reads alone: where there is one connection to write through,
   *   they need not wait for the transaction that holds it
   * @param timeoutSeconds longest time one call may take
   */
  constructor(
    private readonly dataSource: DataSource,
    private readonly readSource: DataSource | null = null,
    private readonly timeoutSeconds = DEFAULT_TIMEOUT_SECONDS,
  ) {
    this.isEmbedded = databaseTraits(dataSource).singleConnection;
    this.lockWaitSeconds = Math.ceil(timeoutSeconds * LOCK_WAIT_SHARE);
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.readSource?.isInitialized) await this.readSource.destroy();
  }

  /** Runs work in a transaction and gives its result after COMMIT. */
  async run<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const outer = this.running.getStore();
    if (outer?.open && outer.kind === 'reads') throw new Error('UnitOfWork.run called inside UnitOfWork.read');
    if (outer?.open) return work(outer.manager);
    // A job holds its transaction for long: nobody is to wait for its end to see a COMMIT.
    if (this.isEmbedded && this.unhurriedWork.getStore() !== true) {
      return this.retry(({ leftMs }) => this.group.add(this.inContext(work), leftMs));
    }
    return this.retry((deadline) => this.inLine(deadline, () => this.transact(work, deadline)));
  }

  /**
   * Like `run`, for work that looks whether a unique value is free before it takes it: when a rival took it in between,
   * the work runs again and sees the rival's row. Inside running work only the outermost call can do that: what the
   * transaction did before the violation is part of what must be undone.
   */
  async runAgainstRivals<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const isInner = this.isRunning;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.run(work);
      } catch (error) {
        if (isInner || attempt >= MAX_RIVAL_TRIES || uniqueViolation(error) === null) throw error;
      }
    }
  }

  /**
   * Like `run`, for work that says at its end whether it is to be committed. When it is not, its result is given back at
   * once: a server takes some 10 µs to take back one changed row, and other work need not wait for that.
   */
  runTentatively<T>(work: (transaction: Transaction) => Promise<Tentative<T>>): Promise<Attempted<T>> {
    if (this.isRunning) throw new Error('UnitOfWork.runTentatively called inside other work');
    return this.retry((deadline) => this.inLine(deadline, () => this.transactTentatively(work, deadline)));
  }

  /** Runs reads that need no transaction of their own. They never see what others have not committed. */
  async read<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const outer = this.running.getStore();
    if (outer?.open) return work(outer.manager);
    const { readSource } = this;
    if (readSource !== null) return this.retry((deadline) => this.readOnly(readSource, work, deadline));
    return this.retry((deadline) => this.inLine(deadline, () => this.readOnly(this.dataSource, work, deadline)));
  }

  /** Runs work that may take its time at the database, such as a job: only a server that is silent breaks it off. */
  unhurried<T>(work: () => Promise<T>): Promise<T> {
    return this.unhurriedWork.run(true, work);
  }

  /** True inside running work, which further calls would join. */
  get isRunning(): boolean {
    return this.running.getStore()?.open === true;
  }

  /** True while a request has work under way here that is not `unhurried`: jobs leave the database to it where they can. */
  get isServing(): boolean {
    return this.serving > 0;
  }

  /** Writes what was overwritten or removed out of the log of an embedded database; a server does that by itself. */
  async clearLog(): Promise<void> {
    if (!this.isEmbedded) return;
    await this.inLine(deadlineIn(Infinity), () => this.dataSource.query('PRAGMA wal_checkpoint(TRUNCATE)'));
  }

  /** Runs work that must not join the transaction around it, such as a look at what others have stored meanwhile. */
  apart<T>(work: () => Promise<T>): Promise<T> {
    return this.running.exit(work);
  }

  private async readOnly<T>(
    source: DataSource,
    work: (transaction: Transaction) => Promise<T>,
    { leftMs }: Deadline,
  ): Promise<T> {
    const runner = source.createQueryRunner();
    const state: RunningWork = { manager: runner.manager, kind: 'reads', open: true };
    const done = await this.connect(runner, leftMs);
    try {
      return await this.running.run(state, () => work(state.manager));
    } finally {
      state.open = false;
      done();
      await runner.release();
    }
  }

  private async retry<T>(attemptWork: (deadline: Deadline) => Promise<T>): Promise<T> {
    const isUnhurried = this.unhurriedWork.getStore() === true;
    const served = !isUnhurried && currentRequestId() !== null ? 1 : 0;
    this.serving += served;
    try {
      return await this.tryInTime(attemptWork, isUnhurried);
    } finally {
      this.serving -= served;
    }
  }

  private async tryInTime<T>(attemptWork: (deadline: Deadline) => Promise<T>, isUnhurried: boolean): Promise<T> {
    const deadline = deadlineIn(isUnhurried ? Infinity : this.timeoutSeconds * SECOND_MS);
    this.retries.earn();
    for (let attempt = 1; ; attempt++) {
      try {
        return await attemptWork(deadline);
      } catch (error) {
        if (attempt >= MAX_TRIES || !isTransient(error) || deadline.hasPassed) throw error;
        // Rival jobs meet again and again; how many there are at a time is bounded by their queue.
        if (!isUnhurried && !this.retries.take()) throw error;
        await sleep(pauseBefore(attempt));
      }
    }
  }

  private inLine<T>({ leftMs }: Deadline, work: () => Promise<T>): Promise<T> {
    return this.isEmbedded ? this.line.add(work, leftMs) : work();
  }

  /** The work as part of whichever transaction it is given, but in the asynchronous context of its caller. */
  private inContext<T>(work: (transaction: Transaction) => Promise<T>): (transaction: Transaction) => Promise<T> {
    // `AsyncResource.bind` does the same, for some 15 µs more on Node 20.
    const caller = new AsyncResource('UnitOfWork');
    return (transaction) => caller.runInAsyncScope(() => this.within(transaction, work));
  }

  /** Runs work as part of a transaction, for those inside it to join as long as it lasts. */
  private async within<T>(manager: Transaction, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const state: RunningWork = { manager, kind: 'transaction', open: true };
    try {
      return await this.running.run(state, () => work(manager));
    } finally {
      state.open = false;
    }
  }

  private async connect(runner: QueryRunner, leftMs: number): Promise<() => void> {
    if (this.isEmbedded) return () => undefined;
    return connectInTime(runner, leftMs, this.lockWaitSeconds);
  }

  private async transact<T>(work: (transaction: Transaction) => Promise<T>, deadline: Deadline): Promise<T> {
    const kept = async (transaction: Transaction) => ({ result: await work(transaction), isKept: true });
    return (await this.transactTentatively(kept, deadline)).result;
  }

  private async transactTentatively<T>(
    work: (transaction: Transaction) => Promise<Tentative<T>>,
    { leftMs }: Deadline,
  ): Promise<Attempted<T>> {
    const runner = this.dataSource.createQueryRunner();
    const done = await this.connect(runner, leftMs);
    const end = () => {
      done();
      return runner.release();
    };
    let undone: Promise<void> | null = null;
    try {
      await begin(runner, this.isEmbedded);
      const { result, isKept } = await this.within(runner.manager, work);
      if (isKept) await commit(runner);
      else undone = rollBack(runner, this.isEmbedded).finally(end);
      return { result, undone: undone ?? Promise.resolve() };
    } catch (error) {
      if (runner.isTransactionActive) await rollBack(runner, this.isEmbedded);
      throw error;
    } finally {
      if (undone === null) await end();
      // Whoever is next in line needs the one connection there is.
      else if (this.isEmbedded) await undone;
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
    // SQLite had no transaction (the lock was not to be had, or the disk was full), or did not let go of it at once. TypeORM
    // counts on regardless, on the one runner it has, and would answer all later work with savepoints.
    await runner.query('ROLLBACK').catch(() => undefined);
    Object.assign(runner, { isTransactionActive: false, transactionDepth: 0 });
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
