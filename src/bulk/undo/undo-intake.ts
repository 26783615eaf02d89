import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { giveWay } from '../../platform/event-loop/give-way';
import type { ChangeLedger } from '../engine/bulk-importer.contract';
import { CHUNK_ROWS, SpoolWriter } from '../engine/row-spool';
import { SPOOL_NAME, TakenRows } from '../files/file-intake';
import { JobFiles } from '../files/job-files';
import type { BulkJob } from '../jobs/bulk-job.entity';
import { NothingToDo } from '../jobs/bulk-job.errors';
import { UNDO_COLUMNS } from './undo.importer';

const PAGE = 1_000;
/** Rows named for one record; a record that more of them changed is changed back all the same. */
const MOST_ROWS_NAMED = 20;

/** Makes the rows of a job that takes an earlier one back: each record it changed, the last one first. */
@Injectable()
export class UndoIntake {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly files: JobFiles,
  ) {}

  /** @throws NothingToDo when the job changed no record */
  async take(jobId: string, undone: BulkJob, ledger: ChangeLedger): Promise<TakenRows> {
    const records = [...(await this.recordsOf(undone, ledger))].reverse();
    if (records.length === 0) {
      throw new NothingToDo(`The job ${undone.jobId} changed nothing; there is nothing to take back.`);
    }
    const spool = SpoolWriter.create(this.files.of(jobId, SPOOL_NAME));
    const hash = createHash('sha256');
    try {
      for (let start = 0; start < records.length; start += CHUNK_ROWS) {
        const rows = records.slice(start, start + CHUNK_ROWS).map(([record, named], index) => {
          hash.update(`${record}\n`);
          return { row: start + index + 1, cells: [String(record), named.join(' ')] };
        });
        const columns = [UNDO_COLUMNS.record.name, UNDO_COLUMNS.rows.name];
        await spool.write(0, { table: null, columns, rows });
        await giveWay();
      }
      const chunks = await spool.close();
      const { fileFormat: format } = undone;
      const sha256 = hash.digest('hex');
      return { format, fileName: null, sha256, received: [records.length], chunks, parentJobId: null };
    } catch (error) {
      await spool.abort();
      throw error;
    }
  }

  /** The records a job changed, in the order of the first change, and the rows that changed each. */
  private async recordsOf(undone: BulkJob, ledger: ChangeLedger): Promise<Map<number, number[]>> {
    const records = new Map<number, number[]>();
    for (let after = 0, isMore = true; isMore;) {
      const page = await this.unitOfWork.read((transaction) => ledger.list(transaction, undone, after, PAGE));
      for (const { recordRef, row } of page) {
        const named = records.get(recordRef) ?? [];
        records.set(recordRef, named);
        if (row !== null && named.length < MOST_ROWS_NAMED) named.push(row);
      }
      after = page.at(-1)?.id ?? after;
      isMore = page.length === PAGE;
    }
    return records;
  }
}
