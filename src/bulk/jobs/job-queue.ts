import { BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config';
import type { BulkJob } from './bulk-job.entity';
import { Turns } from './turns';

/** Jobs of so many chunks at most start at once: a JSON call never waits behind the files of others. */
const SHORT_CHUNKS = 10;

/** Lets so many long jobs of this process work at once; the others wait in the order they came. */
@Injectable()
export class JobQueue implements BeforeApplicationShutdown {
  private readonly running = new Set<Promise<unknown>>();
  private readonly longJobs: Turns;

  constructor(config: AppConfig) {
    this.longJobs = new Turns(config.concurrentJobs);
  }

  /** Jobs nobody waits for must come to their next border too, before the database goes. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.allSettled(this.running);
  }

  /** Runs the work of a job when it is its turn. */
  add<T>({ chunks }: Pick<BulkJob, 'chunks'>, work: () => Promise<T>): Promise<T> {
    const turn = (chunks <= SHORT_CHUNKS ? work() : this.longJobs.take(work)).finally(() => this.running.delete(turn));
    this.running.add(turn);
    return turn;
  }
}
