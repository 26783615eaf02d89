import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { Engine } from '../test/support/engines';
import { LANE_NAMES, LaneName } from './lanes';

const USAGE = `npm run fuzz -- [options]
  --engine sqlite|mariadb  only that one; MariaDB on the server of DATABASE_URL, else on a private throw-away one
  --cases N                requests in all, over the engines and lanes (60000)
  --only LANE              ${LANE_NAMES.join(', ')}
  --seed N                 for the same cases again
  --quick                  3,000 requests: about a minute`;

/** What the command is to do. */
export interface FuzzOptions {
  readonly engines: readonly Engine[];
  readonly lanes: readonly LaneName[];
  readonly cases: number;
  readonly seed: number;
}

const MOST_SEED = 1_000_000;

const isLane = (text: string): text is LaneName => (LANE_NAMES as readonly string[]).includes(text);

/** Reads the command line. @throws with the usage when something in it is not understood */
export function readOptions(args: readonly string[]): FuzzOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      engine: { type: 'string' },
      cases: { type: 'string' },
      only: { type: 'string' },
      seed: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  });
  const { engine, only, quick } = values;
  if (engine !== undefined && engine !== 'sqlite' && engine !== 'mariadb') throw new Error(USAGE);
  if (only !== undefined && !isLane(only)) throw new Error(USAGE);
  return {
    engines: engine === undefined ? ['sqlite', 'mariadb'] : [engine],
    lanes: only === undefined ? LANE_NAMES : [only],
    cases: countOf(values.cases, quick ? 3_000 : 60_000),
    seed: countOf(values.seed, randomInt(1, MOST_SEED)),
  };
}

function countOf(text: string | undefined, otherwise: number): number {
  const count = Number(text ?? otherwise);
  if (!Number.isSafeInteger(count) || count < 1) throw new Error(USAGE);
  return count;
}
