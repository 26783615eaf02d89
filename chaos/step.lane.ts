import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestDatabase } from '../test/support/engines';
import { CrashOrder, CrashStep, ORDER_VARIABLE, StepName } from './crash-steps';
import { CustomerFile, updateFile } from './customer-file';
import { CustomerModel } from './customer-model';
import { numberOf } from './database-probe';
import { Findings } from './findings';
import { KillReport, LONGEST_RESUME_MS } from './kill-report';
import { checkCustomers } from './import.checks';
import { upload, UPDATE_PATH } from './service-client';
import { ServiceLane } from './service.lane';
import { hasEnded, StoredJob } from './stored-jobs';

const PRELOAD = ['typescript.loader.js', 'crash-step.preload.ts'].map((file) => join(__dirname, file));
const LONGEST_IMPORT_MS = 120_000;
/** Rows the service applies in one transaction. */
const CHUNK_ROWS = 500;

/** A service that can be told to kill itself at a step. */
export class StepLane {
  private update = 0;

  private constructor(
    private readonly number: number,
    private readonly seed: number,
    private readonly dataDir: string,
    private readonly lane: ServiceLane,
    private readonly orderFile: string,
  ) {}

  static async open(number: number, seed: number, database: TestDatabase, rows: number): Promise<StepLane> {
    // Beside the data folder, in which nothing must be that is not the service's.
    const orderFile = `${database.dataDir}.order`;
    const options = { preload: PRELOAD, environment: { [ORDER_VARIABLE]: orderFile } };
    const lane = await ServiceLane.open(database, new CustomerModel(seed + number, rows), options);
    return new StepLane(number, seed + number, database.dataDir, lane, orderFile);
  }

  /** Chunks of each import. */
  get chunks(): number {
    return Math.ceil(this.lane.model.customers / CHUNK_ROWS);
  }

  /** One import that dies at a step, and everything that must hold then, after the restart and at the end. */
  async run(step: CrashStep & { readonly name: StepName }, passage: number, report: KillReport): Promise<void> {
    const findings = new Findings();
    const update = ++this.update;
    const file = updateFile(this.seed, update, this.lane.model.customers);
    const begun = Date.now();
    if (!(await this.die({ step: step.name, passage }, file, findings))) {
      report.addImport(`step ${step.name} of lane ${this.number}`, 0, findings);
      throw new Error(`Nobody passed the step ${step.name} for the ${passage}. time: there is nothing to be checked.`);
    }
    const atMs = Date.now() - begun;
    const dead = await this.lane.newJob(findings);
    await this.checkDead(dead, step, passage, file, findings);
    await this.lane.ageLeftovers();
    await this.lane.restart(findings);
    let resumeMs: number | null = null;
    if (dead !== null && !hasEnded(dead)) {
      resumeMs = await this.lane.untilResumed(dead.jobId);
      findings.expect(resumeMs <= LONGEST_RESUME_MS, `${dead.jobId} went on only after ${resumeMs} ms`);
    }
    const startMs = this.lane.service.readyAt - this.lane.service.spawnedAt;
    const where = `passage ${passage}`;
    report.addKill({ lane: this.number, update, where, atMs, ofMs: atMs, startMs, resumeMs }, findings);
    await this.finish(dead, update, file, report);
  }

  /** Ends the service and removes its database. */
  async close(findings: Findings): Promise<void> {
    rmSync(this.orderFile, { force: true });
    await this.lane.close(findings);
  }

  /** Uploads and waits for the process to kill itself; false when it lives on. */
  private async die(order: CrashOrder, file: CustomerFile, findings: Findings): Promise<boolean> {
    writeFileSync(this.orderFile, JSON.stringify(order));
    const { service } = this.lane;
    const answer = upload(service, UPDATE_PATH, file.bytes, null);
    const patience = new AbortController();
    const limit = sleep(LONGEST_IMPORT_MS, null, { signal: patience.signal }).catch(() => null);
    const end = await Promise.race([service.ended, limit, answer.then((whole) => whole && null)]);
    const last = end ?? (await Promise.race([service.ended, sleep(1_000, null)]));
    patience.abort();
    rmSync(this.orderFile, { force: true });
    findings.expect(last?.signal === 'SIGKILL', `the process was to kill itself: ${JSON.stringify(last)}`);
    if (last === null) return false;
    const whole = await answer;
    findings.expect(whole === null, `an answer was given before the step: ${whole?.status ?? ''}`);
    return last.signal === 'SIGKILL';
  }

  /** What the crash left, before anybody starts again. */
  private async checkDead(
    job: StoredJob | null,
    { state, applied, present = [], absent = [] }: CrashStep,
    passage: number,
    file: CustomerFile,
    findings: Findings,
  ): Promise<void> {
    findings.expect((job?.state ?? null) === state, `the job is ${job?.state ?? 'not there'}, not ${state ?? 'away'}`);
    if (job === null) {
      await checkCustomers(this.lane.probe, this.lane.model, findings);
      return;
    }
    const chunks = { none: 0, 'chunks before': passage - 1, 'chunks passed': passage, all: this.chunks }[applied];
    findings.expect(job.nextChunk === chunks, `${job.nextChunk} chunks are applied, not ${chunks}`);
    const rows = file.rows.slice(0, chunks * CHUNK_ROWS).filter(({ code }) => code === null).length;
    const sql = 'SELECT COUNT(*) FROM customer_changes WHERE job_id = ?';
    const entries = await numberOf(this.lane.probe, sql, job.jobId);
    findings.expect(entries === rows, `${entries} rows are in the history, not ${rows}`);
    const names = readdirSync(join(this.dataDir, 'jobs', job.jobId));
    // What is not complete has a name that is drawn.
    const files = names.map((name) => name.replace(/\.[0-9a-f]+\.part$/, '.part'));
    for (const name of present) findings.expect(files.includes(name), `${name} is not in the folder of the job`);
    for (const name of absent) findings.expect(!files.includes(name), `${name} is in the folder of the job`);
  }

  private async finish(dead: StoredJob | null, update: number, file: CustomerFile, report: KillReport): Promise<void> {
    const findings = new Findings();
    const what = `import ${update} of lane ${this.number}`;
    if (dead === null) {
      findings.expect((await this.lane.newJob(findings)) === null, 'a job appeared that was not there');
      await this.lane.checkNotApplied(findings);
      report.addImport(what, 0, findings);
      return;
    }
    await this.lane.checkApplied(await this.lane.untilEnded(dead.jobId), update, file, findings);
    report.addImport(what, file.rows.length, findings);
  }
}
