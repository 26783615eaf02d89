import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import type { BulkImporter } from '../engine/bulk-importer.contract';
import { ImporterRegistry } from '../engine/importer.registry';
import { isOwnColumn, RESULT_COLUMNS, SUCCESS_COLUMNS } from '../engine/header';
import { RowChunk, SpoolReader } from '../engine/row-spool';
import { FormatRegistry } from '../formats/format.registry';
import type { RawRow, RowBatch, RowWriter } from '../formats/row-format.contract';
import type { BulkJob } from '../jobs/bulk-job.entity';
import { RowsUnaccounted } from '../jobs/bulk-job.errors';
import { BulkJobRepository } from '../jobs/bulk-job.repository';
import type { RowOutcome } from '../jobs/bulk-outcome.entity';
import { markMessage, SPOOL_NAME } from './file-intake';
import { JobFiles } from './job-files';

/** Which rows a result file holds. */
export type ResultKind = 'success' | 'failure' | 'unprocessed';

/** Called with every row of a job in order, for those who want to list some. */
export type OutcomeListener = (outcome: RowOutcome, table: string) => void;

/** Those who want to see what became of the rows. */
export interface RowListeners {
  readonly onOutcome?: OutcomeListener;
  /** Called with the rows a job did not come to. */
  readonly onUnprocessed?: (row: number) => void;
}

const LINE_SEPARATOR = '; ';

/** Writes the result files of a job from its rows and their outcomes: applied, refused and unprocessed ones. */
@Injectable()
export class ResultFiles {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: BulkJobRepository,
    private readonly importers: ImporterRegistry,
    private readonly formats: FormatRegistry,
    private readonly files: JobFiles,
  ) {}

  /**
   * Writes the files in the format the rows came in; a side without rows gets none.
   *
   * @throws RowsUnaccounted when a row that was worked on has no outcome, or more than one
   */
  async write(job: BulkJob, { onOutcome, onUnprocessed }: RowListeners = {}): Promise<void> {
    const importer = this.importers.get(job.target);
    const spool = await SpoolReader.open(this.files.of(job.jobId, SPOOL_NAME));
    const writers = new ResultWriters(job, importer, this.formats, this.files);
    try {
      for (let chunkNo = 0; chunkNo < job.nextChunk; chunkNo++) {
        const chunk = await spool.read(chunkNo);
        const outcomes = await this.unitOfWork.read((transaction) => this.jobs.listOutcomes(transaction, job, chunkNo));
        checkRows(job.jobId, chunk, outcomes);
        const table = importer.tables[chunk.table]?.name ?? '';
        for (const outcome of outcomes) onOutcome?.(outcome, table);
        await writers.write('success', chunk, outcomes);
        await writers.write('failure', chunk, outcomes);
      }
      for (let chunkNo = job.nextChunk; chunkNo < job.chunks; chunkNo++) {
        const chunk = await spool.read(chunkNo);
        for (const { row } of chunk.rows) onUnprocessed?.(row);
        await writers.writeUnprocessed(chunk);
      }
      await writers.close();
      await this.files.settle(job.jobId);
    } catch (error) {
      await writers.abort();
      throw error;
    } finally {
      await spool.close();
    }
  }
}

/** @throws RowsUnaccounted unless each row of a chunk has one outcome, in its place */
function checkRows(jobId: string, { rows }: RowChunk, outcomes: readonly RowOutcome[]): void {
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

  async write(kind: ResultKind, chunk: RowChunk, outcomes: readonly RowOutcome[]): Promise<void> {
    const byRow = new Map(outcomes.map((outcome) => [outcome.row, outcome]));
    const kept = this.keptColumns(chunk);
    const rows = chunk.rows.flatMap((raw): RawRow[] => {
      const outcome = byRow.get(raw.row);
      if (outcome === undefined || (outcome.verdict === 'failed') !== (kind === 'failure')) return [];
      const own = kind === 'failure' ? failureCells(outcome, this.job.jobId) : successCells(outcome);
      const cells = kept.map((index) => raw.cells[index] ?? '');
      // Cells beyond the header stay visible behind our own, so that nothing of the row is lost.
      return [{ row: raw.row, cells: [...cells, ...own, ...raw.cells.slice(chunk.columns.length)] }];
    });
    if (rows.length === 0) return;
    const columns = [
      ...kept.map((index) => chunk.columns[index] ?? ''),
      ...(kind === 'failure' ? RESULT_COLUMNS : SUCCESS_COLUMNS),
    ];
    const table = this.importer.tables[chunk.table]?.name ?? null;
    const writer = await this.writer(kind, chunk.table);
    await writer.write({ table, columns, rows });
  }

  /** Rows a cancelled job did not come to, as they were sent: the file is ready to be sent again. */
  async writeUnprocessed(chunk: RowChunk): Promise<void> {
    const kept = this.keptColumns(chunk);
    const rows = chunk.rows.map((raw): RawRow => {
      const cells = kept.map((index) => raw.cells[index] ?? '');
      return { row: raw.row, cells: [...cells, ...raw.cells.slice(chunk.columns.length)] };
    });
    const table = this.importer.tables[chunk.table]?.name ?? null;
    const writer = await this.writer('unprocessed', chunk.table);
    await writer.write({ table, columns: kept.map((index) => chunk.columns[index] ?? ''), rows });
  }

  async close(): Promise<void> {
    for (const writer of this.open.values()) await writer.close();
  }

  async abort(): Promise<void> {
    for (const writer of this.open.values()) await writer.abort();
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
