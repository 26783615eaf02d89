import { Injectable } from '@nestjs/common';
import { Between, In, IsNull, LessThan, Raw } from 'typeorm';
import { databaseTraits } from '../../platform/database/database.traits';
import { insertMany, selectParts, updateMany, updateMatching } from '../../platform/database/set-based';
import { Transaction } from '../../platform/database/transaction';
import { BulkJob, JobError, JobState, TableTally } from './bulk-job.entity';
import { jobNotFound } from './bulk-job.errors';
import { BulkOutcome, RowOutcome } from './bulk-outcome.entity';

/** States of a job that somebody works on, or will. */
const UNFINISHED: readonly JobState[] = ['queued', 'running'];

/** A page of jobs to look for; what is undefined does not matter. */
export interface JobSearch {
  readonly state: JobState | undefined;
  readonly family: string | undefined;
  readonly limit: number;
  readonly before: number | undefined;
}

/** How long a process need not be heard of until others may go on with its job. */
const LEASE_SECONDS = 6;

/** Jobs looked at in one go. */
const MOST_ABANDONED = 20;

/**
 * Reads and writes of bulk jobs and their row outcomes. Leases run by the clock of the database: that of one process may
 * jump without a job being taken from it, or kept from the others.
 */
@Injectable()
export class BulkJobRepository {
  /** Stores a new job, whose lease begins. */
  async insert(transaction: Transaction, job: Omit<BulkJob, 'id' | 'leaseUntil'>): Promise<BulkJob> {
    const row = transaction.create(BulkJob, job);
    const stored = { ...row, leaseUntil: () => leaseEnd(transaction) };
    const { identifiers } = await transaction.insert(BulkJob, stored);
    return Object.assign(row, { id: Number(identifiers[0]?.['id']) });
  }

  /** The job of that id in whatever book: whoever asks for a caller looks whether it reaches that. @throws JobNotFound */
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
   * Moves the checkpoint to a later chunk. False when another process has moved it or taken the job over: what this
   * transaction did must then be rolled back.
   */
  async advance(transaction: Transaction, job: BulkJob, to: number, tallies: TableTally[]): Promise<boolean> {
    const { id, companyRef, nextChunk, fence } = job;
    const where = { id, companyRef, nextChunk, fence, state: 'running' } as const;
    return (await updateMatching(transaction, BulkJob, where, { nextChunk: to, tallies })) === 1;
  }

  /**
   * Stores the outcomes of chunks that follow one another, each a list of `RowOutcome` as JSON, in the transaction that
   * moves the checkpoint over them.
   *
   * @param first number of the first of them
   */
  async insertOutcomes(
    transaction: Transaction,
    { id }: BulkJob,
    first: number,
    chunks: readonly string[],
  ): Promise<void> {
    const rows = chunks.map((outcomes, at) => ({ jobRef: id, chunkNo: first + at, outcomes }));
    await insertMany(transaction, BulkOutcome, rows);
  }

  /**
   * Like `insertOutcomes`, for chunks the checkpoint will move over later: until then they tell of nothing that is stored. Those of
   * a try that was broken off are replaced. False when another process has taken the job over.
   */
  async layOutcomes(
    transaction: Transaction,
    job: BulkJob,
    first: number,
    chunks: readonly string[],
  ): Promise<boolean> {
    const { id, companyRef, fence } = job;
    const where = { companyRef, fence, state: 'running' } as const;
    const held = await selectParts(transaction, BulkJob, ['id'], { where, property: 'id', values: [id], lock: true });
    if (held.length === 0) return false;
    await transaction.delete(BulkOutcome, { jobRef: id, chunkNo: Between(first, first + chunks.length - 1) });
    await this.insertOutcomes(transaction, job, first, chunks);
    return true;
  }

  /** Moves a job from one state to another; false when it no longer is in the first, or was taken over. */
  async transition(
    transaction: Transaction,
    { id, companyRef, fence }: BulkJob,
    from: JobState,
    to: JobState,
    stamp: { startedAt?: Date; finishedAt?: Date; error?: JobError },
  ): Promise<boolean> {
    const result = await transaction.update(BulkJob, { id, companyRef, fence, state: from }, { ...stamp, state: to });
    return result.affected === 1;
  }

  /** How many jobs of a company wait or run. */
  countUnfinished(transaction: Transaction, companyRef: number): Promise<number> {
    return transaction.countBy(BulkJob, { companyRef, state: In(UNFINISHED) });
  }

  /** How many jobs of all companies wait and run, and when the oldest of each was made. */
  async listUnfinished(transaction: Transaction): Promise<{ state: JobState; count: number; oldest: Date | null }[]> {
    return Promise.all(
      UNFINISHED.map(async (state) => {
        const [jobs, count] = await transaction.findAndCount(BulkJob, {
          where: { state },
          select: { id: true, createdAt: true },
          order: { id: 'ASC' },
          take: 1,
        });
        return { state, count, oldest: jobs[0]?.createdAt ?? null };
      }),
    );
  }

