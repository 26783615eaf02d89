import { askFigures } from './figures';
import type { BenchLane } from './lane';
import type { Measurement } from './measurement';

/** One way to do a work, timed from the first byte of the request to the last of the answer. */
export interface Trial<T> {
  readonly subject: string;
  /** Figures of the process that does it; null when it tells none. */
  readonly figuresFile: string | null;
  readonly repeats: number;
  /** What is sent in that turn; not timed. */
  prepare(turn: number): T | Promise<T>;
  send(content: T): Promise<void>;
  /** Looks at what is stored afterwards; not timed. @throws when it is wrong */
  check(turn: number): Promise<void>;
}

const MS = 1_000;

/** Does a work in all the ways by turns, so that a moment in which the machine is slow meets all of them. */
export async function compare<T>(
  lane: BenchLane,
  work: string,
  rows: number,
  trials: readonly Trial<T>[],
): Promise<Measurement[]> {
  const seconds = trials.map((): number[] => []);
  const peaks = trials.map((): number[] => []);
  const blocks = trials.map((): number[] => []);
  const most = Math.max(...trials.map(({ repeats }) => repeats));
  for (let round = 0; round < most; round++) {
    for (const [at, trial] of trials.entries()) {
      if (round >= trial.repeats) continue;
      const { figuresFile, subject } = trial;
      const turn = lane.nextTurn();
      const content = await trial.prepare(turn);
      if (figuresFile !== null) await askFigures(figuresFile);
      const begun = performance.now();
      await trial.send(content);
      const took = (performance.now() - begun) / MS;
      seconds[at]?.push(took);
      if (figuresFile !== null) {
        const { peakRssMb, longestBlockMs } = await askFigures(figuresFile);
        if (peakRssMb !== null) peaks[at]?.push(peakRssMb);
        blocks[at]?.push(longestBlockMs);
      }
      console.error(`  ${lane.engine} ${work}, ${subject}: ${took.toFixed(3)} s`);
      await trial.check(turn);
    }
  }
  const highest = (values: readonly number[] | undefined) =>
    values === undefined || values.length === 0 ? null : Math.max(...values);
  return trials.map(({ subject }, at) => ({
    work,
    engine: lane.engine,
    subject,
    seconds: seconds[at] ?? [],
    rows,
    peakRssMb: highest(peaks[at]),
    longestBlockMs: highest(blocks[at]),
  }));
}
