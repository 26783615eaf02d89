import { BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config';
import { CHUNK_ROWS } from '../engine/row-spool';
import type { BulkJob } from './bulk-job.entity';
import { FairPlaces } from './fair-places';

/** Jobs of 10,000 rows at most start at once: a JSON call never waits behind the files of others. */
const SHORT_CHUNKS = 10_000 / CHUNK_ROWS;

/** Lets so many long jobs of this process work at once, and companies take turns. */
@Injectable()
export class JobQueue implements BeforeApplicationShutdown {
  private readonly running = new Set<Promise<unknown>>();
  private readonly places: FairPlaces;

  constructor({ concurrentJobs }: AppConfig) {
    this.places = new FairPlaces(concurrentJobs);
  }

  /** Jobs nobody waits for must come to their next border too, before the database goes. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.allSettled(this.running);
  }

  /** Runs the work of a job when it is its turn. */
  add<T>({ chunks, companyRef }: Pick<BulkJob, 'chunks' | 'companyRef'>, work: () => Promise<T>): Promise<T> {
    const started = chunks <= SHORT_CHUNKS ? work() : this.places.take(companyRef, work);
    const turn = started.finally(() => this.running.delete(turn));
    this.running.add(turn);
    return turn;
  }
}
