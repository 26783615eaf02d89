import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase } from '../../test/support/engines';
import { Findings } from '../findings';
import { startService } from '../service-process';
import type { Fault } from './fault';
import { ImportLane } from './import.lane';

/** After that, the operator of a service whose disk fails starts it again. */
const PATIENCE_MS = 8_000;

/** Runs a program whose every thread gets an input/output error from the k-th time it asks the disk to keep something. */
const failingAt = (k: number): readonly string[] => [
  ...['strace', '-D', '-f', '-o', '/dev/null'],
  ...['-e', 'trace=fsync,fdatasync', '-e', `inject=fsync,fdatasync:error=EIO:when=${k}`],
];

/** RELIABILITY T9. The trial is the k: which flush of each thread fails. */
export const failingSync: Fault = {
  name: 'failing-sync',
  title: 'the disk fails to keep something, at the k-th time for every k',
  engines: ['sqlite'],
  rows: 3_000,
  times: [50, 5],
  unavailable: () => (spawnSync('strace', ['-V']).status === 0 ? null : 'strace is not installed'),
  run: async (engine, options, report) => {
    const database = await createDatabase(engine);
    const lane = await ImportLane.open(database, options, report);
    for (let k = 1; k <= options.times; k++) {
      const findings = new Findings();
      await lane.lane.service.kill();
      const failing = await startService(database, { command: failingAt(k) }).catch(() => null);
      report.count(failing === null ? 'refused to start' : 'started');
      if (failing === null) await lane.lane.restart(findings);
      else lane.lane.service = failing;
      const running = lane.begin(() => lane.lane.service);
      const isDone = await Promise.race([running.answer.then(() => true), sleep(PATIENCE_MS, false)]);
      report.count(isDone ? 'answered all the same' : 'answered after a start without the fault');
      // What was answered must be there for a process that never met the fault.
      await lane.lane.service.kill();
      await lane.lane.restart(findings);
      await lane.finish(running, findings);
      report.addTrial(`flush ${k} of each thread failed`, findings);
    }
    await lane.close();
  },
};
