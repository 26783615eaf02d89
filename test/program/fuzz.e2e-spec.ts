import { CheckedCalls } from '../../fuzz/checked-calls';
import { Contract } from '../../fuzz/contract';
import { FuzzedService } from '../../fuzz/fuzzed-service';
import { LaneName, LANE_NAMES, LANES } from '../../fuzz/lanes';
import { describeEachEngine } from '../support/engines';

/** A sample of what `npm run fuzz` tries; the same cases in each run. */
const SEED = 7;
const CASES: Readonly<Partial<Record<LaneName, number>>> = { texts: 60, routes: 80 };
const CASES_OF_OTHERS = 15;

describeEachEngine('a sample of the fuzz', (engine) => {
  let contract: Contract;
  let service: FuzzedService;
  beforeAll(async () => {
    // Builds first when the build is older than the sources.
    contract = await Contract.read();
    service = await FuzzedService.open(engine);
  }, 180_000);
  afterAll(() => service.close());

  it.each(LANE_NAMES)(
    'finds nothing in the lane %s',
    async (name) => {
      const calls = new CheckedCalls(service.process, contract);
      const { probe, customerIds, companyId } = service;
      const wanted = CASES[name] ?? CASES_OF_OTHERS;
      const options = { engine, cases: wanted, seed: SEED, calls, probe, contract, customerIds, companyId };
      const { cases } = await LANES[name].lane(options);
      expect(await service.check(calls)).toBe(true);
      expect(calls.findings.map(({ kind, words, call }) => [kind, words, call?.method, call?.path])).toEqual([]);
      expect(cases).toBeGreaterThanOrEqual(wanted);
      // Refusals alone would find nothing either.
      expect(calls.succeeded).toBeGreaterThan(0);
    },
    120_000,
  );
});
