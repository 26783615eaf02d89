import { Injectable } from '@nestjs/common';
import { type Caller, requireScope } from '../../platform/auth/caller';
import type { Transaction } from '../../platform/database/transaction';
import type { AppError } from '../../platform/errors/app-error';
import { BulkImporter } from '../engine/bulk-importer.contract';
import { ImporterRegistry, UNDO_PREFIX } from '../engine/importer.registry';
import { RowCopier } from '../files/row-copier';
import { UndoIntake } from '../undo/undo-intake';
import type { BulkJob } from './bulk-job.entity';
import {
  alreadyCommitted,
  alreadyRetried,
  dryRunIncomplete,
  JobNotReversible,
  notADryRun,
  onlyADryRun,
} from './bulk-job.errors';
import { BulkJobRepository } from './bulk-job.repository';
import { BulkJobService } from './bulk-job.service';
import { JobIntake, JobRequest } from './job-intake';

/** Where the rows of such jobs come from. */
@Injectable()
export class RowSources {
  constructor(
    readonly copy: RowCopier,
    readonly undo: UndoIntake,
  ) {}
}

/**
 * Jobs that come out of other jobs: a dry run done for real, a job taken back, rows tried again. Each only with as many
 * rows as its caller expects, where that is said; else CountDiffers.
 */
@Injectable()
export class JobFollowUpService {
  constructor(
    private readonly service: BulkJobService,
    private readonly jobs: BulkJobRepository,
    private readonly importers: ImporterRegistry,
    private readonly intake: JobIntake,
    private readonly sources: RowSources,
  ) {}

  /**
   * Makes a job that does what a dry run showed. Rows that would now do something else are refused.
   *
   * @throws JobNotFound, Forbidden, JobNotEnded, JobNotCommittable, JobNotReversible, ResultNotFound
   */
  async commit(caller: Caller, jobId: string, expectedRows?: number): Promise<BulkJob> {
    const rehearsal = await this.getEnded(caller, jobId);
    if (!rehearsal.dryRun) throw notADryRun();
    if (rehearsal.state !== 'completed') throw dryRunIncomplete(rehearsal.state);
    this.ledgerOf(rehearsal);
    const options = { ...rehearsal.options, commits: jobId, rowsOf: rehearsal.options.rowsOf ?? jobId };
    return this.intake.accept(
      followUp(caller, rehearsal, { target: rehearsal.target, options, expectedRows }),
      (newId) => this.sources.copy.all(newId, rehearsal),
      this.onlyOnce(rehearsal, 'committedBy', alreadyCommitted),
    );
  }

  /**
   * Makes a job that takes back what another did.
   *
   * @throws JobNotFound, Forbidden, JobNotEnded, JobNotReversible, NothingToDo
   */
  async undo(caller: Caller, jobId: string, expectedRows?: number): Promise<BulkJob> {
    const undone = await this.getEnded(caller, jobId);
    if (undone.dryRun) throw onlyADryRun();
    const ledger = this.ledgerOf(undone);
    const target = undone.target.startsWith(UNDO_PREFIX) ? undone.target : `${UNDO_PREFIX}${undone.target}`;
    return this.intake.accept(
      followUp(caller, undone, { target, options: { duplicates: 'each', undoes: jobId }, expectedRows }),
      (newId) => this.sources.undo.take(newId, undone, ledger),
    );
  }

  /**
   * Makes a job of the rows that failed through no fault of theirs, once: rows that create would do it twice. What is
   * left then is tried again by a retry of that job.
   *
   * @throws JobNotFound, Forbidden, JobNotEnded, JobNotReversible, JobRetried, NothingToDo, ResultNotFound
   */
  async retry(caller: Caller, jobId: string, expectedRows?: number): Promise<BulkJob> {
    const job = await this.getEnded(caller, jobId);
    if (job.dryRun) throw onlyADryRun();
    const { commits: _commits, ...options } = job.options;
    return this.intake.accept(
      followUp(caller, job, {
        target: job.target,
        options: { ...options, rowsOf: options.rowsOf ?? jobId },
        expectedRows,
      }),
      (newId) => this.sources.copy.transientFailures(newId, job),
      this.onlyOnce(job, 'retriedBy', alreadyRetried),
    );
  }

  /** Makes what notes a job as followed by a new one, or refuses that in the words for the one that was faster. */
  private onlyOnce(job: BulkJob, by: 'committedBy' | 'retriedBy', refusalOf: (jobId: string) => AppError) {
    return async (transaction: Transaction, newId: string): Promise<void> => {
      if (await this.jobs.markFollowed(transaction, job, by, newId)) return;
      const { [by]: faster } = await this.jobs.get(transaction, job.jobId);
      throw refusalOf(faster ?? '');
    };
  }

  /** Who may not begin such a job may not repeat it or take it back. @throws JobNotFound, JobNotEnded, Forbidden */
  private async getEnded(caller: Caller, jobId: string): Promise<BulkJob> {
    const job = await this.service.getEnded(caller, jobId);
    const scope = this.importers.scopeOf(job.target);
    if (scope !== null) requireScope(caller, scope);
    return job;
  }

  private ledgerOf({ target }: BulkJob): NonNullable<BulkImporter['ledger']> {
    const { ledger } = this.importers.get(target);
    if (ledger !== undefined) return ledger;
    throw new JobNotReversible(
      `Jobs of ${target} keep no history, by which they could be committed or taken back; send the rows anew.`,
    );
  }
}

function followUp(
  { subject }: Caller,
  { companyRef, family, jobId }: BulkJob,
  own: Pick<JobRequest, 'target' | 'options' | 'expectedRows'>,
): JobRequest {
  return { companyRef, createdBy: subject, family, parentJobId: jobId, ...own };
}
