import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import type { BulkImporter } from '../engine/bulk-importer.contract';
import { ImporterRegistry } from '../engine/importer.registry';
import { RowChunk, SpoolReader } from '../engine/row-spool';
import { FormatRegistry } from '../formats/format.registry';
import { isOwnColumn, RESULT_COLUMNS, SUCCESS_COLUMNS } from '../formats/own-columns';
import type { RawRow, RowBatch, RowWriter } from '../formats/row-format.contract';
import type { BulkJob } from '../jobs/bulk-job.entity';
import { RowsUnaccounted, takenOver } from '../jobs/bulk-job.errors';
import { BulkJobRepository } from '../jobs/bulk-job.repository';
import type { RowOutcome } from '../jobs/bulk-outcome.entity';
import { markMessage } from '../reading/job-mark';
import { SPOOL_NAME } from './file-intake';
import { JobFiles } from './job-files';

/** Which rows a result file holds. */
export type ResultKind = 'success' | 'failure' | 'unprocessed';

/** Called with every row of a job in order, for those who want to list some. */
export type OutcomeListener = (outcome: RowOutcome, table: string) => void;

/** Those who want to see what became of the rows. */
export interface RowListeners {
  readonly onOutcome?: OutcomeListener;
  /** Called with the rows a job did not come to. */
  readonly onUnprocessed?: (row: number, table: string) => void;
  /** Called when nothing of what was told counts: the job begins anew. */
  readonly onRestart?: () => void;
}

const LINE_SEPARATOR = '; ';

/** A chunk that was applied just now. */
export interface AppliedChunk {
  readonly rows: RowChunk;
  /** One per row, in row order. */
  readonly outcomes: readonly RowOutcome[];
}

/** Writes the result files of jobs from their rows and outcomes: applied, refused and unprocessed ones. */
@Injectable()
export class ResultFiles {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: BulkJobRepository,
    private readonly importers: ImporterRegistry,
    private readonly formats: FormatRegistry,
    private readonly files: JobFiles,
  ) {}

  /** Begins the files of a job, in the format its rows came in; a side without rows gets none. */
  async open(job: BulkJob, listeners: RowListeners): Promise<JobResults> {
    await this.files.removeParts(job.jobId);
    const spool = await SpoolReader.open(this.files.of(job.jobId, SPOOL_NAME));
    const importer = this.importers.get(job.target);
    const writersOf = () => new ResultWriters(job, importer, this.formats, this.files);
    const outcomesOf = (chunkNo: number) =>
      this.unitOfWork.read((transaction) => this.jobs.listOutcomes(transaction, job, chunkNo));
    return new JobResults(spool, importer, writersOf, outcomesOf, listeners);
  }

  /** Writes all files of a job at once, from its rows and stored outcomes. @throws RowsUnaccounted, JobTakenOver */
  async write(job: BulkJob, listeners: RowListeners): Promise<void> {
    const results = await this.open(job, listeners);
    try {
      await this.finish(job, results);
    } catch (error) {
      await results.abort();
      throw error;
    }
  }

  /** Completes the files of a job that has been worked on. @throws RowsUnaccounted, JobTakenOver */
  async finish(job: BulkJob, results: JobResults): Promise<void> {
    await results.complete(job);
    // Whoever took the job over may have come further, and writes the same files.
    if (!(await this.unitOfWork.read((transaction) => this.jobs.isHeld(transaction, job)))) throw takenOver(job.jobId);
    await results.publish();
    await this.files.settle(job.jobId);
  }
}

/**
 * The result files of one job under way. They grow while the job does, so that its rows are not read a second time; what an
 * interrupted job did before, and a job of all or nothing, is read from its outcomes. They are there under their names only once they are complete.
 */
export class JobResults {
  private written = 0;
  private writers: ResultWriters;

