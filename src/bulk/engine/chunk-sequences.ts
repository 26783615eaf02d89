import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config';
import { UnitOfWork } from '../../platform/database/unit-of-work';
import type { BulkJob } from '../jobs/bulk-job.entity';
import type { JobStop } from '../jobs/job-control';
import { ChunkSequence } from './chunk-sequence';
import type { ChunkSource } from './chunk-source';
import { ChunkWork } from './chunk-work';
import { EarlyPlaces } from './early-places';

/** Of the connections to a server, the share that chunks which decide early may hold; most are for requests. */
const EARLY_SHARE = 1 / 4;

/** Begins to apply the chunks of jobs. */
@Injectable()
export class ChunkSequences {
  private readonly places: EarlyPlaces;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly work: ChunkWork,
    { databaseUrl, databasePoolSize }: AppConfig,
  ) {
    // An embedded database has one connection to write through.
    this.places = new EarlyPlaces(databaseUrl === undefined ? 0 : Math.floor(databasePoolSize * EARLY_SHARE));
  }

  /**
   * The chunks of one job; to be ended by the caller.
   *
   * @param source where they are read
   * @param stopOf why the job is not to go on, null while it is
   */
  begin(source: ChunkSource, stopOf: (job: BulkJob) => Promise<JobStop | null>): ChunkSequence {
    return new ChunkSequence(this.unitOfWork, this.work, this.places, source, stopOf);
  }
}
