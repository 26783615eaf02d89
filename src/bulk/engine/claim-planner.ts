import type { UnitOfWork } from '../../platform/database/unit-of-work';
import { giveWay } from '../../platform/event-loop/give-way';
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
      // A job that goes on after an interruption: rows done before have their records already.
      for (let chunkNo = 0; chunkNo < job.nextChunk; chunkNo++) {
        const table = spool.tableOf(chunkNo);
        for (const [row, key] of await this.claimedKeys(job, importer, spool, chunkNo)) claims[table]?.claim(key, row);
        await giveWay();
      }
      return claims;
    }
    const claims = importer.tables.map(() => new ForeseenClaims(duplicates));
    for (let chunkNo = 0; chunkNo < spool.chunkCount; chunkNo++) {
      const table = spool.tableOf(chunkNo);
      for (const [row, key] of await this.identify(job, importer, spool, chunkNo)) claims[table]?.note(key, row);
    }
    return claims;
  }

  /** The records that rows of a chunk that is done have claimed, by row. */
  private async claimedKeys(
    job: BulkJob,
    importer: BulkImporter,
    spool: SpoolReader,
    chunkNo: number,
  ): Promise<[number, RecordKey][]> {
    // Those that were refused claim in vain here as they did then.
    if (importer.tables[spool.tableOf(chunkNo)]?.claimsRecordIds !== true) {
      return this.identify(job, importer, spool, chunkNo);
    }
    const outcomes = await this.unitOfWork.read((transaction) => this.jobs.listOutcomes(transaction, job, chunkNo));
    return outcomes
      .filter(isApplied)
      .flatMap(({ row, recordId }): [number, RecordKey][] => (recordId === null ? [] : [[row, recordId]]));
  }

  /** Looks up which records the rows of a chunk name, by row. */
  private async identify(
    { companyRef }: BulkJob,
    importer: BulkImporter,
    spool: SpoolReader,
    chunkNo: number,
  ): Promise<[number, RecordKey][]> {
    const table = importer.tables[spool.tableOf(chunkNo)];
    if (table?.identify === undefined) return [];
    const { columns, rows } = await spool.read(chunkNo);
    const ready = readyRows(await new RowReader(table).read(columns, rows));
    const keys = await this.unitOfWork.read(
      async (transaction) => (await table.identify?.(transaction, companyRef, ready)) ?? [],
    );
    return ready.flatMap(({ row }, position): [number, RecordKey][] => {
      const key = keys[position] ?? null;
      return key === null ? [] : [[row, key]];
    });
  }
}