  constructor(
    private readonly spool: SpoolReader,
    private readonly importer: BulkImporter,
    private readonly writersOf: () => ResultWriters,
    private readonly outcomesOf: (chunkNo: number) => Promise<RowOutcome[]>,
    private readonly listeners: RowListeners,
  ) {
    this.writers = writersOf();
  }

  /**
   * Writes the rows of all chunks a job has come over by now.
   *
   * @param last the latest of them, where it is at hand
   * @throws RowsUnaccounted when a row that was worked on has no outcome, or more than one
   */
  async follow({ jobId, nextChunk }: BulkJob, last: AppliedChunk | null): Promise<void> {
    for (; this.written < nextChunk; this.written++) {
      const isLast = this.written === nextChunk - 1;
      const chunk = isLast && last !== null ? last : await this.readApplied(this.written);
      checkRows(jobId, chunk);
      const table = this.importer.tables[chunk.rows.table]?.name ?? '';
      for (const outcome of chunk.outcomes) this.listeners.onOutcome?.(outcome, table);
      await this.writers.write(chunk);
    }
  }

  /** Forgets all rows: what they came to was taken back, and is decided anew. */
  async restart(): Promise<void> {
    if (this.written === 0) return;
    await this.writers.abort();
    this.writers = this.writersOf();
    this.written = 0;
    this.listeners.onRestart?.();
  }

  /** Writes the rows that are missing: those of the last chunks, and those the job did not come to. */
  async complete(job: BulkJob): Promise<void> {
    await this.follow(job, null);
    for (let chunkNo = job.nextChunk; chunkNo < job.chunks; chunkNo++) {
      const chunk = await this.spool.read(chunkNo);
      const table = this.importer.tables[chunk.table]?.name ?? '';
      for (const { row } of chunk.rows) this.listeners.onUnprocessed?.(row, table);
      await this.writers.writeUnprocessed(chunk);
    }
  }

  /** Lets the files appear under their names. */
  async publish(): Promise<void> {
    await this.writers.close();
    await this.spool.close();
  }

  /** Gives up what is not complete. */
  async abort(): Promise<void> {
    await this.writers.abort();
    await this.spool.close();
  }

  private async readApplied(chunkNo: number): Promise<AppliedChunk> {
    return { rows: await this.spool.read(chunkNo), outcomes: await this.outcomesOf(chunkNo) };
  }
}

/** @throws RowsUnaccounted unless each row of a chunk has one outcome, in its place */
function checkRows(jobId: string, { rows: { rows }, outcomes }: AppliedChunk): void {
  const isComplete = rows.length === outcomes.length && rows.every(({ row }, at) => outcomes[at]?.row === row);
  if (isComplete) return;
  const [first, last] = [rows[0]?.row, rows.at(-1)?.row];
  throw new RowsUnaccounted(
    `The job ${jobId} does not add up: ${rows.length} rows from ${first} to ${last} have ${outcomes.length} outcomes; tell the operator.`,
  );
}

/** The open result files of one job. */
class ResultWriters {
  private readonly open = new Map<string, RowWriter>();

  constructor(
    private readonly job: BulkJob,
    private readonly importer: BulkImporter,
    private readonly formats: FormatRegistry,
    private readonly files: JobFiles,
  ) {}

  async write({ rows: chunk, outcomes }: AppliedChunk): Promise<void> {
    const kept = this.keptColumns(chunk);
    const applied: RawRow[] = [];
    const refused: RawRow[] = [];
    for (const [at, raw] of chunk.rows.entries()) {
      const outcome = outcomes[at];
      if (outcome === undefined) continue;
      const isRefused = outcome.verdict === 'failed';
      const cells = this.keptCells(raw, kept);
      cells.push(...(isRefused ? failureCells(outcome, this.job.jobId) : successCells(outcome)));
      // Cells beyond the header stay visible behind our own, so that nothing of the row is lost.
      cells.push(...raw.cells.slice(chunk.columns.length));
      (isRefused ? refused : applied).push({ row: raw.row, cells });
    }
    await this.writeRows('success', chunk, [...this.keptNames(chunk, kept), ...SUCCESS_COLUMNS], applied);
    await this.writeRows('failure', chunk, [...this.keptNames(chunk, kept), ...RESULT_COLUMNS], refused);
  }

