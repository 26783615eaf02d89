import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/transaction';
import type { BulkJob, TableTally } from '../jobs/bulk-job.entity';
import { takenOver } from '../jobs/bulk-job.errors';
import { BulkJobRepository } from '../jobs/bulk-job.repository';
import type { RowOutcome } from '../jobs/bulk-outcome.entity';
import { addToTally } from '../jobs/tally';
import type { JobContext, ReadyRow, RecordChange, RowResult } from './bulk-importer.contract';
import { HISTORY_START } from '../../platform/history/history-place';
import { ChunkApplier } from './chunk-applier';
import type { ChunkRun, ChunkTask } from './chunk-source';
import { applyAsRehearsed } from './rehearsal';
import { JudgedRow, readyRows } from './row-reader';
import { RowWitness } from './row-witness';

/** What became of the rows of one chunk. */
export interface ChunkResult {
  /** Index of the table in the importer's list. */
  readonly table: number;
  /** One per row, in row order. */
  readonly outcomes: readonly RowOutcome[];
  /** Amounts of the applied rows, as decimal text. */
  readonly amounts: readonly string[];
  /** Rows that had to be tried again. */
  readonly retried: number;
}

/** Applies the rows of one chunk inside a transaction, and stores what became of them. */
@Injectable()
export class ChunkWork {
  constructor(
    private readonly applier: ChunkApplier,
    private readonly jobs: BulkJobRepository,
  ) {}

  /** @param run what the rows are told of the run of the transaction they are in */
  async apply(transaction: Transaction, job: BulkJob, task: ChunkTask, run: ChunkRun): Promise<ChunkResult> {
    const { chunkNo, table, tableIndex, judged, rehearsed, records } = task;
    const context: JobContext = { ...task.context, ...run };
    const ready = readyRows(judged);
    const applyRows = (rows: readonly ReadyRow<unknown>[]) => this.applier.apply(transaction, table, context, rows);
    // With its first chunk a dry run begins anew: what it wrote before was taken back.
    if (job.dryRun && chunkNo === job.nextChunk) records.historyPlace = HISTORY_START;
    const reached = job.dryRun ? records.historyPlace : null;
    const isWatched = job.dryRun || rehearsed !== null;
    const witness = isWatched ? RowWitness.begin(transaction, context, task.ledger, reached) : null;
    const results =
      witness === null || rehearsed === null
        ? await applyRows(ready)
        : await applyAsRehearsed(witness, { chunkNo, rehearsed, records }, ready, applyRows);
    const outcomes = joinOutcomes(judged, ready, results);
    if (job.dryRun) records.note(chunkNo, outcomes);
    const described =
      witness !== null && job.dryRun ? await witness.describe(outcomes, changesOf(ready, results), records) : outcomes;
    records.historyPlace = witness?.reached ?? records.historyPlace;
    return {
      table: tableIndex,
      outcomes: described,
      amounts: results.flatMap(({ amount }) => amount ?? []),
      retried: run.attempt > 1 ? ready.length : results.filter(({ isRetried }) => isRetried === true).length,
    };
  }

  /** Stores the outcomes of the next chunk and moves the checkpoint over it. @throws JobTakenOver */
  async store(transaction: Transaction, job: BulkJob, result: ChunkResult): Promise<BulkJob> {
    const moved = await this.moveTo(transaction, job, job.nextChunk + 1, talliesWith(job.tallies, result));
    await this.jobs.insertOutcomes(transaction, job, job.nextChunk, [JSON.stringify(result.outcomes)]);
    return moved;
  }

  /**
   * Stores the outcomes of chunks that follow one another, as JSON, in front of the checkpoint: they count once it has
   * moved. @throws JobTakenOver
   */
  async lay(transaction: Transaction, job: BulkJob, first: number, chunks: readonly string[]): Promise<void> {
    if (!(await this.jobs.layOutcomes(transaction, job, first, chunks))) throw takenOver(job.jobId);
  }

  /** Moves the checkpoint to a later chunk. @throws JobTakenOver */
  async moveTo(transaction: Transaction, job: BulkJob, nextChunk: number, tallies: TableTally[]): Promise<BulkJob> {
    if (!(await this.jobs.advance(transaction, job, nextChunk, tallies))) throw takenOver(job.jobId);
    return { ...job, nextChunk, tallies };
  }
}

/** The tallies of a job after one more chunk. */
export function talliesWith(tallies: readonly TableTally[], result: ChunkResult): TableTally[] {
  const { table, outcomes, amounts, retried } = result;
  return tallies.map((tally, index): TableTally => {
    if (index !== table) return tally;
    return { ...addToTally(tally, outcomes, amounts), retried: tally.retried + retried };
  });
}

/** What rows say themselves of their changes, by row. */
function changesOf(ready: readonly ReadyRow<unknown>[], results: readonly RowResult[]): Map<number, RecordChange> {
  const told = new Map<number, RecordChange>();
  for (const [index, { row }] of ready.entries()) {
    const change = results[index]?.change ?? null;
    if (change !== null) told.set(row, change);
  }
  return told;
}

/** One outcome per row in row order: refused rows from their issues, the others from their results. */
function joinOutcomes(
  judged: readonly JudgedRow[],
  ready: readonly ReadyRow<unknown>[],
  results: readonly RowResult[],
): RowOutcome[] {
  const byRow = new Map(ready.map(({ row }, index) => [row, results[index]]));
  return judged.map(({ row, parsed }): RowOutcome => {
    const result = byRow.get(row);
    if (result === undefined) {
      return { row, verdict: 'failed', recordId: parsed.recordId, issues: parsed.issues, warnings: [] };
    }
    const { verdict, recordId, issues, warnings } = result;
    return {
      row,
      verdict,
      recordId: recordId ?? parsed.recordId,
      issues,
      warnings: verdict === 'failed' ? [] : [...parsed.warnings, ...warnings],
    };
  });
}
