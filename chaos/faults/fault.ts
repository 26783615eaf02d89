import type { Engine } from '../../test/support/engines';
import type { FaultReport } from './fault-report';

/** How much of a fault to try. */
export interface FaultOptions {
  readonly rows: number;
  readonly times: number;
  readonly seed: number;
  /** How long the fault lasts each time; 0 where it has no such length. */
  readonly seconds: number;
}

/** Something that goes wrong from outside while imports are under way, and what must hold all the same. */
export interface Fault {
  readonly name: string;
  /** What happens, for the list of faults. */
  readonly title: string;
  readonly engines: readonly Engine[];
  /** Rows of each import, and trials, unless the command line says otherwise; the second one for a quick look. */
  readonly rows: number;
  /** Rows for a quick look, where fewer make it one. */
  readonly quickRows?: number;
  readonly times: readonly [normal: number, quick: number];
  /** How long it lasts each time unless the command line says otherwise, where that can be chosen. */
  readonly seconds?: readonly [normal: number, quick: number];
  /** Why it cannot be tried on this machine; null when it can. */
  unavailable?(): string | null;
  run(engine: Engine, options: FaultOptions, report: FaultReport): Promise<void>;
}
