import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseProbe } from '../chaos/database-probe';
import { hasEnded, jobsAfter, StoredJob } from '../chaos/stored-jobs';
import type { CheckedCalls } from './checked-calls';

const LONGEST_WAIT_MS = 60_000;
const LOOK_EVERY_MS = 200;

/**
 * Holds every job stored after that one against the law of rows: received = created + updated + unchanged + failed +
 * skipped + unprocessed in every table, each row in one outcome, and as many received as were sent.
 */
export async function checkJobs(probe: DatabaseProbe, after: number, calls: CheckedCalls): Promise<void> {
  const jobs = await endedJobs(probe, after, calls);
  const outcomes = await outcomeRows(probe, after);
  const seen = new Set(jobs.map(({ jobId }) => jobId));
  for (const job of jobs) {
    const { call = null, rows = null } = calls.jobs.get(job.jobId) ?? {};
    for (const words of deviationsOf(job, rows, outcomes.get(job.id) ?? [])) {
      calls.note('lost', `${job.jobId} (${job.state}): ${words}`, call);
    }
  }
  for (const [jobId, { call }] of calls.jobs) {
    if (seen.has(jobId)) continue;
    // A repeated key names the job of the first call, which an earlier lane may have made.
    const [row] = await probe.rows('SELECT id FROM bulk_jobs WHERE job_id = ?', jobId);
    if (row === undefined) calls.note('lost', `${jobId} was answered and is not stored`, call);
  }
}

function deviationsOf({ state, tallies }: StoredJob, sent: number | null, outcomes: readonly number[]): string[] {
  const deviations: string[] = [];
  let counted = 0;
  for (const { table, received, created, updated, unchanged, failed, skipped } of tallies) {
    const sum = created + updated + unchanged + failed + skipped;
    counted += sum;
    // What a job that was stopped did not come to is unprocessed, which is the rest and is not stored.
    const holds = state === 'completed' ? sum === received : sum <= received;
    if (!holds) deviations.push(`${table} received ${received} rows, ${sum} stand in a count`);
  }
  const received = tallies[0]?.received ?? 0;
  if (sent !== null && received !== sent) deviations.push(`${sent} rows were sent, ${received} received`);
  // Whoever deleted the job took its outcomes along.
  if (outcomes.length > 0 && outcomes.length !== counted) {
    deviations.push(`${counted} rows are counted, ${outcomes.length} have an outcome`);
  }
  return deviations;
}

async function endedJobs(probe: DatabaseProbe, after: number, calls: CheckedCalls): Promise<StoredJob[]> {
  const until = Date.now() + LONGEST_WAIT_MS;
  for (;;) {
    const jobs = await jobsAfter(probe, after);
    const running = jobs.find((job) => !hasEnded(job));
    if (running === undefined) return jobs;
    if (Date.now() > until) {
      calls.note('hang', `${running.jobId} does not end`, calls.jobs.get(running.jobId)?.call ?? null);
      return jobs.filter(hasEnded);
    }
    await sleep(LOOK_EVERY_MS);
  }
}

/** Rows of each job that have an outcome, by the database id of the job. */
async function outcomeRows(probe: DatabaseProbe, after: number): Promise<Map<number, number[]>> {
  const chunks = await probe.rows('SELECT job_ref, outcomes FROM bulk_outcomes WHERE job_ref > ?', after);
  const rows = new Map<number, number[]>();
  for (const [job, text] of chunks) {
    const found = (JSON.parse(String(text)) as { row: number }[]).map(({ row }) => row);
    rows.set(Number(job), [...(rows.get(Number(job)) ?? []), ...found]);
  }
  return rows;
}
