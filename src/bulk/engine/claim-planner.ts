import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import type { BulkJob } from '../jobs/bulk-job.entity';
import type { BulkImporter } from './bulk-importer.contract';
import { Claims, FirstRowClaims, ForeseenClaims } from './claims';
import { readyRows, RowReader } from './row-reader';
import type { SpoolReader } from './row-spool';

/** Makes the claims of a job: one set per table, since each table speaks of records of its own. */
@Injectable()
export class ClaimPlanner {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** For the rules that look ahead, reads all rows once and looks up what they name; nothing is written. */
  async plan(job: BulkJob, importer: BulkImporter, spool: SpoolReader): Promise<Claims[]> {
    const { duplicates } = job.options;
    if (duplicates === 'first') return importer.tables.map(() => new FirstRowClaims());
    const claims = importer.tables.map(() => new ForeseenClaims(duplicates));
    const readers = importer.tables.map((table) => new RowReader(table));
    for (let chunkNo = 0; chunkNo < spool.chunkCount; chunkNo++) {
      const { table: index, columns, rows } = await spool.read(chunkNo);
      const [table, reader, noted] = [importer.tables[index], readers[index], claims[index]];
      if (table?.identify === undefined || reader === undefined || noted === undefined) continue;
      const ready = readyRows(reader.read(columns, rows));
      const keys = await this.unitOfWork.read(
        async (transaction) => (await table.identify?.(transaction, job.companyRef, ready)) ?? [],
      );
      ready.forEach(({ row }, position) => {
        const key = keys[position] ?? null;
        if (key !== null) noted.note(key, row);
      });
    }
    return claims;
  }
}
