import { randomInt } from 'node:crypto';
import { countOf, enginesOf, readArguments, wrongUsage } from '../chaos/usage';
import type { Engine } from '../test/support/engines';
import { LANE_NAMES, LaneName, LANES, TWINS } from './lanes';

const USAGE = `npm run fuzz -- [options]
  --engine sqlite|mariadb  only that one; MariaDB on the server of DATABASE_URL, else on a private throw-away one
  --cases N                requests in all, over the engines and lanes (60000)
  --only LANE              ${[...LANE_NAMES, TWINS.name].join(', ')}
  --seed N                 for the same cases again
  --quick                  2,000 requests: about a minute`;

/** What the command is to do. */
export interface FuzzOptions {
  readonly engines: readonly Engine[];
  /** Requests of each lane on each engine. */
  readonly cases: ReadonlyMap<LaneName, number>;
  /** Requests to each of the two services that must give the same answers. */
  readonly twinCases: number;
  readonly seed: number;
}

const MOST_SEED = 1_000_000;

/** Reads the command line. @throws UsageError when something in it is not understood */
export function readOptions(args: readonly string[]): FuzzOptions {
  const { values } = readArguments(USAGE, {
    args: [...args],
    options: {
      engine: { type: 'string' },
      cases: { type: 'string' },
      only: { type: 'string' },
      seed: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { engine, only, quick } = values;
  const engines = enginesOf(USAGE, values);
  const lanes = LANE_NAMES.filter((name) => only === undefined || only === name);
  const hasTwins = engine === undefined && (only === undefined || only === TWINS.name);
  if (lanes.length === 0 && !hasTwins) throw wrongUsage(USAGE, `--only ${only ?? ''} is no lane there is for that`);
  const shares = lanes.map((name) => LANES[name].share);
  const whole = shares.reduce((sum, share) => sum + share, hasTwins ? TWINS.share : 0);
  const each = countOf(USAGE, values.cases, quick ? 2_000 : 60_000) / engines.length;
  return {
    engines,
    cases: new Map(lanes.map((name) => [name, Math.ceil((each * LANES[name].share) / whole)])),
    twinCases: hasTwins ? Math.ceil((each * TWINS.share) / whole) : 0,
    seed: countOf(USAGE, values.seed, randomInt(1, MOST_SEED)),
  };
}
