import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase } from '../../test/support/engines';
import { numberOf } from '../database-probe';
import { Findings } from '../findings';
import { type ServiceProcess, startService } from '../service-process';
import { hasEnded, type StoredJob } from '../stored-jobs';
import type { Fault, FaultOptions } from './fault';
import type { FaultReport } from './fault-report';
import { ImportLane, type RunningImport } from './import.lane';

const STALLS = 3;
/** A lease runs for six seconds; others look for abandoned jobs every two, and a new process has to start. */
const LONGEST_TAKEOVER_MS = 14_000;
/** Part of what is left of an import that may go by before the next stall. */
const SHARE = 0.4;
const LOOK_EVERY_MS = 30;

/** The processes of one database: SQLite has one at a time, a server one for each stall and one that survives. */
class Crew {
  private readonly frozen = new Set<ServiceProcess>();
  private awake: ServiceProcess[] = [];

  private constructor(
    private readonly lane: ImportLane,
    private readonly size: number,
  ) {}

  static async of(lane: ImportLane, size: number): Promise<Crew> {
    const crew = new Crew(lane, size);
    await crew.gather();
    return crew;
  }

  /** Whoever calls are sent to. */
  get first(): ServiceProcess {
    return this.awake[0] ?? this.lane.lane.service;
  }

  /** Kills or freezes a process. @returns what was done to it */
  async stall(process: ServiceProcess, findings: Findings): Promise<string> {
    this.awake = this.awake.filter((other) => other !== process);
    if (this.size > 1 && this.lane.random() < 0.5) {
      process.signal('SIGSTOP');
      this.frozen.add(process);
      return 'frozen';
    }
    await process.kill();
    if (this.size === 1) {
      await this.lane.lane.restart(findings);
      this.awake = [this.lane.lane.service];
    }
    return 'killed';
  }

  /** Waits for the process that goes on with a job by itself; null when nobody does in time. */
  async successor(jobId: string): Promise<ServiceProcess | null> {
    const until = Date.now() + LONGEST_TAKEOVER_MS;
    for (;;) {
      const found = this.awake.find((process) => process.resumedAt(jobId) !== null);
      if (found !== undefined || Date.now() > until) return found ?? null;
      await sleep(LOOK_EVERY_MS);
    }
  }

  /** Thaws the frozen ones, which find that the job is not theirs any more, and starts others for the killed ones. */
  async gather(): Promise<void> {
    if (this.awake.length === 0) this.awake = [this.lane.lane.service];
    for (const process of this.frozen) process.signal('SIGCONT');
    this.awake.push(...this.frozen);
    this.frozen.clear();
    const { database, options } = this.lane.lane;
    while (this.awake.length < this.size) this.awake.push(await startService(database, options));
    this.lane.lane.service = this.first;
  }

  async close(): Promise<void> {
    await Promise.all(this.awake.slice(1).map((process) => process.kill()));
  }
}

/** The job of an import once it is stored. */
async function jobOf(lane: ImportLane, running: RunningImport, findings: Findings): Promise<StoredJob | null> {
  const state = { isAnswered: false };
  void running.answer.then(() => (state.isAnswered = true));
  for (;;) {
    const job = await lane.lane.newJob(findings);
    if (job !== null || state.isAnswered) return job;
    await sleep(LOOK_EVERY_MS);
  }
}

/** One import whose holder stalls again and again. @returns what happened; null when it ended before the last stall */
async function stallInARow(
  lane: ImportLane,
  crew: Crew,
  findings: Findings,
  report: FaultReport,
): Promise<string | null> {
  const running = lane.begin(() => crew.first);
  const places: string[] = [];
  let holder: ServiceProcess | null = crew.first;
  let job = await jobOf(lane, running, findings);
  for (let stall = 0; stall < STALLS && holder !== null && job !== null && !hasEnded(job); stall++) {
    await sleep(lane.random() * lane.expectedMs * (1 - job.nextChunk / job.chunks) * SHARE);
    const stalledAt = Date.now();
    const how = await crew.stall(holder, findings);
    job = await lane.lane.newJob(findings);
    if (job === null || hasEnded(job)) break;
    holder = await crew.successor(job.jobId);
    findings.expect(holder !== null, `nobody went on within ${LONGEST_TAKEOVER_MS} ms after stall ${stall + 1}`);
    report.longest('longest takeover s', Date.now() - stalledAt);
    places.push(`${how} at chunk ${job.nextChunk}`);
  }
  const ended = job === null ? null : await lane.lane.untilEnded(job.jobId);
  if (ended !== null && ended.state !== 'completed')
    throw new Error(`The job ended ${ended.state}: ${places.join(', ')}`);
  await crew.gather();
  await lane.finish(running, findings);
  if (places.length < STALLS || job === null) return null;
  const fence = await numberOf(lane.lane.probe, 'SELECT fence FROM bulk_jobs WHERE id = ?', job.id);
  findings.expect(fence === STALLS, `the job changed hands ${fence} times`);
  return `${places.join(', ')} of ${job.chunks}`;
}

/** RELIABILITY T50. */
export const threeStalls: Fault = {
  name: 'three-stalls',
  title: 'three processes in a row are killed or frozen at work on one import; the next one ends it',
  engines: ['sqlite', 'mariadb'],
  rows: 50_000,
  times: [20, 2],
  run: async (engine, options: FaultOptions, report) => {
    const lane = await ImportLane.open(await createDatabase(engine), options, report);
    const crew = await Crew.of(lane, engine === 'sqlite' ? 1 : STALLS + 1);
    while (report.trials < options.times) {
      const findings = new Findings();
      const what = await stallInARow(lane, crew, findings, report);
      if (what !== null) report.addTrial(what, findings);
      else {
        report.count('ended before the third stall');
        report.take('an import that ended early', findings);
      }
    }
    await crew.close();
    await lane.close();
  },
};
