import type { Engine } from '../test/support/engines';
import { CheckedCalls } from './checked-calls';
import type { Contract } from './contract';
import type { FuzzReport } from './fuzz-report';
import { FuzzedService } from './fuzzed-service';
import { LaneName, LANES } from './lanes';

/** Drives lanes one after the other against one service on a new database. @param cases of each lane */
export async function runEngine(
  engine: Engine,
  contract: Contract,
  seed: number,
  cases: ReadonlyMap<LaneName, number>,
  report: FuzzReport,
): Promise<void> {
  const service = await FuzzedService.open(engine);
  const { probe, customerIds, companyId } = service;
  try {
    for (const [name, count] of cases) {
      const calls = new CheckedCalls(service.process, contract);
      const begun = Date.now();
      const result = await LANES[name].lane({
        engine,
        cases: count,
        seed,
        calls,
        probe,
        contract,
        customerIds,
        companyId,
      });
      const isAlive = await service.check(calls);
      const findings = [...new Set([...result.findings, ...calls.findings])];
      const ms = Date.now() - begun;
      report.add({ lane: name, engine, cases: result.cases, succeeded: calls.succeeded, ms, findings });
      if (!isAlive) break;
    }
  } finally {
    await service.close();
  }
}
