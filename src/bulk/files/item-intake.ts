import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { forEachGivingWay } from '../../platform/event-loop/give-way';
import { CHUNK_ROWS, SpoolWriter } from '../engine/row-spool';
import type { RawRow } from '../formats/row-format.contract';
import { SPOOL_NAME, TakenRows } from './file-intake';
import { JobFiles } from './job-files';

/** The items of a request as rows of the first table of their importer. */
export interface ItemRows {
  readonly columns: readonly string[];
  /** Cells of each item, one per column; the job's id is there to bind secrets to. */
  readonly cells: (jobId: string) => Iterable<readonly string[]>;
}

/** Stores the items of a JSON request as the rows of a job, so that the job outlives the request and the process. */
@Injectable()
export class ItemIntake {
  constructor(private readonly files: JobFiles) {}

  async take(jobId: string, { columns, cells }: ItemRows): Promise<TakenRows> {
    const spool = SpoolWriter.create(this.files.of(jobId, SPOOL_NAME));
    const hash = createHash('sha256');
    let received = 0;
    try {
      const items = cells(jobId)[Symbol.iterator]();
      for (;;) {
        const rows: RawRow[] = [];
        await forEachGivingWay(upTo(items, CHUNK_ROWS), (item) => {
          hash.update(item[0] ?? '');
          rows.push({ row: ++received, cells: item });
        });
        if (rows.length === 0) break;
        await spool.write(0, { table: null, columns: [...columns], rows });
      }
      const chunks = await spool.close();
      return {
        format: 'ndjson',
        fileName: null,
        sha256: hash.digest('hex'),
        received: [received],
        chunks,
        parentJobId: null,
      };
    } catch (error) {
      await spool.abort();
      throw error;
    }
  }
}

/** The next of the values, as many as are left at most. */
function* upTo<T>(values: Iterator<T>, count: number): Generator<T> {
  for (let taken = 0; taken < count; taken++) {
    const next = values.next();
    if (next.done === true) return;
    yield next.value;
  }
}
