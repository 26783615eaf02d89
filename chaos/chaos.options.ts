import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { Engine } from '../test/support/engines';

const USAGE = `npm run chaos -- [options]
  --engine sqlite|mariadb  only that one; MariaDB on the server of DATABASE_URL, else on a private throw-away one
  --kills N                kills for each engine (100)
  --rows N                 rows of each import (100000)
  --lanes N                services at work at a time (3)
  --seed N                 for the same files and the same drawn instants again
  --quick                  5 kills, 20,000 rows
  --steps                  kill at each named step instead of at random instants
  --times N                so often at each step (20)`;

/** What the command is to do. */
export interface ChaosOptions {
  readonly engines: readonly Engine[];
  readonly kills: number;
  readonly rows: number;
  readonly lanes: number;
  readonly seed: number;
  readonly steps: boolean;
  readonly times: number;
}

const MOST_SEED = 1_000_000;
/** Steps inside a chunk need some chunks, not many rows. */
const STEP_ROWS = 5_000;

/** Reads the command line. @throws with the usage when something in it is not understood */
export function readOptions(args: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      engine: { type: 'string' },
      kills: { type: 'string' },
      rows: { type: 'string' },
      lanes: { type: 'string' },
      seed: { type: 'string' },
      times: { type: 'string' },
      quick: { type: 'boolean', default: false },
      steps: { type: 'boolean', default: false },
    },
  });
  const { engine, quick, steps } = values;
  if (engine !== undefined && engine !== 'sqlite' && engine !== 'mariadb') throw new Error(USAGE);
  return {
    engines: engine === undefined ? ['sqlite', 'mariadb'] : [engine],
    kills: countOf(values.kills, quick ? 5 : 100),
    rows: countOf(values.rows, quick ? 20_000 : steps ? STEP_ROWS : 100_000),
    lanes: countOf(values.lanes, 3),
    seed: countOf(values.seed, randomInt(1, MOST_SEED)),
    steps,
    times: countOf(values.times, 20),
  };
}

function countOf(text: string | undefined, otherwise: number): number {
  const count = Number(text ?? otherwise);
  if (!Number.isSafeInteger(count) || count < 1) throw new Error(USAGE);
  return count;
}
