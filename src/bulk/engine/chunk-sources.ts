import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { SPOOL_NAME } from '../files/file-intake';
import { JobFiles } from '../files/job-files';
import type { BulkJob } from '../jobs/bulk-job.entity';
import { BulkJobRepository } from '../jobs/bulk-job.repository';
import type { BulkImporter } from './bulk-importer.contract';
import { ChunkSource, RehearsedOutcomes } from './chunk-source';
import { ClaimPlanner } from './claim-planner';
import { ImporterRegistry } from './importer.registry';
import { RehearsalRecords } from './rehearsal-records';
import { SpoolReader } from './row-spool';

/** Opens the rows of jobs. */
@Injectable()
export class ChunkSources {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: BulkJobRepository,
    private readonly importers: ImporterRegistry,
    private readonly files: JobFiles,
  ) {}

  /** The rows of a job; to be closed by the caller. */
  async open(job: BulkJob): Promise<ChunkSource> {
    const importer = this.importers.get(job.target);
    const spool = await SpoolReader.open(this.files.of(job.jobId, SPOOL_NAME));
    try {
      const claims = await new ClaimPlanner(this.unitOfWork, this.jobs).plan(job, importer, spool);
      const records = await RehearsalRecords.of(job, canMeetAny(importer, spool), this.unitOfWork, this.jobs);
      return new ChunkSource(importer, spool, claims, this.rehearsedBy(job), records);
    } catch (error) {
      await spool.close();
      throw error;
    }
  }

  /** What the dry run said that the job is to do for real; null for every other job. */
  private rehearsedBy({ options: { commits } }: BulkJob): RehearsedOutcomes | null {
    if (commits === undefined) return null;
    return (chunkNo) =>
      this.unitOfWork.read(async (transaction) =>
        this.jobs.listOutcomes(transaction, await this.jobs.get(transaction, commits), chunkNo),
      );
  }
}

/** False for a job whose rows all make records and name none. */
function canMeetAny({ tables: [main] }: BulkImporter, spool: SpoolReader): boolean {
  return main.onlyCreates !== true || spool.tableOf(spool.chunkCount - 1) > 0;
}
