import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { probeOf } from '../chaos/database-probe';
import { ServiceProcess, startService } from '../chaos/service-process';
import { newestJob } from '../chaos/stored-jobs';
import { createDatabase, Engine } from '../test/support/engines';
import { send } from './call';
import { CheckedCalls } from './checked-calls';
import type { Contract } from './contract';
import type { FuzzOptions } from './fuzz.options';
import type { FuzzReport } from './fuzz-report';
import { checkJobs } from './job-law';
import type { LaneOptions } from './lane.contract';
import { LANES } from './lanes';

type Demo = Pick<LaneOptions, 'customerIds' | 'companyId'>;

/** Drives the lanes one after the other against one service on a new database. */
export async function runEngine(
  engine: Engine,
  contract: Contract,
  options: FuzzOptions,
  report: FuzzReport,
): Promise<void> {
  const database = await createDatabase(engine);
  const service = await startService(database);
  const probe = probeOf(database);
  const { customerIds, companyId } = JSON.parse(readFileSync(join(database.dataDir, 'demo.json'), 'utf8')) as Demo;
  const whole = options.lanes.reduce((sum, name) => sum + LANES[name].share, 0);
  try {
    for (const name of options.lanes) {
      const cases = Math.ceil((options.cases / options.engines.length) * (LANES[name].share / whole));
      const calls = new CheckedCalls(service, contract);
      const after = await newestJob(probe);
      const begun = Date.now();
      const { seed } = options;
      const result = await LANES[name].lane({ engine, cases, seed, calls, probe, contract, customerIds, companyId });
      const isAlive = await checkLife(service, calls);
      if (isAlive) await checkJobs(probe, after, calls);
      const findings = [...new Set([...result.findings, ...calls.findings])];
      report.add({
        lane: name,
        engine,
        cases: result.cases,
        succeeded: calls.succeeded,
        ms: Date.now() - begun,
        findings,
      });
      if (!isAlive) break;
    }
  } finally {
    await service.kill();
    await database.remove();
  }
}

/** The process still serves, and has told of no error. */
async function checkLife(service: ServiceProcess, calls: CheckedCalls): Promise<boolean> {
  const answer = await send(service, { method: 'GET', path: '/health/ready' });
  const isReady = typeof answer !== 'string' && answer.status === 200;
  if (!isReady) calls.note('log', `the service serves no more: ${service.lastLines()}`, null);
  for (const line of service.takeErrors()) calls.note('log', line, calls.callOf(line));
  return isReady;
}
