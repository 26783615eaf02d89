import { createReadStream } from 'node:fs';
import { Injectable } from '@nestjs/common';
import { ImporterRegistry } from '../engine/importer.registry';
import { CHUNK_ROWS } from '../engine/row-spool';
import { FormatRegistry } from '../formats/format.registry';
import type { RowBatch } from '../formats/row-format.contract';
import type { BulkJob } from '../jobs/bulk-job.entity';
import { ResultNotFound } from '../jobs/bulk-job.errors';
import { JobFiles } from './job-files';
import { mainHeader } from './result-files';

/** Gives out result files, in any format the service writes. */
@Injectable()
export class ResultDownload {
  /** Conversions under way by path, so that two requests never write the same file. */
  private readonly conversions = new Map<string, Promise<void>>();

  constructor(
    private readonly files: JobFiles,
    private readonly formats: FormatRegistry,
    private readonly importers: ImporterRegistry,
  ) {}

  /**
   * Content of a result file. One in another format than the job's is made from the stored one at its first request.
   *
   * @param file name such as `failure.csv`
   * @throws ResultNotFound
   */
  async open(job: BulkJob, file: string): Promise<NodeJS.ReadableStream> {
    const [name = '', format = ''] = file.split('.');
    const present = await this.files.list(job.jobId);
    if (!present.includes(file)) {
      const sources = present.filter((other) => this.isSource(job, other, name));
      if (this.formats.find(format) === null || sources.length === 0) {
        throw new ResultNotFound(
          'The job has no such result file: it has no rows of this kind, has not ended yet, or its files were erased.',
        );
      }
      await this.convertOnce(job, sources, name, format);
    }
    return createReadStream(this.files.of(job.jobId, file));
  }

  private convertOnce(job: BulkJob, sources: readonly string[], name: string, format: string): Promise<void> {
    const path = this.files.of(job.jobId, `${name}.${format}`);
    const underWay = this.conversions.get(path);
    if (underWay !== undefined) return underWay;
    const conversion = this.convert(job, sources, name, format).finally(() => this.conversions.delete(path));
    this.conversions.set(path, conversion);
    return conversion;
  }

  /** The stored files from which a result in another format is made: those of the same kind. */
  private isSource({ fileFormat }: BulkJob, stored: string, name: string): boolean {
    const kind = name.split('-')[0] ?? '';
    return (
      [`${kind}.${fileFormat}`, `${name}.${fileFormat}`].includes(stored) ||
      (stored.startsWith(`${kind}-`) && stored.endsWith(`.${fileFormat}`))
    );
  }

  private async convert(job: BulkJob, sources: readonly string[], name: string, format: string): Promise<void> {
    const to = this.formats.get(format);
    const importer = this.importers.get(job.target);
    const mainTable = importer.tables[0].name;
    const wanted = name.split('-')[1] ?? mainTable.toLowerCase();
    // Columns may grow from batch to batch where a format has no header, and must stand whole in one that has: look first.
    const columns = new Map<string, readonly string[]>();
    for await (const batch of this.read(job, sources)) columns.set(batch.table, batch.columns);
    const writer = to.create(this.files.of(job.jobId, `${name}.${format}`));
    let written = 0;
    try {
      for await (const batch of this.read(job, sources)) {
        const fits = to.holdsTables || batch.table.toLowerCase() === wanted;
        if (!fits || batch.rows.length === 0) continue;
        const all = columns.get(batch.table) ?? batch.columns;
        const rows = batch.rows.map((row) => ({ ...row, cells: padded(row.cells, all.length) }));
        if (written === 0 && to.holdsTables && batch.table !== mainTable) await writer.write(mainHeader(importer));
        await writer.write({ table: batch.table, columns: all, rows });
        written += rows.length;
      }
      if (written === 0) throw new ResultNotFound('The job has no rows of this kind in that table.');
      await writer.close();
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }

  /** The rows of stored result files, main table first, each batch under the name of its table. */
  private async *read(job: BulkJob, sources: readonly string[]): AsyncGenerator<RowBatch & { table: string }> {
    const format = this.formats.get(job.fileFormat);
    const tables = this.importers.get(job.target).tables.map((table) => table.name);
    for (const source of [...sources].sort((a, b) => a.length - b.length)) {
      const own = tables.find((table) => source.includes(`-${table.toLowerCase()}.`)) ?? tables[0] ?? '';
      const wanted = format.holdsTables ? tables : [own];
      const options = { tables: wanted, batchRows: CHUNK_ROWS, maxRows: Number.MAX_SAFE_INTEGER };
      for await (const batch of format.read(this.files.of(job.jobId, source), options)) {
        yield { ...batch, table: batch.table ?? own };
      }
    }
  }
}

function padded(cells: readonly string[], length: number): readonly string[] {
  return cells.length >= length ? cells : [...cells, ...Array<string>(length - cells.length).fill('')];
}
