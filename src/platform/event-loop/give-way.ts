import { setImmediate as nextTurn } from 'node:timers/promises';

/** Longest stretch of work before others get their turn. Far below the 50 ms a small request may be held up. */
const SLICE_MS = 10;

let sliceStart = performance.now();

/**
 * Lets waiting requests and timers run if this process has worked for 10 ms without a pause. Called inside long loops
 * and between the statements of a long transaction: SQLite's answers arrive without a turn of the event loop.
 */
export async function giveWay(): Promise<void> {
  if (performance.now() - sliceStart < SLICE_MS) return;
  await nextTurn();
  sliceStart = performance.now();
}

/** Items between two looks at the clock. */
const SLICE_ITEMS = 16;

/** Does something with each item in order, and lets waiting requests and timers run in between as `giveWay` does. */
export async function forEachGivingWay<T>(items: Iterable<T>, work: (item: T, at: number) => void): Promise<void> {
  let at = 0;
  for (const item of items) {
    work(item, at++);
    // A promise for each item would cost more than much of the work.
    if (at % SLICE_ITEMS === 0 && performance.now() - sliceStart >= SLICE_MS) await giveWay();
  }
}
