import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { CRASH_STEPS, StepName } from '../../chaos/crash-steps';
import type { KillReport } from '../../chaos/kill-report';
import { runSteps } from '../../chaos/step.run';
import { describeEachEngine } from '../support/engines';

const ROOT = join(__dirname, '..', '..');
const MINUTES = 60_000;
const SEED = 1;

/** On the server, the steps at which a connection breaks with work under way or its answer just given. */
const ON_SERVER: readonly StepName[] = ['before-chunk-commit', 'after-chunk-commit', 'before-response'];

describeEachEngine('A process that dies at a step of an import', (engine) => {
  const names = CRASH_STEPS.map(({ name }) => name).filter((name) => engine === 'sqlite' || ON_SERVER.includes(name));
  let reports: ReadonlyMap<StepName, KillReport>;

  beforeAll(async () => {
    jest.spyOn(console, 'log').mockImplementation(() => undefined);
    // Builds when the build is older than the sources.
    spawnSync(process.execPath, [join(ROOT, 'scripts', 'start.mjs'), 'cli', '--help']);
    // Side by side: most of the time goes by waiting for the leases of the dead.
    reports = await runSteps(engine, { rows: 3_000, lanes: 5, seed: SEED, times: 1, names });
  }, 3 * MINUTES);

  afterAll(() => jest.restoreAllMocks());

  it.each(names)('%s leaves what is written for it, and every row is applied once or not at all', (name) => {
    const report = reports.get(name);
    expect(report?.findings.deviations).toEqual([]);
    expect([report?.kills, report?.imports]).toEqual([1, 1]);
  });
});
