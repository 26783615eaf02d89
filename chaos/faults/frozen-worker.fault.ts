import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase, type Engine } from '../../test/support/engines';
import { type DatabaseProbe, numberOf } from '../database-probe';
import { Findings } from '../findings';
import { type ServiceProcess, startService } from '../service-process';
import { hasEnded, type StoredJob } from '../stored-jobs';
import type { Fault, FaultOptions } from './fault';
import type { FaultReport } from './fault-report';
import { ImportLane, type RunningImport } from './import.lane';

/** Pairs of processes side by side: most of the time all of them wait for a thaw. */
const LANES = 10;
/** A lease runs for six seconds; MariaDB takes the lock on its job from a frozen process after 15 seconds of silence. */
const LONGEST_TAKEOVER_MS = 20_000;
const LOOK_EVERY_MS = 30;
/** A chunk takes about so long: the frost hits any instant of one. */
const CHUNK_MS = 50;
/** A process that was thawed renews its lease every two seconds, and looks for abandoned jobs as often. */
const AFTERMATH_MS = 5_000;

/** The job of an import once a part of its chunks is stored; null when it ended before anybody looked. */
async function jobAt(
  { lane }: ImportLane,
  running: RunningImport,
  share: number,
  findings: Findings,
): Promise<StoredJob | null> {
  const state = { isAnswered: false };
  void running.answer.then(() => (state.isAnswered = true));
  while (!state.isAnswered) {
    const job = await lane.newJob(findings);
    if (job !== null && hasEnded(job)) return null;
    if (job !== null && job.nextChunk >= job.chunks * share) return job;
    await sleep(LOOK_EVERY_MS);
  }
  return null;
}

/** All that imports write, as one text: whatever else is written changes it. */
async function storedText(probe: DatabaseProbe): Promise<string> {
  const parts = [
    await probe.rows('SELECT COUNT(*), SUM(version), MAX(updated_at) FROM customers'),
    await probe.rows('SELECT COUNT(*), MAX(id) FROM customer_history'),
    await probe.rows('SELECT COUNT(*), MAX(id), SUM(LENGTH(outcomes)) FROM bulk_outcomes'),
    await probe.rows('SELECT * FROM bulk_jobs'),
  ];
  return JSON.stringify(parts);
}

/**
 * One import whose process is frozen and thawed. False when it ended before the frost.
 *
 * @param heir who takes the job over; null: the process is the only one
 */
async function freeze(
  lane: ImportLane,
  heir: ServiceProcess | null,
  seconds: number,
  report: FaultReport,
): Promise<boolean> {
  const { service, probe } = lane.lane;
  const findings = new Findings();
  const running = lane.begin();
  const begun = await jobAt(lane, running, lane.random() * 0.8, findings);
  await sleep(lane.random() * CHUNK_MS);
  service.signal('SIGSTOP');
  const frozenAt = Date.now();
  const job = begun && (await lane.lane.newJob(findings));
  if (job === null || hasEnded(job)) {
    service.signal('SIGCONT');
    report.take(`import ${running.update}`, await lane.finish(running, findings));
    return false;
  }
  if (heir !== null) {
    while (heir.resumedAt(job.jobId) === null && Date.now() - frozenAt < 2 * LONGEST_TAKEOVER_MS) await sleep(50);
    const takeoverMs = (heir.resumedAt(job.jobId) ?? Infinity) - frozenAt;
    findings.expect(takeoverMs <= LONGEST_TAKEOVER_MS, `nobody took over within ${LONGEST_TAKEOVER_MS} ms`);
    report.longest('longest takeover s', takeoverMs);
  }
  await sleep(Math.max(0, frozenAt + seconds * 1_000 - Date.now()));
  const now = await lane.lane.newJob(findings);
  const stored = now !== null && hasEnded(now) ? await storedText(probe) : null;
  service.signal('SIGCONT');
  const thawedAt = Date.now();
  await lane.finish(running, findings);
  if (stored !== null) {
    await sleep(Math.max(0, thawedAt + AFTERMATH_MS - Date.now()));
    findings.expect(
      (await storedText(probe)) === stored,
      'the process that was thawed wrote to an import that had ended',
    );
    report.count('ended before the thaw');
  }
  const fence = await numberOf(probe, 'SELECT fence FROM bulk_jobs WHERE id = ?', job.id);
  findings.expect(fence === (heir === null ? 0 : 1), `the job changed hands ${fence} times`);
  report.longest('longest frost s', thawedAt - frozenAt);
  report.addTrial(`frozen at chunk ${job.nextChunk} of ${job.chunks} for ${thawedAt - frozenAt} ms`, findings);
  return true;
}

/** Freezes until there is nothing left to do. @param take true as long as there is */
async function work(engine: Engine, options: FaultOptions, report: FaultReport, take: () => boolean): Promise<void> {
  const database = await createDatabase(engine);
  const lane = await ImportLane.open(database, options, report);
  // The embedded database serves one process.
  const heir = engine === 'sqlite' ? null : await startService(database, lane.lane.options);
  while (take()) {
    while (!(await freeze(lane, heir, options.seconds, report))) report.count('ended before the frost');
  }
  await heir?.kill();
  await lane.close();
}

/** RELIABILITY T18: the frozen process comes back while the other is at work, or after its end. */
export const frozenWorker: Fault = {
  name: 'frozen-worker',
  title: 'a process is frozen in an import, another goes on with it, and the first one thaws (SQLite: goes on itself)',
  engines: ['sqlite', 'mariadb'],
  rows: 20_000,
  times: [50, 2],
  seconds: [90, 8],
  run: async (engine, options, report) => {
    let left = options.times;
    const lanes = Array.from({ length: Math.min(LANES, options.times) }, (_, index) =>
      work(engine, { ...options, seed: options.seed + index }, report, () => left-- > 0),
    );
    await Promise.all(lanes);
  },
};
