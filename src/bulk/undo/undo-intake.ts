import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { giveWay } from '../../platform/event-loop/give-way';
import { HISTORY_START, type HistoryPlace } from '../../platform/history/history-place';
import type { ChangeLedger } from '../engine/bulk-importer.contract';
import { CHUNK_ROWS, SpoolWriter } from '../engine/row-spool';
import { SPOOL_NAME, TakenRows } from '../files/file-intake';
import { JobFiles } from '../files/job-files';
import type { BulkJob } from '../jobs/bulk-job.entity';
import { NothingToDo } from '../jobs/bulk-job.errors';
import { UNDO_COLUMNS } from './undo.importer';

/** Entries read at once, about. */
const AT_ONCE = 1_000;
/** Rows named for one record; a record that more of them changed is changed back all the same. */
const MOST_ROWS_NAMED = 20;

/** What a job did to a record: by which rows, and in which pages of the history it stands. */
interface Changes {
  readonly named: number[];
  readonly pageIds: number[];
}

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
        const rows = records.slice(start, start + CHUNK_ROWS).map(([record, { named, pageIds }], index) => {
          hash.update(`${record}\n`);
          return { row: start + index + 1, cells: [String(record), named.join(' '), [...pageIds].join(' ')] };
        });
        const columns = Object.values(UNDO_COLUMNS).map(({ name }) => name);
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

  /** The records a job changed, in the order of the first change, with the rows that changed each and where that stands. */
  private async recordsOf(undone: BulkJob, ledger: ChangeLedger): Promise<Map<number, Changes>> {
    const records = new Map<number, Changes>();
    for (let last: HistoryPlace | undefined = HISTORY_START; last !== undefined;) {
      const after: HistoryPlace = last;
      const some = await this.unitOfWork.read((transaction) => ledger.list(transaction, undone, after, AT_ONCE));
      for (const { recordRef, row, pageId } of some) {
        const changes = records.get(recordRef) ?? { named: [], pageIds: [] };
        records.set(recordRef, changes);
        if (row !== null && changes.named.length < MOST_ROWS_NAMED) changes.named.push(row);
        if (pageId !== null && !changes.pageIds.includes(pageId)) changes.pageIds.push(pageId);
      }
      last = some.at(-1)?.place;
      // SQLite answers without a turn of the event loop: 20,000 changes held it for a second.
      await giveWay();
    }
    return records;
  }
}
