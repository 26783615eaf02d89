import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { giveWay } from '../../platform/event-loop/give-way';
import { Page, toPage } from '../../platform/http/cursor';
import { JobRowResponse, RowOutcomeName, toJobRow } from '../dto/job-row.dto';
import { SpoolReader } from '../engine/row-spool';
import { SPOOL_NAME } from '../files/file-intake';
import { JobFiles } from '../files/job-files';
import { BulkJob, hasEnded } from './bulk-job.entity';
import { BulkJobRepository } from './bulk-job.repository';
import { rowsErased } from './bulk-job.errors';
import { failedRows } from './tally';

/** More rows than a chunk ever has: place of a row = chunk * this + place inside the chunk. */
const CHUNK_STRIDE = 1_000_000;

/** A row with its place among all rows of the job. */
interface PlacedRow {
  readonly id: number;
  readonly row: JobRowResponse;
}

/** The rows of jobs, one by one. */
@Injectable()
export class JobRowsService {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: BulkJobRepository,
    private readonly files: JobFiles,
  ) {}

  /**
   * One page of rows in row order, from behind the place `after`.
   *
   * @throws ResultNotFound when the rows that were sent have been erased
   */
  async list(
    job: BulkJob,
    outcome: RowOutcomeName | undefined,
    limit: number,
    after = -1,
  ): Promise<Page<JobRowResponse>> {
    const found: PlacedRow[] = [];
    const spool = await this.openSpool(job).catch((cause: unknown) => {
      throw rowsErased(cause);
    });
    try {
      const first = after < 0 ? 0 : Math.floor(after / CHUNK_STRIDE);
      for (let chunkNo = first; chunkNo < job.chunks && found.length <= limit; chunkNo++) {
        const rows = await this.rowsOf(job, spool, chunkNo);
        rows.forEach((row, index) => {
          const id = chunkNo * CHUNK_STRIDE + index;
          if (id > after && (outcome ?? row.outcome) === row.outcome) found.push({ id, row });
        });
        // SQLite answers without a turn of the event loop, and few rows of a large job may fit.
        await giveWay();
      }
    } finally {
      await spool.close();
    }
    return toPage(
      found,
      limit,
      ({ id }) => id,
      ({ row }) => row,
    );
  }

  /** The last failed rows of the chunks from there to the checkpoint, at most so many; none once they were erased. */
  async listLastFailed(job: BulkJob, from: number, most: number): Promise<JobRowResponse[]> {
    const failed: JobRowResponse[] = [];
    // Asked several times a second, mostly of jobs of which no row has failed.
    if (from >= job.nextChunk || failedRows(job) === 0) return failed;
    const spool = await this.openSpool(job).catch(() => null);
    try {
      for (let chunkNo = job.nextChunk - 1; spool !== null && chunkNo >= from && failed.length < most; chunkNo--) {
        const rows = await this.rowsOf(job, spool, chunkNo);
        failed.unshift(...rows.filter(({ outcome }) => outcome === 'failed').slice(failed.length - most));
      }
    } finally {
      await spool?.close();
    }
    return failed;
  }

  private openSpool({ jobId }: BulkJob): Promise<SpoolReader> {
    return SpoolReader.open(this.files.of(jobId, SPOOL_NAME));
  }

  /** Rows of a chunk that was not worked on are only told once nobody will. */
  private async rowsOf(job: BulkJob, spool: SpoolReader, chunkNo: number): Promise<JobRowResponse[]> {
    if (chunkNo >= job.nextChunk && !hasEnded(job.state)) return [];
    const table = job.tallies[spool.tableOf(chunkNo)]?.table ?? '';
    if (chunkNo >= job.nextChunk) {
      const { rows } = await spool.read(chunkNo);
      return rows.map(({ row }) => ({
        row,
        table,
        outcome: 'unprocessed',
        recordId: null,
        errors: [],
        warnings: [],
      }));
    }
    const outcomes = await this.unitOfWork.read((transaction) => this.jobs.listOutcomes(transaction, job, chunkNo));
    return outcomes.map((outcome) => toJobRow(outcome, table));
  }
}
