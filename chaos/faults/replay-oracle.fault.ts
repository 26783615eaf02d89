import { createDatabase } from '../../test/support/engines';
import { OracleLane } from '../oracle/oracle.lane';
import type { Fault } from './fault';

/** Services side by side: most of a kill's time is spent waiting for the lease of the dead process to run out. */
const LANES = 5;

/** RELIABILITY T19. Trials are seeds, rows are calls of each. */
export const replayOracle: Fault = {
  name: 'replay-oracle',
  title: 'random bulk calls with kills, against a model in memory that does the same calls one by one',
  engines: ['sqlite', 'mariadb'],
  rows: 100,
  times: [20, 3],
  run: async (engine, { rows: calls, times, seed }, report) => {
    const seeds = Array.from({ length: times }, (_, index) => seed + index);
    const work = async (): Promise<void> => {
      const database = await createDatabase(engine);
      const lane = new OracleLane(database, report);
      try {
        for (let next = seeds.shift(); next !== undefined; next = seeds.shift()) await lane.run(next, calls);
      } finally {
        await database.remove();
      }
    };
    await Promise.all(Array.from({ length: Math.min(LANES, times) }, work));
  },
};
