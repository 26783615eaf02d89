import { setTimeout as sleep } from 'node:timers/promises';
import { numberOf } from '../../chaos/database-probe';
import type { BenchOptions } from '../bench.options';
import { expectSame } from '../content/checksum';
import { askFigures } from '../figures';
import type { BenchLane } from '../lane';
import type { Measurement } from '../measurement';

const MS = 1_000;
/** Until what the start left behind is collected. */
const REST_MS = 3_000;
const DEMO_CUSTOMERS = 1_000;

/** Starts the built service on a database that is there, until it says that it is ready; then lets it rest. */
export async function measureStart(lane: BenchLane, options: BenchOptions): Promise<Measurement[]> {
  const seconds: number[] = [];
  for (let round = 0; round < options.callRepeats; round++) {
    await lane.service.kill();
    const { spawnedAt, readyAt } = await lane.start();
    seconds.push((readyAt - spawnedAt) / MS);
  }
  await askFigures(lane.figuresFile);
  await sleep(REST_MS);
  const { rssMb, longestBlockMs } = await askFigures(lane.figuresFile);
  expectSame('customers', await numberOf(lane.probe, 'SELECT COUNT(*) FROM customers'), DEMO_CUSTOMERS);
  return [
    { work: 'start', engine: lane.engine, subject: 'service', seconds, rows: 1, peakRssMb: rssMb, longestBlockMs },
  ];
}
