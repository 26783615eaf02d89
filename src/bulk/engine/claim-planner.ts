import type { UnitOfWork } from '../../platform/database/unit-of-work';
import type { BulkJob } from '../jobs/bulk-job.entity';
import type { BulkJobRepository } from '../jobs/bulk-job.repository';
import { isApplied } from '../jobs/tally';
import type { BulkImporter } from './bulk-importer.contract';
import { Claims, EVERY_ROW, FirstRowClaims, ForeseenClaims, RecordKey } from './claims';
import { readyRows, RowReader } from './row-reader';
import type { SpoolReader } from './row-spool';

/** Makes the claims of a job: one set per table, since each table speaks of records of its own. */
export class ClaimPlanner {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: BulkJobRepository,
  ) {}

  /** Reads and looks up rows as far as the rule needs to know them beforehand; nothing is written. */
  async plan(job: BulkJob, importer: BulkImporter, spool: SpoolReader): Promise<Claims[]> {
    const { duplicates } = job.options;
    if (duplicates === 'each') return importer.tables.map(() => EVERY_ROW);
    if (duplicates === 'first') {
      const claims = importer.tables.map(() => new FirstRowClaims());
      // A job that goes on after an interruption: the rows applied before have their records already.
      await this.identify(job, importer, spool, job.nextChunk, async (chunkNo, table, rows) => {
        const outcomes = await this.unitOfWork.read((transaction) => this.jobs.listOutcomes(transaction, job, chunkNo));
        const applied = new Set(outcomes.filter(isApplied).map(({ row }) => row));
        for (const [row, key] of rows) if (applied.has(row)) claims[table]?.claim(key, row);
      });
      return claims;
    }
    const claims = importer.tables.map(() => new ForeseenClaims(duplicates));
    await this.identify(job, importer, spool, spool.chunkCount, (_chunkNo, table, rows) => {
      for (const [row, key] of rows) claims[table]?.note(key, row);
    });
    return claims;
  }

  /** Looks up which records the rows of the first chunks name, chunk by chunk. */
  private async identify(
    job: BulkJob,
    importer: BulkImporter,
    spool: SpoolReader,
    chunks: number,
    visit: (chunkNo: number, table: number, rows: ReadonlyMap<number, RecordKey>) => void | Promise<void>,
  ): Promise<void> {
    const readers = importer.tables.map((table) => new RowReader(table));
    for (let chunkNo = 0; chunkNo < chunks; chunkNo++) {
      const { table: index, columns, rows } = await spool.read(chunkNo);
      const [table, reader] = [importer.tables[index], readers[index]];
      if (table?.identify === undefined || reader === undefined) continue;
      const ready = readyRows(reader.read(columns, rows));
      const keys = await this.unitOfWork.read(
        async (transaction) => (await table.identify?.(transaction, job.companyRef, ready)) ?? [],
      );
      const named = ready.flatMap(({ row }, position): [number, RecordKey][] => {
        const key = keys[position] ?? null;
        return key === null ? [] : [[row, key]];
      });
      await visit(chunkNo, index, new Map(named));
    }
  }
}
