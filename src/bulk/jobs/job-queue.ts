import { BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config';
import { CHUNK_ROWS } from '../engine/row-spool';
import type { BulkJob } from './bulk-job.entity';

/** Jobs of 10,000 rows at most start at once: a JSON call never waits behind the files of others. */
const SHORT_CHUNKS = 10_000 / CHUNK_ROWS;

/** A job that waits for a place. */
interface Waiting {
  readonly companyRef: number;
  readonly begin: () => void;
}

/** What a company has of the places. */
interface Share {
  running: number;
  waiting: number;
  /** When it got a place the last time, counted in places. */
  served: number;
}

/**
 * Lets so many long jobs of this process work at once. A place that becomes free goes to the company that has the fewest
 * of them, of several to the one that has not had one for the longest; within a company jobs go in the order they came.
 */
@Injectable()
export class JobQueue implements BeforeApplicationShutdown {
  private readonly running = new Set<Promise<unknown>>();
  private readonly waiting: Waiting[] = [];
  private readonly shares = new Map<number, Share>();
  private free: number;
  private served = 0;

  constructor(config: AppConfig) {
    this.free = config.concurrentJobs;
  }

  /** Jobs nobody waits for must come to their next border too, before the database goes. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.allSettled(this.running);
  }

  /** Runs the work of a job when it is its turn. */
  add<T>({ chunks, companyRef }: Pick<BulkJob, 'chunks' | 'companyRef'>, work: () => Promise<T>): Promise<T> {
    const started = chunks <= SHORT_CHUNKS ? work() : this.inTurn(companyRef, work);
    const turn = started.finally(() => this.running.delete(turn));
    this.running.add(turn);
    return turn;
  }

  private async inTurn<T>(companyRef: number, work: () => Promise<T>): Promise<T> {
    const share = this.shares.get(companyRef) ?? { running: 0, waiting: 0, served: 0 };
    this.shares.set(companyRef, share);
    if (this.free > 0) {
      this.free--;
      this.serve(share);
    } else {
      share.waiting++;
      await new Promise<void>((begin) => this.waiting.push({ companyRef, begin }));
    }
    try {
      return await work();
    } finally {
      share.running--;
      // The place is handed on, never free in between: nobody can slip in front of those who wait.
      this.handOn();
      if (share.running === 0 && share.waiting === 0) this.shares.delete(companyRef);
    }
  }

  private handOn(): void {
    const next = this.nextInTurn();
    if (next === undefined) {
      this.free++;
      return;
    }
    this.waiting.splice(this.waiting.indexOf(next), 1);
    const share = this.shareOf(next);
    share.waiting--;
    this.serve(share);
    next.begin();
  }

  private nextInTurn(): Waiting | undefined {
    return this.waiting.reduce<Waiting | undefined>((best, candidate) => {
      if (best === undefined) return candidate;
      const [a, b] = [this.shareOf(best), this.shareOf(candidate)];
      const comesFirst = b.running < a.running || (b.running === a.running && b.served < a.served);
      return comesFirst ? candidate : best;
    }, undefined);
  }

  private shareOf({ companyRef }: Waiting): Share {
    return this.shares.get(companyRef) ?? { running: 0, waiting: 0, served: 0 };
  }

  private serve(share: Share): void {
    share.running++;
    share.served = ++this.served;
  }
}
