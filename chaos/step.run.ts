import { createDatabase, Engine } from '../test/support/engines';
import { CRASH_STEPS, StepName } from './crash-steps';
import { Findings } from './findings';
import { KillReport } from './kill-report';
import { mix, seededRandom } from './seeded-random';
import { StepLane } from './step.lane';

/** How often, with what, and at which steps to kill. */
export interface StepOptions {
  readonly rows: number;
  readonly lanes: number;
  readonly seed: number;
  readonly times: number;
  /** Absent: all. */
  readonly names?: readonly StepName[];
}

/** Steps that every chunk passes; the passage that kills is drawn. */
const IN_CHUNKS: readonly StepName[] = ['mid-chunk', 'before-chunk-commit', 'after-chunk-commit'];

/** Kills at each named step on one engine, and gives a report per step in the order of the steps. */
export async function runSteps(engine: Engine, options: StepOptions): Promise<Map<StepName, KillReport>> {
  const { rows, seed, times } = options;
  const steps = CRASH_STEPS.filter(({ name }) => options.names?.includes(name) ?? true);
  const reports = new Map(steps.map(({ name }) => [name, new KillReport(`${engine} ${name}`)]));
  const tasks = Array.from({ length: times }, () => steps)
    .flat()
    .map((step, index) => ({ step, order: mix(seed, index) }))
    .sort((a, b) => a.order - b.order);
  const random = seededRandom(seed);
  const numbers = Array.from({ length: Math.min(options.lanes, tasks.length) }, (_, index) => index + 1);
  const lanes = await Promise.all(
    numbers.map(async (number) => StepLane.open(number, seed, await createDatabase(engine), rows)),
  );
  const workOff = async (lane: StepLane): Promise<void> => {
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
      const { step } = task;
      const report = reports.get(step.name);
      const passage = IN_CHUNKS.includes(step.name) ? 1 + Math.floor(random() * lane.chunks) : 1;
      if (report !== undefined) await lane.run(step, passage, report);
    }
  };
  try {
    await Promise.all(lanes.map(workOff));
  } finally {
    const findings = new Findings();
    for (const lane of lanes) await lane.close(findings);
    const [first] = reports.values();
    first?.addLeftovers(findings);
  }
  return reports;
}
