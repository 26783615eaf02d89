import { Injectable, OnApplicationShutdown } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config';
import { DependencyUnavailable } from '../../platform/errors/http.errors';
import { FairPlaces } from '../jobs/fair-places';
import { type ReadingOrder, type ReadRows, rowsInAll } from './file-reading';
import { ReaderThread, type ReadingLimits } from './reader-thread';

/** Files that are read at a time; each may take as much memory as the limits allow. */
const PLACES = 4;
/** One company leaves a place to the others, whatever it sends. */
const PLACES_OF_COMPANY = PLACES - 1;
/**
 * A thread takes some 90 ms to start, and twice the time with its first file: it stays for files that come one after the
 * other. It has 11 MB at first and 45 MB after a million rows, so that one is not kept beside the work on them.
 */
const IDLE_MS = { afterFewRows: 60_000, otherwise: 2_000 } as const;
const FEW_ROWS = 100_000;

/** Reads uploaded files in threads of their own, a few at a time, so that what a file does to its reader is done to nobody else. */
@Injectable()
export class ReadingThreads implements OnApplicationShutdown {
  private readonly limits: ReadingLimits;
  private readonly places = new FairPlaces(PLACES, PLACES_OF_COMPANY);
  private readonly threads = new Set<ReaderThread>();
  private idle: ReaderThread | null = null;
  private idleTimer: NodeJS.Timeout | undefined;
  private isStopping = false;

  constructor({ readTimeoutSeconds, readMemoryMb }: AppConfig) {
    this.limits = { seconds: readTimeoutSeconds, memoryMb: readMemoryMb };
  }

  /** Requests in flight have had their time by now; those that wait for a place follow one after the other. */
  async onApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.idleTimer);
    await Promise.all([...this.threads].map((thread) => thread.end(stopping())));
  }

  /**
   * Reads the files of a company as soon as there is a place.
   *
   * @throws what `ReaderThread.read` throws; DependencyUnavailable when the service stops meanwhile.
   */
  read(companyRef: number, order: ReadingOrder): Promise<ReadRows> {
    return this.places.take(companyRef, async () => {
      if (this.isStopping) throw stopping();
      const thread = this.takeThread();
      let idleMs: number = IDLE_MS.otherwise;
      try {
        const rows = await thread.read(order);
        if (rowsInAll(rows.received) <= FEW_ROWS) idleMs = IDLE_MS.afterFewRows;
        return rows;
      } finally {
        await this.giveBack(thread, idleMs);
      }
    });
  }

  private takeThread(): ReaderThread {
    clearTimeout(this.idleTimer);
    const idle = this.idle;
    this.idle = null;
    if (idle?.isUsable === true) return idle;
    if (idle !== null) this.threads.delete(idle);
    const thread = new ReaderThread(this.limits);
    this.threads.add(thread);
    return thread;
  }

  private async giveBack(thread: ReaderThread, idleMs: number): Promise<void> {
    if (thread.isUsable && this.idle === null && !this.isStopping) {
      this.idle = thread;
      this.idleTimer = setTimeout(() => void this.letGo(thread), idleMs).unref();
      return;
    }
    await this.letGo(thread);
  }

  private async letGo(thread: ReaderThread): Promise<void> {
    if (this.idle === thread) this.idle = null;
    this.threads.delete(thread);
    await thread.end();
  }
}

function stopping(): DependencyUnavailable {
  return new DependencyUnavailable('The service is being stopped; nothing of the file was applied. Send it again.', {
    retryAfterSeconds: 5,
  });
}
