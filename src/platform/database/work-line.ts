import { unansweredInTime } from './database.errors';
import { alarmIn } from './deadline';

/** Lets work through one by one, in the order it came. */
export class WorkLine {
  private tail: Promise<unknown> = Promise.resolve();

  /**
   * Runs the work when it is its turn.
   *
   * @param waitMs longest time until then; work that has begun is never given up
   * @throws as a database that does not answer, when the turn did not come in time; the work is then left out
   */
  add<T>(work: () => Promise<T>, waitMs: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let isGivenUp = false;
      const callOff = alarmIn(waitMs, () => {
        isGivenUp = true;
        reject(unansweredInTime('other work held the database for too long'));
      });
      this.tail = this.tail.then(async () => {
        if (isGivenUp) return;
        callOff();
        await work().then(resolve, reject);
      });
    });
  }
}
