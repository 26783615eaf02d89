import { setTimeout as sleep } from 'node:timers/promises';

/** Gives what the work gives. @throws Error when it takes longer; the work itself goes on. */
export async function inTime<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const impatience = new AbortController();
  try {
    return await Promise.race([
      work,
      sleep(milliseconds, undefined, { signal: impatience.signal }).then(() => {
        throw new Error('no answer in time');
      }),
    ]);
  } finally {
    impatience.abort();
  }
}