  /** Jobs that wait or run, and whose process has not been heard of. */
  listAbandoned(transaction: Transaction): Promise<BulkJob[]> {
    const now = databaseTraits(transaction).secondsFromNow(0);
    return transaction.find(BulkJob, {
      where: { state: In(UNFINISHED), leaseUntil: Raw((column) => `${column} < ${now}`) },
      order: { id: 'ASC' },
      take: MOST_ABANDONED,
    });
  }

  /**
   * Takes over an abandoned job as it is stored now; null when another process was faster. From then on nothing the
   * process before wants to write of it is taken.
   */
  async takeOver(transaction: Transaction, job: BulkJob): Promise<BulkJob | null> {
    const { id, companyRef, state, leaseUntil, fence } = job;
    if (leaseUntil === null) return null;
    const taken = await transaction.update(
      BulkJob,
      { id, companyRef, state, leaseUntil, fence },
      { leaseUntil: () => leaseEnd(transaction), fence: fence + 1 },
    );
    return taken.affected === 1 ? this.get(transaction, job.jobId) : null;
  }

  /** False when another process has taken the job over. */
  async isHeld(transaction: Transaction, { id, companyRef, fence }: BulkJob): Promise<boolean> {
    return (await transaction.countBy(BulkJob, { id, companyRef, fence })) === 1;
  }

  /** Renews the lease of whoever holds the job, or gives it up; of one that was taken over it stays as it is. */
  async setLease(transaction: Transaction, { id, companyRef, fence }: BulkJob, isHeld: boolean): Promise<void> {
    const where = { id, companyRef, fence, state: In(UNFINISHED) };
    const until = () => (isHeld ? leaseEnd(transaction) : databaseTraits(transaction).secondsFromNow(0));
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

  /** Notes which job does a dry run for real, or tries rows again; false when another was faster: each is done once. */
  async markFollowed(
    transaction: Transaction,
    { id, companyRef }: BulkJob,
    by: 'committedBy' | 'retriedBy',
    newId: string,
  ): Promise<boolean> {
    const marked = await transaction.update(BulkJob, { id, companyRef, [by]: IsNull() }, { [by]: newId });
    return marked.affected === 1;
  }

  /** Those of the jobs that ended before that time. */
  listEnded(transaction: Transaction, jobIds: readonly string[], before: Date): Promise<BulkJob[]> {
    return transaction.findBy(BulkJob, { jobId: In([...jobIds]), finishedAt: LessThan(before) });
  }

  /** Those of the jobs that are the company's. */
  async listOwn(transaction: Transaction, companyRef: number, jobIds: readonly string[]): Promise<string[]> {
    const own = await transaction.find(BulkJob, {
      where: { companyRef, jobId: In([...jobIds]) },
      select: { id: true, jobId: true },
    });
    return own.map(({ jobId }) => jobId);
  }

  /**
   * Asks for a job to stop; whoever works on it sees it at the next border between two chunks. False for one that has
   * ended, or was asked before.
   */
  async requestCancel(transaction: Transaction, { id, companyRef }: BulkJob): Promise<boolean> {
    const going = { id, companyRef, cancelRequested: false, state: In(UNFINISHED) };
    return (await transaction.update(BulkJob, going, { cancelRequested: true })).affected === 1;
  }

  async isCancelRequested(transaction: Transaction, { id, companyRef }: BulkJob): Promise<boolean> {
    const search = { where: { companyRef }, property: 'id', values: [id] } as const;
    const [job] = await selectParts(transaction, BulkJob, ['cancelRequested'], search);
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
      await updateMany(transaction, BulkOutcome, [{ ...chunk, outcomes: JSON.stringify(outcomes) }], ['outcomes']);
  }

  /** Locks the row of a job until the transaction ends. */
  async lock(transaction: Transaction, companyRef: number, id: number): Promise<void> {
    await selectParts(transaction, BulkJob, ['id'], {
      where: { companyRef },
      property: 'id',
      values: [id],
      lock: true,
    });
  }

  /** Outcomes of one chunk, also those that were laid in front of the checkpoint; empty when there are none. */
  async listOutcomes(transaction: Transaction, { id }: BulkJob, chunkNo: number): Promise<RowOutcome[]> {
    const chunk = await transaction.findOneBy(BulkOutcome, { jobRef: id, chunkNo });
    return chunk === null ? [] : (JSON.parse(chunk.outcomes) as RowOutcome[]);
  }
}

function leaseEnd(transaction: Transaction): string {
  return databaseTraits(transaction).secondsFromNow(LEASE_SECONDS);
}
