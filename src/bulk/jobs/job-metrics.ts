import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { Count, Metrics } from '../../platform/observability/metrics/metrics';
import type { BulkJob, JobState } from './bulk-job.entity';
import { BulkJobRepository } from './bulk-job.repository';
import type { RowOutcome } from './bulk-outcome.entity';
import { unprocessedRows } from './tally';

const OF_JOBS = ['family', 'target', 'dry_run'] as const;
type OfJobs = (typeof OF_JOBS)[number];

/** Counts of a tally, each row standing in exactly one. */
const OUTCOMES = ['created', 'updated', 'unchanged', 'failed', 'skipped'] as const;

/** Failed rows of one job by the code of their first fault. */
export class FailureCodes {
  readonly counts = new Map<string, number>();

  /** Takes note of what became of one row. */
  note({ verdict, issues: [first] }: RowOutcome): void {
    if (verdict !== 'failed' || first === undefined) return;
    this.counts.set(first.code, (this.counts.get(first.code) ?? 0) + 1);
  }
}

/**
 * Tells how many rows came and what became of them, how many jobs ended how, and how long those wait that did not begin.
 * A job is counted once, at its end, by the process that ended it, with the very counts its caller is told.
 */
@Injectable()
export class JobMetrics {
  private readonly jobsEnded: Count<OfJobs | 'state'>;
  private readonly received: Count<OfJobs>;
  private readonly outcomes: Count<OfJobs | 'outcome'>;
  private readonly failures: Count<OfJobs | 'code'>;
  private readonly retried: Count<OfJobs>;

  constructor(
    metrics: Metrics,
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: BulkJobRepository,
  ) {
    this.jobsEnded = metrics.counter({
      name: 'rollbook_jobs_ended_total',
      help: 'Bulk jobs that ended, by how',
      labels: [...OF_JOBS, 'state'],
    });
    this.received = metrics.counter({
      name: 'rollbook_rows_received_total',
      help: 'Rows of the jobs that ended',
      labels: OF_JOBS,
    });
    this.outcomes = metrics.counter({
      name: 'rollbook_rows_total',
      help: 'Rows of the jobs that ended, each once, by what became of it',
      labels: [...OF_JOBS, 'outcome'],
    });
    this.failures = metrics.counter({
      name: 'rollbook_row_failures_total',
      help: 'Failed rows by the code of their first fault, such as DUPLICATE_ROW',
      labels: [...OF_JOBS, 'code'],
    });
    this.retried = metrics.counter({
      name: 'rollbook_rows_retried_total',
      help: 'Rows that were tried again after a lost race, a deadlock or a lost connection',
      labels: OF_JOBS,
    });
    metrics.gauge(
      { name: 'rollbook_jobs', help: 'Bulk jobs that wait or run, in all processes', labels: ['state'] },
      async () => (await this.unfinished()).map(({ state, count }) => [{ state }, count] as const),
    );
    metrics.gauge(
      {
        name: 'rollbook_job_queue_age_seconds',
        help: 'How long the oldest job that waits has waited; 0 when none does',
        labels: [],
      },
      async () => {
        const queued = (await this.unfinished()).find(({ state }) => state === 'queued');
        const since = queued?.oldest ?? null;
        return [[{}, since === null ? 0 : Math.max(0, (Date.now() - since.getTime()) / 1_000)]];
      },
    );
  }

  /** Counts a job that just ended, as its caller is told of it. */
  countEnded(job: BulkJob, state: JobState, failures = new FailureCodes()): void {
    const labels = { family: job.family, target: job.target, dry_run: String(job.dryRun) };
    this.jobsEnded({ ...labels, state });
    for (const tally of job.tallies) {
      this.received(labels, tally.received);
      for (const outcome of OUTCOMES) this.outcomes({ ...labels, outcome }, tally[outcome]);
      this.outcomes({ ...labels, outcome: 'unprocessed' }, unprocessedRows(tally));
      this.retried(labels, tally.retried);
    }
    for (const [code, rows] of failures.counts) this.failures({ ...labels, code }, rows);
  }

  private unfinished() {
    return this.unitOfWork.read((transaction) => this.jobs.listUnfinished(transaction));
  }
}
