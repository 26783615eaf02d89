import type { DatabaseProbe } from '../chaos/database-probe';
import type { Engine } from '../test/support/engines';
import type { CheckedCalls } from './checked-calls';
import type { Contract } from './contract';
import type { Finding } from './finding';

/** What a lane has: a service that runs on a throw-away database, shared with the lanes before and after it. */
export interface LaneOptions {
  readonly engine: Engine;
  /** About so many requests are to be fired. */
  readonly cases: number;
  /** The same seed makes the same cases, but for ids the service draws itself. */
  readonly seed: number;
  /**
   * Sends requests; each answer is checked for what holds of every answer: there within ten seconds, below 500, with a
   * documented status and a body that keeps its schema. What it finds is in its `findings`.
   */
  readonly calls: CheckedCalls;
  /** Looks into the database past the service. */
  readonly probe: DatabaseProbe;
  /** Customers of the demo, which the token of `calls` may read and write. */
  readonly customerIds: readonly string[];
  /** The company of the token. */
  readonly companyId: string;
  /** What the service says of itself. */
  readonly contract: Contract;
}

export interface LaneResult {
  /** Requests that were fired. */
  readonly cases: number;
  readonly findings: readonly Finding[];
}

/**
 * Fires cases of one kind at the running service and judges the answers by rules of its own, besides those of `calls`:
 * `const result = await lane(options)`. Never throws for what the service does. That every row of every job stands in
 * exactly one count, that the service still lives and that its log holds no error is looked at after each lane, by its
 * caller.
 */
export type Lane = (options: LaneOptions) => Promise<LaneResult>;
