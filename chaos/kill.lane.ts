import { setTimeout as sleep } from 'node:timers/promises';
import { additionFile, CustomerFile, updateFile } from './customer-file';
import { Findings } from './findings';
import { KillBudget, KillReport, LONGEST_RESUME_MS } from './kill-report';
import { seededRandom } from './seeded-random';
import { Answer, CREATE_PATH, upload, UPDATE_PATH } from './service-client';
import type { ServiceLane } from './service.lane';
import { hasEnded, StoredJob } from './stored-jobs';

const LOOK_EVERY_MS = 150;
const MOST_KILLS_AN_IMPORT = 5;
/** Part of the time that goes by until the last chunk is applied; the result files take the rest. */
const CHUNKS_SHARE = 0.85;
/** Every other import creates customers, a part of as many as there were at first: all later checks read them, too. */
const KINDS = ['updated', 'created'] as const;
const CREATED_SHARE = 0.2;
const ACCEPTED = new Set([200, 202]);

/** An import under way. */
interface Import {
  readonly update: number;
  readonly file: CustomerFile;
  /** Null: the connection broke before the whole answer had come. */
  readonly answer: Promise<Answer | null>;
}

/** Kills one service at random instants of one import after the other. */
export class KillLane {
  private readonly random: () => number;
  private readonly createdRows: number;
  private update = 0;
  /** How long an import takes that is left alone. */
  private readonly expectedMs: Record<CustomerFile['verdict'], number> = { created: 0, updated: 0 };

  constructor(
    private readonly number: number,
    private readonly seed: number,
    private readonly lane: ServiceLane,
    private readonly report: KillReport,
  ) {
    this.random = seededRandom(seed, number);
    this.createdRows = Math.ceil(lane.model.customers * CREATED_SHARE);
  }

  /** One import of each kind that is left alone, to learn how long it takes. */
  async calibrate(): Promise<void> {
    for (const kind of KINDS) {
      const begun = Date.now();
      const running = this.begin(kind, null);
      const answer = await running.answer;
      this.expectedMs[kind] = Date.now() - begun;
      await this.finish(running, answer, new Findings());
    }
  }

  /** Imports until the kills are used up. */
  async run(budget: KillBudget): Promise<void> {
    for (let turn = 0; budget.take(); turn++) await this.importOnce(KINDS[turn % KINDS.length] ?? KINDS[0], budget);
  }

  private begin(kind: CustomerFile['verdict'], prefer: string | null): Import {
    const update = ++this.update;
    const { customers } = this.lane.model;
    const seed = this.seed + this.number;
    const isNew = kind === 'created';
    const file = isNew ? additionFile(seed, update, customers, this.createdRows) : updateFile(seed, update, customers);
    return { update, file, answer: upload(this.lane.service, isNew ? CREATE_PATH : UPDATE_PATH, file.bytes, prefer) };
  }

  /** One import with one to five kills, each at a uniformly random instant of what is left of it. */
  private async importOnce(kind: CustomerFile['verdict'], budget: KillBudget): Promise<void> {
    const running = this.begin(kind, this.random() < 0.5 ? 'respond-async' : null);
    const wanted = 1 + Math.floor(this.random() * MOST_KILLS_AN_IMPORT);
    const begun = Date.now();
    let leftMs = this.expectedMs[kind];
    for (let kills = 0; ; kills++) {
      const isFirst = kills === 0;
      if (!isFirst && (kills >= wanted || !budget.take())) break;
      const atMs = this.random() * leftMs;
      if (await this.hasEndedWithin(atMs)) {
        budget.giveBack();
        // It was faster than thought; the machine has others to serve, too.
        if (isFirst) this.expectedMs[kind] = Date.now() - begun;
        break;
      }
      const job = await this.kill(running, isFirst, atMs, leftMs);
      if (job === null) return;
      if (hasEnded(job)) break;
      leftMs = this.expectedMs[kind] * (1 - (CHUNKS_SHARE * job.nextChunk) / job.chunks);
    }
    await this.finish(running, await running.answer, new Findings());
  }

  /** Kills the service, starts it again and gives the job as it was found then; null when there is none. */
  private async kill(running: Import, isFirst: boolean, atMs: number, ofMs: number): Promise<StoredJob | null> {
    const findings = new Findings();
    await this.lane.service.kill();
    const answer = await running.answer;
    await this.lane.restart(findings);
    const job = await this.lane.newJob(findings);
    let resumeMs: number | null = null;
    if (job === null) {
      const isAcknowledged = answer !== null || !isFirst;
      if (isAcknowledged) findings.lost += running.file.rows.length;
      findings.expect(!isAcknowledged, 'the file had been accepted, and there is no job');
    } else if (!hasEnded(job) || this.lane.service.resumedAt(job.jobId) !== null) {
      resumeMs = await this.lane.untilResumed(job.jobId);
      findings.expect(resumeMs <= LONGEST_RESUME_MS, `${job.jobId} went on only after ${resumeMs} ms`);
    }
    const { number, lane, report } = this;
    const startMs = lane.service.readyAt - lane.service.spawnedAt;
    const what = running.file.verdict === 'created' ? 'creation' : 'update';
    const where = `${what} ${placeOf(job)}`;
    report.addKill({ lane: number, update: running.update, where, atMs, ofMs, startMs, resumeMs }, findings);
    if (job !== null) return job;
    const afterwards = new Findings();
    await lane.checkNotApplied(afterwards);
    report.addImport(`import ${running.update} of lane ${number}, which came to no job`, 0, afterwards);
    return null;
  }

  /** Waits for the job's end without a call that could push it, and checks everything. */
  private async finish(running: Import, answer: Answer | null, findings: Findings): Promise<void> {
    const { update, file } = running;
    const { lane, report, number } = this;
    if (answer !== null) findings.expect(ACCEPTED.has(answer.status), `answered ${answer.status}: ${answer.text}`);
    const job = await lane.newJob(findings);
    if (job === null) throw new Error(`import ${update} of lane ${number} came to no job, and nobody was killed`);
    await lane.checkApplied(await lane.untilEnded(job.jobId), update, file, findings);
    report.addImport(`import ${update} of lane ${number}`, file.rows.length, findings);
  }

  private async hasEndedWithin(ms: number): Promise<boolean> {
    const until = Date.now() + ms;
    for (;;) {
      await sleep(Math.max(0, Math.min(until - Date.now(), LOOK_EVERY_MS)));
      if (Date.now() >= until) return false;
      const job = await this.lane.newJob(new Findings());
      if (job !== null && hasEnded(job)) return true;
    }
  }
}

function placeOf(job: StoredJob | null): string {
  if (job === null) return 'before there was a job';
  if (hasEnded(job)) return 'after the job had ended';
  return job.nextChunk === job.chunks ? 'at the result files' : `at chunk ${job.nextChunk + 1} of ${job.chunks}`;
}
