import { createDatabase, Engine } from '../test/support/engines';
import type { ChaosOptions } from './chaos.options';
import { CustomerModel } from './customer-model';
import { Findings } from './findings';
import { KillBudget, KillReport } from './kill-report';
import { KillLane } from './kill.lane';
import { ServiceLane } from './service.lane';

/**
 * Kills services at random instants of imports, on one engine. Several work side by side: most of a kill's time is
 * spent waiting for the lease of the dead process to run out.
 */
export async function runKills(engine: Engine, options: ChaosOptions): Promise<KillReport> {
  const { kills, rows, seed } = options;
  const report = new KillReport(engine);
  const budget = new KillBudget(kills);
  const numbers = Array.from({ length: Math.min(options.lanes, kills) }, (_, index) => index + 1);
  const lanes = await Promise.all(
    numbers.map(async (number) => {
      const lane = await ServiceLane.open(await createDatabase(engine), new CustomerModel(seed + number, rows));
      return { lane, work: new KillLane(number, seed, lane, report) };
    }),
  );
  try {
    await Promise.all(lanes.map(({ work }) => work.calibrate()));
    await Promise.all(lanes.map(({ work }) => work.run(budget)));
  } finally {
    const findings = new Findings();
    for (const { lane } of lanes) await lane.close(findings);
    report.addLeftovers(findings);
  }
  return report;
}
