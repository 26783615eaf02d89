import { setTimeout as sleep } from 'node:timers/promises';
import type { TestDatabase } from '../test/support/engines';
import { creationFile, CustomerFile } from './customer-file';
import { CustomerModel } from './customer-model';
import { DatabaseProbe, probeOf } from './database-probe';
import type { Findings } from './findings';
import { checkCounters, checkCustomers, checkHistory, checkOutcomes, checkResultFiles } from './import.checks';
import { LeftoverFiles } from './leftover-files';
import { CREATE_PATH, upload } from './service-client';
import { ServiceOptions, ServiceProcess, startService } from './service-process';
import { hasEnded, jobsAfter, newestJob, StoredJob } from './stored-jobs';

const LOOK_EVERY_MS = 100;
const LONGEST_WAIT_MS = 300_000;

/** A service on a database of its own, with its customers and what must be stored of them. */
export class ServiceLane {
  readonly probe: DatabaseProbe;
  readonly leftovers: LeftoverFiles;
  service: ServiceProcess;
  /** Database id of the newest job that was looked at. */
  private lastJob = 0;

  private constructor(
    readonly database: TestDatabase,
    readonly model: CustomerModel,
    readonly options: ServiceOptions,
  ) {
    this.probe = probeOf(database);
    this.leftovers = new LeftoverFiles(database.dataDir);
  }

  /** Starts the service and loads the customers through the API. */
  static async open(database: TestDatabase, model: CustomerModel, options: ServiceOptions = {}): Promise<ServiceLane> {
    const lane = new ServiceLane(database, model, options);
    lane.service = await startService(database, options);
    const answer = await upload(lane.service, CREATE_PATH, creationFile(model.customers).bytes, 'respond-async');
    if (answer?.status !== 202) throw new Error(`The customers could not be loaded: ${answer?.text ?? 'no answer'}`);
    await lane.untilEnded(answer.jobId ?? '');
    lane.lastJob = await newestJob(lane.probe);
    return lane;
  }

  /** Starts the service again after its end. */
  async restart(findings: Findings): Promise<void> {
    this.service = await startService(this.database, this.options);
    this.leftovers.checkRemoved(findings);
  }

  /** The job of the last upload; null while, or when, there is none. */
  async newJob(findings: Findings): Promise<StoredJob | null> {
    const jobs = await jobsAfter(this.probe, this.lastJob);
    findings.expect(jobs.length <= 1, `one upload made ${jobs.length} jobs`);
    return jobs[0] ?? null;
  }

  /** Waits for the end of a job by looking at the database: no call to the service could push it. */
  async untilEnded(jobId: string): Promise<StoredJob> {
    const until = Date.now() + LONGEST_WAIT_MS;
    for (;;) {
      const job = (await jobsAfter(this.probe, this.lastJob)).find((found) => found.jobId === jobId);
      if (job !== undefined && hasEnded(job)) return job;
      if (Date.now() > until) throw new Error(`${jobId} does not end: ${this.service.lastLines()}`);
      await sleep(LOOK_EVERY_MS);
    }
  }

  /** When the running process went on with a job by itself, in milliseconds after it was ready; fails after a long wait. */
  async untilResumed(jobId: string): Promise<number> {
    const until = Date.now() + LONGEST_WAIT_MS;
    for (;;) {
      const at = this.service.resumedAt(jobId);
      // It may look for jobs a moment before it says that it is ready.
      if (at !== null) return Math.max(0, at - this.service.readyAt);
      if (Date.now() > until) throw new Error(`Nobody goes on with ${jobId}: ${this.service.lastLines()}`);
      await sleep(LOOK_EVERY_MS / 2);
    }
  }

  /** Checks a file that had to be applied, with everything else that is stored. */
  async checkApplied(job: StoredJob, update: number, file: CustomerFile, findings: Findings): Promise<void> {
    this.lastJob = job.id;
    this.model.apply(update, file);
    checkCounters(job, file, findings);
    await checkOutcomes(this.probe, job, file, findings);
    await checkHistory(this.probe, job, file, findings);
    await checkResultFiles(this.service, job, file, findings);
    await checkCustomers(this.probe, this.model, findings);
    this.leftovers.checkJob(job.jobId, findings);
    await this.ageLeftovers();
  }

  /** Checks a file that came to no job: nothing of it may be stored. */
  async checkNotApplied(findings: Findings): Promise<void> {
    await checkCustomers(this.probe, this.model, findings);
    await this.ageLeftovers();
  }

  /** Ends the service and removes its database; before, the last leftovers get a start that has to remove them. */
  async close(findings: Findings): Promise<void> {
    await this.service.kill();
    if (this.leftovers.isPending) {
      await this.restart(findings);
      await this.service.kill();
    }
    await this.database.remove();
  }

  /** Makes what belongs to no job look old: the next start has to remove it. */
  async ageLeftovers(): Promise<void> {
    const jobs = await jobsAfter(this.probe, 0);
    this.leftovers.age(new Set(jobs.map(({ jobId }) => jobId)));
  }
}
