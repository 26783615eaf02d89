import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseProbe, probeOf } from '../chaos/database-probe';
import { ServiceProcess, startService } from '../chaos/service-process';
import { newestJob } from '../chaos/stored-jobs';
import { createDatabase, Engine, TestDatabase } from '../test/support/engines';
import { send } from './call';
import type { CheckedCalls } from './checked-calls';
import { checkJobs } from './job-law';

/** The built service on a throw-away database with demo data. */
export class FuzzedService {
  readonly probe: DatabaseProbe;
  readonly customerIds: readonly string[];
  readonly companyId: string;
  /** Jobs up to this one have been looked at. */
  private checkedJob = 0;

  private constructor(
    private readonly database: TestDatabase,
    readonly process: ServiceProcess,
  ) {
    this.probe = probeOf(database);
    const demo = JSON.parse(readFileSync(join(database.dataDir, 'demo.json'), 'utf8'));
    this.customerIds = demo.customerIds;
    this.companyId = demo.companyId;
  }

  static async open(engine: Engine): Promise<FuzzedService> {
    const database = await createDatabase(engine);
    const service = new FuzzedService(database, await startService(database));
    service.checkedJob = await newestJob(service.probe);
    return service;
  }

  /**
   * Looks at what holds after every lane: the process serves and has told of no error, and no row of any job since the
   * last look is lost. False when it serves no more.
   */
  async check(calls: CheckedCalls): Promise<boolean> {
    const answer = await send(this.process, { method: 'GET', path: '/health/ready' });
    const isReady = typeof answer !== 'string' && answer.status === 200;
    if (!isReady) calls.note('log', `the service serves no more: ${this.process.lastLines()}`, null);
    for (const line of this.process.takeErrors()) calls.note('log', line, calls.callOf(line));
    if (!isReady) return false;
    await checkJobs(this.probe, this.checkedJob, calls);
    this.checkedJob = await newestJob(this.probe);
    return true;
  }

  async close(): Promise<void> {
    await this.process.kill();
    await this.database.remove();
  }
}
