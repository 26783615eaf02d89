import { canonical } from './json-values';

/** A record as it must be stored. */
export interface ModelRow<S> {
  readonly state: S;
  readonly version: number;
  /** Its creation was taken back. */
  readonly isGone: boolean;
}

/** One change that must stand in the history, once. */
export interface ModelEntry {
  /** Number of the call. */
  readonly call: number;
  readonly row: number;
  readonly key: string;
  readonly version: number;
}

/** What a call that takes another one back must come to. */
export interface UndoCounts {
  readonly received: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly failed: number;
}

interface Touched<S> {
  readonly before: ModelRow<S>;
  readonly lastVersion: number;
}

/** A table with its history, in memory and for one thread. Rows are never changed in place. */
export class ModelTable<S> {
  private rows = new Map<string, ModelRow<S>>();
  private entries: ModelEntry[] = [];
  private touched = new Map<number, Map<string, Touched<S>>>();

  /** All rows by their key, those that are gone among them. */
  get all(): ReadonlyMap<string, ModelRow<S>> {
    return this.rows;
  }

  get history(): readonly ModelEntry[] {
    return this.entries;
  }

  /** Calls that changed something, oldest first. */
  get changingCalls(): readonly number[] {
    return [...this.touched.keys()];
  }

  /** The row, unless it is not there or gone. */
  live(key: string): ModelRow<S> | null {
    const row = this.rows.get(key);
    return row === undefined || row.isGone ? null : row;
  }

  /** Brings a row to a state, or makes it; false, and nothing is written, when that is the state it has. */
  put(call: number, row: number, key: string, state: S, isGone = false): boolean {
    const current = this.rows.get(key);
    const isSame = current?.isGone === isGone && (isGone || canonical(current.state) === canonical(state));
    if (isSame) return false;
    const before = current ?? { state, version: 0, isGone: true };
    const version = before.version + 1;
    this.rows.set(key, { state, version, isGone });
    this.entries.push({ call, row, key, version });
    const ofCall = new Map(this.touched.get(call));
    ofCall.set(key, { before: ofCall.get(key)?.before ?? before, lastVersion: version });
    this.touched.set(call, ofCall);
    return true;
  }

  /**
   * Takes back what a call did, the record it met last first. A record that anybody changed since is kept.
   *
   * @param mayBecome whether a row can be that again beside the others as they are now, or come back if it is gone
   */
  undo(undone: number, call: number, mayBecome: (key: string, state: S, returns: boolean) => boolean): UndoCounts {
    const records = [...(this.touched.get(undone) ?? [])].reverse();
    const counts = { received: records.length, updated: 0, unchanged: 0, failed: 0 };
    records.forEach(([key, { before, lastVersion }], index) => {
      const current = this.rows.get(key);
      const returns = current?.isGone === true && !before.isGone;
      const isPossible = before.isGone || mayBecome(key, before.state, returns);
      if (current?.version !== lastVersion || !isPossible) counts.failed++;
      else if (this.put(call, index + 1, key, before.isGone ? current.state : before.state, before.isGone))
        counts.updated++;
      else counts.unchanged++;
    });
    return counts;
  }

  /** Does the work and forgets it: what a dry run must be answered, and what it must leave. */
  readonly rehearse = <T>(work: () => T): T => {
    const { rows, entries, touched } = this;
    this.rows = new Map(rows);
    this.entries = [...entries];
    this.touched = new Map(touched);
    try {
      return work();
    } finally {
      Object.assign(this, { rows, entries, touched });
    }
  };
}