  /** Rows that a stopped job did not come to, as they were sent: the file is ready to be sent again. */
  async writeUnprocessed(chunk: RowChunk): Promise<void> {
    const kept = this.keptColumns(chunk);
    const rows = chunk.rows.map((raw): RawRow => {
      return { row: raw.row, cells: [...this.keptCells(raw, kept), ...raw.cells.slice(chunk.columns.length)] };
    });
    await this.writeRows('unprocessed', chunk, this.keptNames(chunk, kept), rows);
  }

  async close(): Promise<void> {
    for (const writer of this.open.values()) await writer.close();
  }

  async abort(): Promise<void> {
    for (const writer of this.open.values()) await writer.abort();
  }

  private async writeRows(kind: ResultKind, chunk: RowChunk, columns: string[], rows: RawRow[]): Promise<void> {
    if (rows.length === 0) return;
    const table = this.importer.tables[chunk.table]?.name ?? null;
    const writer = await this.writer(kind, chunk.table);
    await writer.write({ table, columns, rows });
  }

  private keptNames({ columns }: RowChunk, kept: readonly number[]): string[] {
    return kept.map((index) => columns[index] ?? '');
  }

  private keptCells({ cells }: RawRow, kept: readonly number[]): string[] {
    return kept.map((index) => cells[index] ?? '');
  }

  /** Columns of the caller's own, without secrets. */
  private keptColumns({ table, columns }: RowChunk): number[] {
    const secrets = this.importer.tables[table]?.columns.filter(({ secret }) => secret === true) ?? [];
    const isKept = (column: string) => !isOwnColumn(column) && !secrets.some(({ name }) => name === column);
    return columns.flatMap((column, index) => (isKept(column) ? [index] : []));
  }

  private async writer(kind: ResultKind, table: number): Promise<RowWriter> {
    const { jobId, fileFormat } = this.job;
    const format = this.formats.get(fileFormat);
    const name = resultName(kind, format.holdsTables ? 0 : table, this.importer);
    const known = this.open.get(name);
    if (known !== undefined) return known;
    const writer = format.create(this.files.of(jobId, `${name}.${fileFormat}`));
    this.open.set(name, writer);
    if (format.holdsTables && table > 0) await writer.write(mainHeader(this.importer));
    return writer;
  }
}

/**
 * The main table without rows. A workbook whose only sheet is another table would be taken for the main one when it is
 * sent back, and its rows for something they are not.
 */
export function mainHeader({ tables: [main] }: BulkImporter): RowBatch {
  return { table: main.name, columns: main.columns.map(({ name }) => name), rows: [] };
}

/** `failure` for the main table, `failure-contacts` for the rows of another in a format of one table per file. */
export function resultName(kind: ResultKind, table: number, importer: BulkImporter): string {
  return table === 0 ? kind : `${kind}-${importer.tables[table]?.name.toLowerCase() ?? table}`;
}

function failureCells({ row, issues }: RowOutcome, jobId: string): string[] {
  return [
    String(row),
    'failed',
    issues.map(({ code }) => code).join(LINE_SEPARATOR),
    issues.map(({ field }) => field ?? '').join(LINE_SEPARATOR),
    markMessage(issues.map(({ message }) => message).join(LINE_SEPARATOR), jobId),
  ];
}

function successCells({ row, verdict, recordId, warnings }: RowOutcome): string[] {
  return [
    String(row),
    verdict,
    recordId ?? '',
    warnings.map(({ code }) => code).join(LINE_SEPARATOR),
    warnings.map(({ message }) => message).join(LINE_SEPARATOR),
  ];
}
