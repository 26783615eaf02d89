import { Injectable, Logger } from '@nestjs/common';
import { AuditTrail } from '../../platform/audit/audit-trail';
import { Caller } from '../../platform/auth/caller';
import { CompanyAccess } from '../../platform/companies/company-access';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { AppError } from '../../platform/errors/app-error';
import { BulkJob, hasEnded, JobError } from './bulk-job.entity';
import { JobFailed, jobHasEnded, jobHasNotEnded, jobNotFound, JobTakenOver } from './bulk-job.errors';
import { BulkJobRepository, JobSearch } from './bulk-job.repository';
import { FailureCodes, JobMetrics } from './job-metrics';
import { failedRows, hasTooManyErrors, unprocessedRows } from './tally';

const UNACCOUNTED = 'ROWS_UNACCOUNTED';

/** Finding jobs for a caller, and ending them. */
@Injectable()
export class BulkJobService {
  private readonly logger = new Logger(BulkJobService.name);

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: BulkJobRepository,
    private readonly companies: CompanyAccess,
    private readonly metrics: JobMetrics,
    private readonly trail: AuditTrail,
  ) {}

  /**
   * A job in a book the caller reaches.
   *
   * @param caller null when a signed link, made for exactly this job, already opened the way
   * @throws JobNotFound for an unknown job and for a foreign one.
   */
  async get(caller: Caller | null, jobId: string): Promise<BulkJob> {
    const job = await this.unitOfWork.read((transaction) => this.jobs.get(transaction, jobId));
    if (caller !== null && !(await this.companies.reaches(caller, job.companyRef))) {
      throw jobNotFound();
    }
    return job;
  }

  /** One page of jobs of a company the caller reaches, newest first. @throws CompanyNotAccessible */
  async list(caller: Caller, companyId: string | undefined, search: JobSearch): Promise<BulkJob[]> {
    const { ref } = await this.companies.resolve(caller, companyId);
    return this.unitOfWork.read((transaction) => this.jobs.list(transaction, ref, search));
  }

  /**
   * Cancels a job: it ends at the next border between two chunks, or, where it waits for its turn, when that comes. What
   * is applied stays applied. One that is being cancelled already is left alone.
   *
   * @throws JobNotFound, JobEnded
   */
  async cancel(caller: Caller, jobId: string): Promise<BulkJob> {
    const job = await this.get(caller, jobId);
    if (hasEnded(job.state)) throw jobHasEnded(job.state);
    return this.unitOfWork.run(async (transaction) => {
      if (await this.jobs.requestCancel(transaction, job)) {
        await this.trail.record(transaction, { ...noted(caller, job), action: 'job.cancelled' });
        return { ...job, cancelRequested: true };
      }
      const current = await this.jobs.get(transaction, jobId);
      // It ended since it was read.
      if (hasEnded(current.state)) throw jobHasEnded(current.state);
      return current;
    });
  }

  /** Puts down that the files of a job are about to be erased. */
  noteErasure(caller: Caller, job: BulkJob): Promise<void> {
    return this.trail.recordApart({ ...noted(caller, job), action: 'job.erased' });
  }

  /** @throws JobNotFound, JobNotEnded */
  async getEnded(caller: Caller, jobId: string): Promise<BulkJob> {
    const job = await this.get(caller, jobId);
    if (!hasEnded(job.state)) throw jobHasNotEnded(job.state);
    return job;
  }

  /** Marks a job as being worked on; one that goes on after an interruption is so already. @throws JobTakenOver */
  async start(job: BulkJob): Promise<BulkJob> {
    if (job.state === 'running') return job;
    const startedAt = new Date();
    const isOurs = await this.unitOfWork.run((transaction) =>
      this.jobs.transition(transaction, job, 'queued', 'running', { startedAt }),
    );
    if (!isOurs) throw new JobTakenOver(`The job ${job.jobId} was started by another process.`);
    return { ...job, state: 'running', startedAt };
  }

  /**
   * Ends a job that has been worked through, if each of its rows stands in exactly one count, or that was stopped
   * before, because somebody cancelled it, too many rows failed or its caller lost the right to go on: its other rows
   * are unprocessed.
   *
   * @throws JobFailed when it does not add up; the job then says so too.
   */
  async finish(job: BulkJob, failures: FailureCodes): Promise<BulkJob> {
    const error = reasonOfFailure(job);
    const state = error !== null ? 'failed' : job.nextChunk < job.chunks ? 'cancelled' : 'completed';
    const finishedAt = new Date();
    const isOurs = await this.unitOfWork.run((transaction) =>
      this.jobs.transition(transaction, job, 'running', state, { finishedAt, ...(error && { error }) }),
    );
    if (isOurs) this.metrics.countEnded(job, state, failures);
    this.logger.log({ jobId: job.jobId, target: job.target, state, tallies: job.tallies }, 'job ended');
    if (error?.code === UNACCOUNTED) throw new JobFailed(`The job ${job.jobId} does not add up: ${error.message}.`);
    return { ...job, state, finishedAt, error };
  }

  /** Ends a job that cannot be worked through; what was applied stays applied and is in its outcomes. */
  async fail(job: BulkJob, cause: unknown): Promise<void> {
    this.logger.error({ err: cause, jobId: job.jobId }, 'job failed');
    const error =
      cause instanceof AppError
        ? { code: cause.code, message: cause.message }
        : { code: 'INTERNAL_FAULT', message: 'an internal fault ended the job; tell the operator its id' };
    const stored = await this.unitOfWork.run(async (transaction) => {
      const stamp = { finishedAt: new Date(), error };
      const isOurs = await this.jobs.transition(transaction, job, 'running', 'failed', stamp);
      return isOurs ? this.jobs.get(transaction, job.jobId) : null;
    });
    if (stored !== null) this.metrics.countEnded(stored, 'failed');
  }
}

function noted({ subject: actor }: Caller, { companyRef, jobId }: BulkJob) {
  return { actor, companyRef, jobId, subject: jobId };
}

/** Why a job that was worked on did not end well; null when it did, or was cancelled. */
function reasonOfFailure(job: BulkJob): JobError | null {
  if (job.error !== null) return job.error;
  const failed = failedRows(job);
  if (job.options.onError === 'abort' && failed > 0) {
    return { code: 'ABORTED', message: 'a row failed and the call asked for all or nothing; nothing was applied' };
  }
  const missing = job.tallies.reduce((sum, tally) => sum + unprocessedRows(tally), 0);
  if (job.nextChunk >= job.chunks) {
    return missing === 0
      ? null
      : { code: UNACCOUNTED, message: `${missing} rows stand in no count; tell the operator` };
  }
  if (!hasTooManyErrors(job)) return null;
  return { code: 'TOO_MANY_ERRORS', message: `stopped as asked, after ${failed} rows had failed` };
}
