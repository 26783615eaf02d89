import type { ChangeContext } from './history-entry.entity';

const HIGH = 2 ** 21;
const LOW = 2 ** 32;

/** A record with a history in pages. */
export interface PagedRecord {
  readonly id: number;
  /** The page of its latest change that stands in one; null when there is none. */
  readonly historyPage: number | null;
}

/**
 * The page a chunk of a job writes its changes to. Its number is drawn before anything is written, since records point
 * at it as soon as they are.
 */
export class ChunkPage {
  /** A random number below 2^53: nobody has to be asked for it, and two chunks do not meet. */
  readonly ref: number;
  private readonly before = new Map<number, number>();

  private constructor() {
    const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
    this.ref = (high % HIGH) * LOW + low;
  }

  /** The page of a chunk; null for a single request. */
  static of({ jobId }: ChangeContext): ChunkPage | null {
    return jobId === null ? null : new ChunkPage();
  }

  /** Notes a change of a record, and gives the page it points at from then on. */
  take({ id, historyPage }: PagedRecord): number {
    if (historyPage !== null && historyPage !== this.ref) this.before.set(id, historyPage);
    return this.ref;
  }

  /** The page with the changes of a record before this one; null when there is none. */
  beforeOf(recordRef: number): number | null {
    return this.before.get(recordRef) ?? null;
  }
}
