import { countOf, enginesOf, readArguments, wrongUsage } from '../chaos/usage';
import type { Engine } from '../test/support/engines';

/** The works, in the order they are done. */
export const WORKS = ['start', 'create', 'campaign', 'commerce', 'update', 'activate', 'calls'] as const;
export type Work = (typeof WORKS)[number];

const USAGE = `npm run bench -- [options]
  --engine sqlite|mariadb  only that one; MariaDB on the server of DATABASE_URL, else on a private throw-away one
  --only WORK              ${WORKS.join(', ')}
  --repeat N               repetitions of each measurement (5, with files 3; quick 3 and 2)
  --quick                  files of 20,000 rows, no million: under three minutes
  --json FILE              writes the figures there too`;

/** What the command is to do. */
export interface BenchOptions {
  readonly engines: readonly Engine[];
  readonly works: readonly Work[];
  /** Repetitions of calls of 10,000 items, and of files. */
  readonly callRepeats: number;
  readonly fileRepeats: number;
  readonly fileRows: number;
  /** Rows of the largest creation; null leaves it out. */
  readonly manyRows: number | null;
  readonly quick: boolean;
  readonly json: string | null;
}

const isWork = (text: string): text is Work => (WORKS as readonly string[]).includes(text);

/** Reads the command line. @throws UsageError when something in it is not understood */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = readArguments(USAGE, {
    args: [...args],
    options: {
      engine: { type: 'string' },
      only: { type: 'string' },
      repeat: { type: 'string' },
      json: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { only, repeat, json, quick } = values;
  const engines = enginesOf(USAGE, values);
  if (only !== undefined && !isWork(only)) throw wrongUsage(USAGE, `--only ${only} is no work there is`);
  const repeats = repeat === undefined ? null : countOf(USAGE, repeat, 1);
  return {
    engines,
    works: only === undefined ? WORKS : [only],
    callRepeats: repeats ?? (quick ? 3 : 5),
    fileRepeats: repeats ?? (quick ? 2 : 3),
    fileRows: quick ? 20_000 : 100_000,
    manyRows: quick ? null : 1_000_000,
    quick,
    json: json ?? null,
  };
}
