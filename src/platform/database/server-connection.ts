import type { Socket } from 'node:net';
import type { QueryRunner } from 'typeorm';
import { unansweredInTime } from './database.errors';
import { alarmIn } from './deadline';

/** Longest time one statement may stay without an answer, whoever waits for it. */
const LONGEST_SILENCE_MS = 60_000;

/**
 * Longest time a transaction may hold its locks while nobody sends a statement in it. A process that is frozen, or whose
 * machine is gone without a word, would keep others from the same rows for hours: from going on with its job, too.
 */
const IDLE_TRANSACTION_SECONDS = 15;

/** What is used of a pooled connection of mysql2. */
interface PooledConnection {
  readonly stream: Pick<Socket, 'destroy' | 'setTimeout' | 'on' | 'off'>;
  on(event: 'error', listener: () => void): unknown;
  query(sql: string, done: (error: unknown) => void): unknown;
}

/** Wait for a lock of those who take none. */
const NO_LOCK_SECONDS = 1;

/** Connections that were told how long to hold a row, and what to see; with how long they wait for one, in seconds. */
const prepared = new WeakMap<object, number>();

/**
 * Takes a connection from the pool of a server for a query runner, and cuts it when the time is over or the server has
 * been silent for a minute: the statement under way then fails as with a broken link, and the server rolls back. (The
 * driver's own limit of a statement leaves it running on a connection that goes back into the pool.)
 *
 * @param leftMs for everything the runner does; Infinity when only silence counts
 * @param lockWaitSeconds how long the server lets a statement wait for a lock; null for a runner that takes none
 * @returns a function to call when the runner is done
 * @throws as a link that broke, when no connection is free in time
 */
export async function connectInTime(
  runner: QueryRunner,
  leftMs: number,
  lockWaitSeconds: number | null,
): Promise<() => void> {
  const connection = await acquire(runner, Math.min(leftMs, LONGEST_SILENCE_MS));
  const known = prepared.get(connection);
  const wait = lockWaitSeconds ?? known ?? NO_LOCK_SECONDS;
  prepared.set(connection, wait);
  if (known === undefined) {
    // Whoever waits for a broken connection is told; without a listener a second fault of it would end the process.
    connection.on('error', () => undefined);
    // MySQL has no limit of the other kind: to it, that part is a comment.
    const idle = `/*M! , idle_transaction_timeout = ${IDLE_TRANSACTION_SECONDS} */`;
    // Should one fail, the statement behind it fails too.
    connection.query(`SET SESSION innodb_lock_wait_timeout = ${wait} ${idle}`, () => undefined);
    // Once for the connection: TypeORM would say it again before each transaction, which is one way to the server more.
    connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED', () => undefined);
  } else if (known !== wait) {
    connection.query(`SET SESSION innodb_lock_wait_timeout = ${wait}`, () => undefined);
  }
  const { stream } = connection;
  const cut = () => stream.destroy(unansweredInTime('the server did not answer in time'));
  const callOff = alarmIn(leftMs, cut);
  stream.on('timeout', cut);
  stream.setTimeout(LONGEST_SILENCE_MS);
  return () => {
    callOff();
    stream.setTimeout(0);
    stream.off('timeout', cut);
  };
}

function acquire(runner: QueryRunner, waitMs: number): Promise<PooledConnection> {
  return new Promise((resolve, reject) => {
    const callOff = alarmIn(waitMs, () => {
      reject(unansweredInTime('no connection became free in time'));
      // The pool still gives one, some time: it must not be lost to the others.
      const release = () => void runner.release();
      runner.connect().then(release, release);
    });
    (runner.connect() as Promise<PooledConnection>).then(resolve, reject).finally(callOff);
  });
}
