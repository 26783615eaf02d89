import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import { LruMap } from '../../platform/limits/lru-map';
import { BulkJobRepository } from '../jobs/bulk-job.repository';
import { JobFiles } from './job-files';

/** So long a measure is good for, but for what was added since; results are written and files go meanwhile. */
const GOOD_FOR_MS = 30_000;
const MOST_COMPANIES = 1_000;
/** Jobs looked up at once. */
const BATCH = 500;

interface Measure {
  bytes: number;
  readonly at: number;
}

/**
 * How many bytes the files of a company's jobs take on disk: what was sent, its rows, result files. A file that two jobs
 * share counts half for each. Rows of the database and files that are being received do not count.
 */
@Injectable()
export class StoredBytes {
  private readonly measures = new LruMap<number, Measure>(MOST_COMPANIES);
  private readonly underWay = new Map<number, Promise<number>>();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly jobs: BulkJobRepository,
    private readonly files: JobFiles,
  ) {}

  /** Less than `limit`, perhaps from half a minute ago; at or above it, of this moment, so that erasing helps at once. */
  async of(companyRef: number, limit: number): Promise<number> {
    const known = this.measures.get(companyRef);
    if (known !== undefined && known.bytes < limit && Date.now() - known.at < GOOD_FOR_MS) return known.bytes;
    const measuring = this.underWay.get(companyRef) ?? this.measure(companyRef);
    this.underWay.set(companyRef, measuring);
    try {
      return await measuring;
    } finally {
      this.underWay.delete(companyRef);
    }
  }

  /** Counts the files of a job that was just made. */
  async add(companyRef: number, jobId: string): Promise<void> {
    const known = this.measures.get(companyRef);
    if (known !== undefined) known.bytes += await this.files.bytesOf(jobId);
  }

  private async measure(companyRef: number): Promise<number> {
    const at = Date.now();
    let bytes = 0;
    const all = await this.files.listJobs();
    for (let start = 0; start < all.length; start += BATCH) {
      const some = all.slice(start, start + BATCH);
      const own = await this.unitOfWork.read((transaction) => this.jobs.listOwn(transaction, companyRef, some));
      for (const jobId of own) bytes += await this.files.bytesOf(jobId);
    }
    this.measures.set(companyRef, { bytes, at });
    return bytes;
  }
}
