import { setImmediate as nextTurn } from 'node:timers/promises';
import { giveWay } from '../event-loop/give-way';
import { isTransient } from './driver-error';
import type { Transaction } from './transaction';
import type { WorkLine } from './work-line';

/** Most works that share a COMMIT, and how long the first of them may wait for the others. */
const MAX_GROUP = 32;
const LONGEST_GROUP_MS = 10;

type Work<T> = (transaction: Transaction) => Promise<T>;

/** Runs work in a transaction of its own, when it is its turn. */
type Transact = <T>(work: Work<T>) => Promise<T>;

interface WaitingWork {
  readonly work: Work<unknown>;
  /** Why its turn did not come in time, while others had taken it along; null otherwise. */
  late: Error | null;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lets short works that wait for the one connection together share a COMMIT, so that the disk is waited for once for all
 * of them. Each is undone by itself when it fails, and none is answered before it is stored.
 */
export class CommitGroup {
  private waiting: WaitingWork[] = [];

  constructor(
    private readonly line: WorkLine,
    private readonly transact: Transact,
  ) {}

  /**
   * Runs the work and gives its result after COMMIT. When the COMMIT fails for all, each is run again by itself.
   *
   * @param waitMs longest time until it begins
   * @throws as `WorkLine` does when the turn did not come in time; the work is then left out
   */
  add<T>(work: Work<T>, waitMs: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const one: WaitingWork = { work, late: null, resolve: resolve as (result: unknown) => void, reject };
      this.waiting.push(one);
      this.line
        .add(() => this.commitNext(), waitMs)
        .catch((error: unknown) => {
          one.late = error instanceof Error ? error : new Error(String(error));
          // One that others took along is under way, and answered by them, or given back.
          if (!this.waiting.includes(one)) return;
          this.waiting = this.waiting.filter((other) => other !== one);
          reject(one.late);
        });
    });
  }

  /** Runs what waits by now and commits it at once. */
  private async commitNext(): Promise<void> {
    // Others took along whoever this turn in the line was for.
    if (this.waiting.length === 0) return;
    // Short work on SQLite runs through without a turn of the event loop: requests that have come meanwhile are still to
    // be read. Measured with 32 clients: 1,400 changes a second instead of 770.
    await nextTurn();
    const group = this.waiting.splice(0, MAX_GROUP);
    const [first] = group;
    if (first === undefined) return;
    if (group.length === 1) return this.settle(first);
    const answers: (() => void)[] = [];
    try {
      await this.transact(async (transaction) => {
        const until = performance.now() + LONGEST_GROUP_MS;
        for (const one of group) {
          if (answers.length > 0 && performance.now() > until) break;
          answers.push(await answerOf(transaction, one));
          await giveWay();
        }
      });
    } catch (error) {
      // Another process holds the lock: all of them try again, together. Otherwise one may be at fault for all.
      if (isTransient(error)) for (const { reject } of group) reject(error);
      else for (const one of group) await this.settle(one);
      return;
    }
    // Given back: whoever is late by now has lost the turn of its own.
    for (const one of group.slice(answers.length).reverse()) {
      if (one.late === null) this.waiting.unshift(one);
      else one.reject(one.late);
    }
    for (const answer of answers) answer();
  }

  private async settle({ work, resolve, reject }: WaitingWork): Promise<void> {
    await this.transact(work).then(resolve, reject);
  }
}

/** Runs one work behind a savepoint; gives what is to be called once the group is committed. */
async function answerOf(transaction: Transaction, { work, resolve, reject }: WaitingWork): Promise<() => void> {
  await transaction.query('SAVEPOINT one_of_group');
  try {
    const result = await work(transaction);
    await transaction.query('RELEASE SAVEPOINT one_of_group');
    return () => resolve(result);
  } catch (error) {
    await transaction.query('ROLLBACK TO SAVEPOINT one_of_group');
    await transaction.query('RELEASE SAVEPOINT one_of_group');
    return () => reject(error);
  }
}
