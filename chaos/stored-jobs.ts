import { DatabaseProbe, numberOf } from './database-probe';

/** A job as it is stored, as far as the checks look at it. */
export interface StoredJob {
  readonly id: number;
  readonly jobId: string;
  readonly state: string;
  readonly chunks: number;
  readonly nextChunk: number;
  readonly tallies: readonly StoredTally[];
}

export interface StoredTally {
  readonly table: string;
  readonly received: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Jobs stored after the one of that database id, oldest first. */
export async function jobsAfter(probe: DatabaseProbe, id: number): Promise<StoredJob[]> {
  const rows = await probe.rows(
    'SELECT id, job_id, state, chunks, next_chunk, tallies FROM bulk_jobs WHERE id > ? ORDER BY id',
    id,
  );
  return rows.map(([ref, jobId, state, chunks, nextChunk, tallies]) => ({
    id: Number(ref),
    jobId: String(jobId),
    state: String(state),
    chunks: Number(chunks),
    nextChunk: Number(nextChunk),
    tallies: JSON.parse(String(tallies)) as StoredTally[],
  }));
}

/** Database id of the newest job. */
export function newestJob(probe: DatabaseProbe): Promise<number> {
  return numberOf(probe, 'SELECT MAX(id) FROM bulk_jobs');
}

/** True for a job nobody works on any more. */
export function hasEnded({ state }: StoredJob): boolean {
  return state !== 'queued' && state !== 'running';
}
