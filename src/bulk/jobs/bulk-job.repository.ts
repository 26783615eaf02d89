import { Injectable } from '@nestjs/common';
import { In, IsNull, LessThan } from 'typeorm';
import { insertMany, updateMany } from '../../platform/database/set-based';
import { Transaction } from '../../platform/database/transaction';
import { BulkJob, JobError, JobState, TableTally } from './bulk-job.entity';
import { jobNotFound } from './bulk-job.errors';
import { BulkOutcome, RowOutcome } from './bulk-outcome.entity';

/** A page of jobs to look for; what is undefined does not matter. */
export interface JobSearch {
  readonly state: JobState | undefined;
  readonly family: string | undefined;
  readonly limit: number;
  readonly before: number | undefined;
}

/** Jobs looked at in one go. */
const MOST_ABANDONED = 20;

/** Reads and writes of bulk jobs and their row outcomes. */
@Injectable()
export class BulkJobRepository {
  async insert(transaction: Transaction, job: Omit<BulkJob, 'id'>): Promise<BulkJob> {
    const row = transaction.create(BulkJob, job);
    await transaction.insert(BulkJob, row);
    return row;
  }

  /** @throws JobNotFound */
  async get(transaction: Transaction, jobId: string): Promise<BulkJob> {
    const job = await transaction.findOneBy(BulkJob, { jobId });
    if (job === null) throw jobNotFound();
    return job;
  }

  /** True when there is a job of that id, in whatever book. */
  exists(transaction: Transaction, jobId: string): Promise<boolean> {
    return transaction.existsBy(BulkJob, { jobId });
  }

  /** The job of that id in that company's book, for linking; null when there is none. */
  findInCompany(transaction: Transaction, companyRef: number, target: string, jobId: string): Promise<BulkJob | null> {
    return transaction.findOneBy(BulkJob, { companyRef, target, jobId });
  }

  /**
   * Moves the checkpoint over one chunk and stores its outcomes. False when another process has moved it or taken the
   * job over: what this transaction did must then be rolled back.
   */
  async advance(
    transaction: Transaction,
    job: BulkJob,
    outcomes: readonly RowOutcome[],
    tallies: TableTally[],
  ): Promise<boolean> {
    const { id, nextChunk, fence } = job;
    const moved = await transaction.update(
      BulkJob,
      { id, nextChunk, fence, state: 'running' },
      { nextChunk: nextChunk + 1, tallies },
    );
    if (moved.affected !== 1) return false;
    await insertMany(transaction, BulkOutcome, [{ jobRef: id, chunkNo: nextChunk, outcomes: [...outcomes] }]);
    return true;
  }

  /** Moves a job from one state to another; false when it no longer is in the first, or was taken over. */
  async transition(
    transaction: Transaction,
    { id, fence }: BulkJob,
    from: JobState,
    to: JobState,
    stamp: { startedAt?: Date; finishedAt?: Date; error?: JobError },
  ): Promise<boolean> {
    const result = await transaction.update(BulkJob, { id, fence, state: from }, { ...stamp, state: to });
    return result.affected === 1;
  }

  /** How many jobs of a company wait or run. */
  countUnfinished(transaction: Transaction, companyRef: number): Promise<number> {
    return transaction.countBy(BulkJob, { companyRef, state: In<JobState>(['queued', 'running']) });
  }

  /** Jobs that wait or run, and whose process has not been heard of. */
  listAbandoned(transaction: Transaction, now: Date): Promise<BulkJob[]> {
    return transaction.find(BulkJob, {
      where: { state: In<JobState>(['queued', 'running']), leaseUntil: LessThan(now) },
      order: { id: 'ASC' },
      take: MOST_ABANDONED,
    });
  }

  /**
   * Takes over an abandoned job as it is stored now; null when another process was faster. From then on nothing the
   * process before wants to write of it is taken.
   */
  async takeOver(transaction: Transaction, job: BulkJob, until: Date): Promise<BulkJob | null> {
    const { id, state, leaseUntil, fence } = job;
    if (leaseUntil === null) return null;
    const taken = await transaction.update(
      BulkJob,
      { id, state, leaseUntil, fence },
      { leaseUntil: until, fence: fence + 1 },
    );
    return taken.affected === 1 ? this.get(transaction, job.jobId) : null;
  }

  /** Renews or gives up the lease of whoever holds the job; of one that was taken over it stays as it is. */
  async setLease(transaction: Transaction, { id, fence }: BulkJob, until: Date): Promise<void> {
    const where = { id, fence, state: In<JobState>(['queued', 'running']) };
    await transaction.update(BulkJob, where, { leaseUntil: until });
  }

  /** One page of jobs of a company, newest first, from before the job of the database id `before`. */
  list(transaction: Transaction, companyRef: number, { state, family, limit, before }: JobSearch): Promise<BulkJob[]> {
    return transaction.find(BulkJob, {
      where: {
        companyRef,
        ...(state !== undefined && { state }),
        ...(family !== undefined && { family }),
        ...(before !== undefined && { id: LessThan(before) }),
      },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  /** Notes which job does a dry run for real; false when another was faster. */
  async markCommitted(transaction: Transaction, { id }: BulkJob, committedBy: string): Promise<boolean> {
    const marked = await transaction.update(BulkJob, { id, committedBy: IsNull() }, { committedBy });
    return marked.affected === 1;
  }

  /** Those of the jobs that ended before that time. */
  async listEnded(transaction: Transaction, jobIds: readonly string[], before: Date): Promise<string[]> {
    const jobs = await transaction.find(BulkJob, {
      where: { jobId: In([...jobIds]), finishedAt: LessThan(before) },
      select: { id: true, jobId: true },
    });
    return jobs.map(({ jobId }) => jobId);
  }

  /** Asks for a job to stop; whoever works on it sees it at the next border between two chunks. */
  async requestCancel(transaction: Transaction, { id, companyRef }: BulkJob): Promise<void> {
    await transaction.update(BulkJob, { id, companyRef }, { cancelRequested: true });
  }

  async isCancelRequested(transaction: Transaction, { id }: BulkJob): Promise<boolean> {
    const job = await transaction.findOne(BulkJob, { where: { id }, select: { id: true, cancelRequested: true } });
    return job?.cancelRequested ?? false;
  }

  /** Puts other outcomes in the place of those of a chunk. */
  async replaceOutcomes(
    transaction: Transaction,
    { id }: BulkJob,
    chunkNo: number,
    outcomes: readonly RowOutcome[],
  ): Promise<void> {
    const chunk = await transaction.findOneBy(BulkOutcome, { jobRef: id, chunkNo });
    if (chunk !== null)
      await updateMany(transaction, BulkOutcome, [{ ...chunk, outcomes: [...outcomes] }], ['outcomes']);
  }

  /** Outcomes of one chunk; empty when it was not applied. */
  async listOutcomes(transaction: Transaction, { id }: BulkJob, chunkNo: number): Promise<RowOutcome[]> {
    const chunk = await transaction.findOneBy(BulkOutcome, { jobRef: id, chunkNo });
    return chunk?.outcomes ?? [];
  }
}
