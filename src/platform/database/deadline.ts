/** Until when something may take; asked again at each step of it. */
export interface Deadline {
  readonly hasPassed: boolean;
  /** Milliseconds that are left; Infinity when there is no end. */
  readonly leftMs: number;
}

/** A deadline so many milliseconds from now; Infinity for none. */
export function deadlineIn(ms: number): Deadline {
  const until = performance.now() + ms;
  return {
    get hasPassed() {
      return performance.now() >= until;
    },
    get leftMs() {
      return Math.max(0, until - performance.now());
    },
  };
}

/** Calls back when the time is over, unless it is called off before; never for Infinity. */
export function alarmIn(ms: number, ring: () => void): () => void {
  if (ms === Infinity) return () => undefined;
  const timer = setTimeout(ring, ms);
  return () => clearTimeout(timer);
}
