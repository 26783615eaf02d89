import { rename } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config';
import { UnreadableBody } from '../../platform/errors/http.errors';
import type { BulkImporter } from '../engine/bulk-importer.contract';
import { mapHeader } from '../engine/header';
import { SpoolWriter } from '../engine/row-spool';
import { UnusableTable } from '../formats/file.errors';
import { FormatRegistry } from '../formats/format.registry';
import type { RowBatch } from '../formats/row-format.contract';
import { JobFiles } from './job-files';
import type { Upload, UploadedFile } from './upload.receiver';

/**
 * Rows applied in one transaction. Measured: 1,000 take as long per row and make a single request wait twice as long, 250
 * take a fifth longer, 10,000-row statements three times the CPU.
 */
export const CHUNK_ROWS = 500;

/** Where the rows of a job lie in its folder. */
export const SPOOL_NAME = 'rows';

/** At the end of a failure message: the job that failed the row. */
const JOB_MARK = /\[job (JOB[A-Z0-9]{26})\]$/;

/** Rows that lie in the folder of a job, ready to be worked on. */
export interface TakenRows {
  /** Format in which result files are written. */
  readonly format: string;
  /** Name the caller gave the file; null when the rows came in a request. */
  readonly fileName: string | null;
  /** Of what came in. */
  readonly sha256: string;
  /** Data rows by table of the importer. */
  readonly received: readonly number[];
  readonly chunks: number;
  /** Job whose failure file this is, as far as the file says so. */
  readonly parentJobId: string | null;
}

/** Reads uploaded files to the end, so that every fault of a file as a whole shows before any of its rows is applied. */
@Injectable()
export class FileIntake {
  constructor(
    private readonly formats: FormatRegistry,
    private readonly files: JobFiles,
    private readonly config: AppConfig,
  ) {}

  /**
   * Spools the rows of an upload into the folder of a job and moves the uploaded files there.
   *
   * @throws the file errors of `formats/file.errors`; the folder is then the caller's to remove.
   */
  async take(jobId: string, tables: BulkImporter['tables'], upload: Upload): Promise<TakenRows> {
    if (upload.contacts !== null && tables.length === 1) {
      throw new UnreadableBody('The file has one table only here; leave out the part named "contacts".');
    }
    const spool = SpoolWriter.create(this.files.of(jobId, SPOOL_NAME));
    const rows = new RowIntake(tables, spool, this.config.maxRows);
    try {
      const format = await this.read(
        upload.file,
        tables.map(({ name }) => name),
        rows,
      );
      if (upload.contacts !== null) {
        await this.read(
          upload.contacts,
          tables.slice(1).map(({ name }) => name),
          rows,
        );
      }
      rows.check();
      const chunks = await spool.close();
      await rename(upload.file.path, this.files.of(jobId, 'input'));
      if (upload.contacts !== null) await rename(upload.contacts.path, this.files.of(jobId, 'input-contacts'));
      const { fileName, sha256 } = upload.file;
      return { format, fileName, sha256, received: rows.received, chunks, parentJobId: rows.parentJobId };
    } catch (error) {
      await spool.abort();
      throw error;
    }
  }

  private async read(file: UploadedFile, tables: readonly string[], rows: RowIntake): Promise<string> {
    const { name, format } = await this.formats.detect(file.path);
    const batches = format.read(file.path, { tables, batchRows: CHUNK_ROWS, maxRows: rows.room });
    for await (const batch of batches) await rows.add(batch, tables[0] ?? '');
    return name;
  }
}

/** Counts, checks and spools the batches of one upload. */
class RowIntake {
  readonly received: number[];
  parentJobId: string | null = null;
  private readonly checked = new Map<number, string>();

  constructor(
    private readonly tables: BulkImporter['tables'],
    private readonly spool: SpoolWriter,
    private readonly maxRows: number,
  ) {
    this.received = tables.map(() => 0);
  }

  /** Rows that may still come. */
  get room(): number {
    return this.maxRows - this.received.reduce((sum, rows) => sum + rows, 0);
  }

  async add(batch: RowBatch, mainTable: string): Promise<void> {
    const name = (batch.table ?? mainTable).trim().toLowerCase();
    const index = this.tables.findIndex((table) => table.name.toLowerCase() === name);
    const table = this.tables[index];
    if (table === undefined) throw new Error(`The format delivered a table nobody asked for: ${batch.table ?? ''}`);
    // Columns may come later (NDJSON) or differ in a second file; every header is judged before a row is applied.
    const header = JSON.stringify(batch.columns);
    if (this.checked.get(index) !== header) {
      const { messagePosition } = mapHeader(table, batch.columns);
      this.checked.set(index, header);
      if (messagePosition !== null) this.parentJobId ??= parentOf(batch, messagePosition);
    }
    if (batch.rows.length === 0) return;
    this.received[index] = (this.received[index] ?? 0) + batch.rows.length;
    await this.spool.write(index, batch);
  }

  /** @throws UnusableTable when there was not a single data row. */
  check(): void {
    if (this.room === this.maxRows) {
      throw new UnusableTable('The file has no data row below its header; add at least one.');
    }
  }
}

function parentOf({ rows }: RowBatch, messagePosition: number): string | null {
  for (const { cells } of rows) {
    const jobId = JOB_MARK.exec(cells[messagePosition] ?? '')?.[1];
    if (jobId !== undefined) return jobId;
  }
  return null;
}

/** Failure message with the mark by which the corrected file finds its job again. */
export function markMessage(message: string, jobId: string): string {
  return `${message} [job ${jobId}]`;
}
