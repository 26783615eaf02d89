import { link } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { FORMER_INDEX, RowChunk, SpoolReader, SpoolWriter } from '../engine/row-spool';
import { type BulkJob, isCallersChoice } from '../jobs/bulk-job.entity';
import { NothingToDo, rowsErased } from '../jobs/bulk-job.errors';
import { BulkJobRepository } from '../jobs/bulk-job.repository';
import type { RowOutcome } from '../jobs/bulk-outcome.entity';
import { SPOOL_NAME, TakenRows } from './file-intake';
import { JobFiles } from './job-files';

/** Brings rows of one job into the folder of another. */
@Injectable()
export class RowCopier {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: BulkJobRepository,
    private readonly files: JobFiles,
  ) {}

  /** All rows, in the same chunks; their file is shared until the last of the jobs is erased. @throws ResultNotFound */
  async all(jobId: string, job: BulkJob): Promise<TakenRows> {
    const [from, to] = [this.files.of(job.jobId, SPOOL_NAME), this.files.of(jobId, SPOOL_NAME)];
    await link(from, to).catch(refuseErased);
    await link(`${from}${FORMER_INDEX}`, `${to}${FORMER_INDEX}`).catch(ignoreMissing);
    const received = job.tallies.map((tally) => tally.received);
    return { ...takenFrom(job), received, chunks: job.chunks };
  }

  /**
   * The rows that failed because of a fault of the service, and those a job never came to because of one.
   *
   * @throws NothingToDo, ResultNotFound
   */
  async transientFailures(jobId: string, job: BulkJob): Promise<TakenRows> {
    const from = await SpoolReader.open(this.files.of(job.jobId, SPOOL_NAME)).catch(refuseErased);
    const to = SpoolWriter.create(this.files.of(jobId, SPOOL_NAME));
    const received = job.tallies.map(() => 0);
    try {
      for (let chunkNo = 0; chunkNo < job.chunks; chunkNo++) {
        const chunk = await from.read(chunkNo);
        const rows = await this.rowsToRetry(job, chunkNo, chunk);
        if (rows.length === 0) continue;
        received[chunk.table] = (received[chunk.table] ?? 0) + rows.length;
        await to.write(chunk.table, { table: null, columns: chunk.columns, rows });
      }
      if (received.every((rows) => rows === 0)) {
        throw new NothingToDo('No row failed because of a fault of the service; correct the failure file and send it.');
      }
      return { ...takenFrom(job), received, chunks: await to.close() };
    } catch (error) {
      await to.abort();
      throw error;
    } finally {
      await from.close();
    }
  }

  private async rowsToRetry(job: BulkJob, chunkNo: number, { rows }: RowChunk): Promise<RowChunk['rows']> {
    if (chunkNo >= job.nextChunk) return wasBrokenOff(job) ? rows : [];
    const outcomes = await this.unitOfWork.read((transaction) => this.jobs.listOutcomes(transaction, job, chunkNo));
    const failed = new Set(outcomes.filter(isTransient).map(({ row }) => row));
    return rows.filter(({ row }) => failed.has(row));
  }
}

/** @throws ResultNotFound for a file that is not there, the error itself otherwise */
function refuseErased(error: unknown): never {
  throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? rowsErased(error) : error;
}

function ignoreMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

/** True for a row that may succeed when it is tried again as it is. */
function isTransient({ verdict, issues }: RowOutcome): boolean {
  return verdict === 'failed' && issues.some(({ code }) => code === 'SYSTEM_ERROR');
}

/** True for a job that a fault of the service ended, and no choice of its caller. */
function wasBrokenOff({ state, error }: BulkJob): boolean {
  return state === 'failed' && !isCallersChoice(error);
}

function takenFrom({ fileFormat, fileName, fileSha256 }: BulkJob): Omit<TakenRows, 'received' | 'chunks'> {
  return { format: fileFormat, fileName, sha256: fileSha256, parentJobId: null };
}
