import type { Clock } from './clock';
import { LruMap } from './lru-map';

const MINUTE_MS = 60_000;
/** Sums of fractions of a millisecond may be off by this. */
const PRECISION_MS = 0.01;
const MOST_KEYS = 10_000;

/**
 * So many times a minute for each key: a token bucket that holds a minute's worth and fills evenly. What is stored is
 * the one number that says it all, when the bucket will be full again.
 */
export class Allowance<K extends string | number> {
  private readonly fullAt = new LruMap<K, number>(MOST_KEYS);
  private readonly intervalMs: number;

  /** @param perMinute 0 for no limit */
  constructor(
    private readonly clock: Clock,
    readonly perMinute: number,
  ) {
    this.intervalMs = perMinute === 0 ? 0 : MINUTE_MS / perMinute;
  }

  /** Whole seconds after which the key has something left; 0 when it has so now. */
  secondsUntilNext(key: K): number {
    if (this.perMinute === 0) return 0;
    const missing = (this.fullAt.get(key) ?? 0) - this.clock.now();
    return Math.max(0, Math.ceil((missing - MINUTE_MS + this.intervalMs - PRECISION_MS) / 1000));
  }

  /** Uses up one of the key; of one that has none left nothing more, so that it never owes more than a minute. */
  take(key: K): void {
    if (this.perMinute === 0) return;
    const now = this.clock.now();
    const fullAt = Math.max(this.fullAt.get(key) ?? 0, now) + this.intervalMs;
    this.fullAt.set(key, Math.min(fullAt, now + MINUTE_MS));
  }
}
