import type { Engine } from '../test/support/engines';

/** What was measured of one subject at one work. */
export interface Measurement {
  readonly work: string;
  readonly engine: Engine;
  /** `service`, or what it is compared with. */
  readonly subject: string;
  /** One for each repetition; for single calls one for each call. */
  readonly seconds: readonly number[];
  /** Rows, items or requests of one repetition. */
  readonly rows: number;
  readonly peakRssMb?: number | null;
  readonly longestBlockMs?: number | null;
}

const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

/** The value below which that share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = ascending(values);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** The one in the middle; of an even number the mean of the two there. */
export function median({ seconds }: Measurement): number {
  const sorted = ascending(seconds);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? NaN;
  return (lower + upper) / 2;
}

/** Finds measurements of one engine. */
export class Measurements {
  constructor(readonly list: readonly Measurement[]) {}

  find(work: string, subject: string, engine: Engine): Measurement | undefined {
    return this.list.find((one) => one.work === work && one.subject === subject && one.engine === engine);
  }

  /** How many times as long the first took as the second; null when one of them was not measured. */
  ratio(one: Measurement | undefined, other: Measurement | undefined): number | null {
    return one === undefined || other === undefined ? null : median(one) / median(other);
  }
}
