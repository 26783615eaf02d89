import type { Engine } from '../../test/support/engines';
import { accepted } from './accepted.fault';
import { activationKill } from './activation-kill.fault';
import { commitCut } from './commit-cut.fault';
import { clockJump } from './clock-jump.fault';
import { databaseCall } from './database-call.fault';
import { deadlocks, deadlocksWithSnapshots } from './deadlock.fault';
import { diskFull } from './disk-full.fault';
import { failingSync } from './failing-sync.fault';
import type { Fault } from './fault';
import { FaultReport } from './fault-report';
import { frozenWorker } from './frozen-worker.fault';
import { galera } from './galera.fault';
import { listAppend } from './list-append.fault';
import { mariadbKill } from './mariadb-kill.fault';
import { oppositeImports } from './opposite-imports.fault';
import { outOfMemory } from './out-of-memory.fault';
import { poisonRow } from './poison-row.fault';
import { replayOracle } from './replay-oracle.fault';
import { rollingRestart } from './rolling-restart.fault';
import { silentServer } from './silent-server.fault';
import { slowReader } from './slow-reader.fault';
import { smallCalls } from './small-calls.fault';
import { snapshot } from './snapshot.fault';
import { threeStalls } from './three-stalls.fault';
import { twoProcesses } from './two-processes.fault';

/** All faults there are, in the order they are tried. */
export const FAULTS: readonly Fault[] = [
  accepted,
  activationKill,
  commitCut,
  databaseCall,
  mariadbKill,
  silentServer,
  diskFull,
  failingSync,
  snapshot,
  outOfMemory,
  frozenWorker,
  threeStalls,
  clockJump,
  twoProcesses,
  rollingRestart,
  deadlocks,
  deadlocksWithSnapshots,
  galera,
  oppositeImports,
  poisonRow,
  slowReader,
  smallCalls,
  listAppend,
  replayOracle,
];

/** What is asked of the faults; undefined stands for what each of them has as its own. */
export interface FaultChoice {
  readonly names: readonly string[];
  readonly engines: readonly Engine[];
  readonly rows: number | undefined;
  readonly times: number | undefined;
  readonly seconds: number | undefined;
  readonly seed: number;
  readonly quick: boolean;
}

/** Tries the faults chosen, all of them when none is named, each on its engines. */
export async function runFaults(choice: FaultChoice): Promise<FaultReport[]> {
  const reports: FaultReport[] = [];
  for (const fault of FAULTS.filter(({ name }) => choice.names.length === 0 || choice.names.includes(name))) {
    const reason = fault.unavailable?.() ?? null;
    if (reason !== null) {
      console.error(`*** ${fault.name} is NOT TRIED: ${reason}`);
      continue;
    }
    for (const engine of fault.engines.filter((one) => choice.engines.includes(one))) {
      const chosen = ([normal, quick]: readonly [number, number]) => (choice.quick ? quick : normal);
      const options = {
        rows: choice.rows ?? (choice.quick ? (fault.quickRows ?? fault.rows) : fault.rows),
        times: choice.times ?? chosen(fault.times),
        seconds: fault.seconds === undefined ? 0 : (choice.seconds ?? chosen(fault.seconds)),
        seed: choice.seed,
      };
      console.log(`${fault.name} on ${engine}: ${fault.title}`);
      const report = new FaultReport(`${fault.name} ${engine}`);
      reports.push(report);
      const server = process.env['TEST_DATABASE_URL'];
      try {
        await fault.run(engine, options, report);
      } finally {
        // Some faults bring a server of their own.
        if (server !== undefined) process.env['TEST_DATABASE_URL'] = server;
      }
    }
  }
  return reports;
}
