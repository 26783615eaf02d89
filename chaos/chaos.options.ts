import { randomInt } from 'node:crypto';
import type { Engine } from '../test/support/engines';
import { FaultChoice, FAULTS } from './faults/fault.run';
import { countOf, enginesOf, readArguments, wrongUsage } from './usage';

const USAGE = `npm run chaos -- [options]
  --engine sqlite|mariadb  only that one; MariaDB on the server of DATABASE_URL, else on a private throw-away one
  --kills N                kills for each engine (100)
  --rows N                 rows of each import (100000)
  --lanes N                services at work at a time (3)
  --seed N                 for the same files and the same drawn instants again
  --quick                  5 kills, 20,000 rows
  --steps                  kill at each named step instead of at random instants
  --times N                so often at each step (20), or each fault
  --seconds N              how long a fault lasts, where that can be chosen: frozen-worker (90)
  --faults [name …]        faults from outside instead of kills, all of them or those named:
${FAULTS.map(({ name, title }) => `    ${name.padEnd(23)}${title}`).join('\n')}`;

/** What the command is to do. */
export interface ChaosOptions {
  readonly engines: readonly Engine[];
  readonly kills: number;
  readonly rows: number;
  readonly lanes: number;
  readonly seed: number;
  readonly steps: boolean;
  readonly times: number;
  /** Null: kills. */
  readonly faults: FaultChoice | null;
}

const MOST_SEED = 1_000_000;
/** Steps inside a chunk need some chunks, not many rows. */
const STEP_ROWS = 5_000;

/** Reads the command line. @throws UsageError when something in it is not understood */
export function readOptions(args: readonly string[]): ChaosOptions {
  const { values, positionals } = readArguments(USAGE, {
    args: [...args],
    allowPositionals: true,
    options: {
      engine: { type: 'string' },
      kills: { type: 'string' },
      rows: { type: 'string' },
      lanes: { type: 'string' },
      seed: { type: 'string' },
      times: { type: 'string' },
      seconds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      steps: { type: 'boolean', default: false },
      faults: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { quick, steps, faults } = values;
  const engines = enginesOf(USAGE, values);
  const isUnknown = (name: string) => FAULTS.every((fault) => fault.name !== name);
  const wrong = positionals.find((name) => !faults || isUnknown(name));
  if (wrong !== undefined)
    throw wrongUsage(USAGE, `${wrong} is no fault there is${faults ? '' : '; faults come behind --faults'}`);
  const seed = countOf(USAGE, values.seed, randomInt(1, MOST_SEED));
  const given = (text: string | undefined) => (text === undefined ? undefined : countOf(USAGE, text, 1));
  return {
    engines,
    kills: countOf(USAGE, values.kills, quick ? 5 : 100),
    rows: countOf(USAGE, values.rows, quick ? 20_000 : steps ? STEP_ROWS : 100_000),
    lanes: countOf(USAGE, values.lanes, 3),
    seed,
    steps,
    times: countOf(USAGE, values.times, 20),
    faults: faults
      ? {
          ...{ names: positionals, engines, seed, quick },
          ...{ rows: given(values.rows), times: given(values.times), seconds: given(values.seconds) },
        }
      : null,
  };
}
