import type { BulkJob } from '../jobs/bulk-job.entity';
import type { RowOutcome } from '../jobs/bulk-outcome.entity';
import type { BulkImporter, ChangeLedger, JobContext, TableImporter } from './bulk-importer.contract';
import type { Claims } from './claims';
import type { RehearsalRecords } from './rehearsal-records';
import { JudgedRow, RowReader } from './row-reader';
import type { RowChunk, SpoolReader } from './row-spool';

/** One run of the transaction of a chunk. */
export type ChunkRun = Pick<JobContext, 'attempt' | 'beforeWriting' | 'afterWriting'>;

/** One chunk of a job, ready to be applied. */
export interface ChunkTask {
  readonly chunkNo: number;
  readonly table: TableImporter;
  /** Index of the table in the importer's list. */
  readonly tableIndex: number;
  /** As they were read from the caller's file. */
  readonly rows: RowChunk;
  readonly judged: readonly JudgedRow[];
  readonly context: Omit<JobContext, keyof ChunkRun>;
  /** Null for an importer that keeps none. */
  readonly ledger: ChangeLedger | null;
  /** What the dry run said of these rows; null when the job commits none. */
  readonly rehearsed: readonly RowOutcome[] | null;
  /** Shared by all chunks of the run. */
  readonly records: RehearsalRecords;
}

/** Finds what a dry run said of the rows of a chunk. */
export type RehearsedOutcomes = (chunkNo: number) => Promise<readonly RowOutcome[]>;

/** Reads the rows of a job chunk by chunk and judges them. */
export class ChunkSource {
  private readonly readers: readonly RowReader[];
  /** Chunks that are read before their turn. */
  private readonly ahead = new Map<number, Promise<ChunkTask | null>>();

  constructor(
    private readonly importer: BulkImporter,
    private readonly spool: SpoolReader,
    private readonly claims: readonly Claims[],
    private readonly rehearsed: RehearsedOutcomes | null,
    private readonly records: RehearsalRecords,
  ) {
    this.readers = importer.tables.map((table) => new RowReader(table));
  }

  /** A chunk at its turn; null behind the last one. */
  read(job: BulkJob, chunkNo: number): Promise<ChunkTask | null> {
    const reading = this.readAhead(job, chunkNo);
    // Not before it is done: whoever closes the source waits for it.
    const forget = () => this.ahead.delete(chunkNo);
    void reading.then(forget, forget);
    return reading;
  }

  /** A chunk before its turn, kept until that comes; null behind the last one. Whoever awaits it gets its fault. */
  readAhead(job: BulkJob, chunkNo: number): Promise<ChunkTask | null> {
    const begun = this.ahead.get(chunkNo);
    if (begun !== undefined) return begun;
    const reading = chunkNo < job.chunks ? this.judge(job, chunkNo) : Promise.resolve(null);
    reading.catch(() => undefined);
    this.ahead.set(chunkNo, reading);
    return reading;
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.ahead.values());
    await this.spool.close();
  }

  private async judge(job: BulkJob, chunkNo: number): Promise<ChunkTask> {
    const chunk = await this.spool.read(chunkNo);
    const [table, reader] = [this.importer.tables[chunk.table], this.readers[chunk.table]];
    if (table === undefined || reader === undefined) throw new Error(`${job.target} has no table ${chunk.table}`);
    const claims = this.claims[chunk.table];
    return {
      chunkNo,
      table,
      tableIndex: chunk.table,
      rows: chunk,
      judged: await reader.read(chunk.columns, chunk.rows),
      context: { ...jobFacts(job), claim: (record, row) => claims?.claim(record, row) ?? null },
      ledger: this.importer.ledger ?? null,
      rehearsed: this.rehearsed === null ? null : await this.rehearsed(chunkNo),
      records: this.records,
    };
  }
}

function jobFacts({
  jobId,
  companyRef,
  createdBy,
  dryRun,
  options,
}: BulkJob): Omit<JobContext, 'claim' | keyof ChunkRun> {
  const { duplicates, rowsOf = jobId, undoes = null } = options;
  return { jobId, companyRef, createdBy, at: new Date(), rowsOf, undoes, duplicates, isRehearsal: dryRun };
}
