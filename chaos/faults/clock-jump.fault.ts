import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase } from '../../test/support/engines';
import { numberOf } from '../database-probe';
import { Findings } from '../findings';
import { startService } from '../service-process';
import { hasEnded } from '../stored-jobs';
import type { Fault } from './fault';
import { ImportLane } from './import.lane';

const HOUR = 3_600;
const DAYS_400 = 400 * 24 * HOUR;
const JUMPS = [HOUR, -HOUR, DAYS_400, -DAYS_400];
/** Two leases, and the look for abandoned jobs in between. */
const LONGEST_TAKEOVER_MS = 14_000;

/** Where Debian and its kin put the library; null when it is not installed. */
function libraryPath(): string | null {
  const folders = existsSync('/usr/lib') ? readdirSync('/usr/lib') : [];
  const paths = folders.map((folder) => join('/usr/lib', folder, 'faketime', 'libfaketime.so.1'));
  return paths.find((path) => existsSync(path)) ?? null;
}

/** RELIABILITY T17: the clock of one of two processes jumps in the middle of an import; every other time it dies then. */
export const clockJump: Fault = {
  name: 'clock-jump',
  title: 'the clock of one process jumps by an hour or 400 days, forth and back (libfaketime)',
  engines: ['mariadb'],
  rows: 20_000,
  times: [40, 4],
  unavailable: () => (libraryPath() === null ? 'libfaketime is not installed (apt-get install libfaketime)' : null),
  run: async (engine, options, report) => {
    const database = await createDatabase(engine);
    const clockFile = `${database.dataDir}.clock`;
    const setClock = (seconds: number) => writeFileSync(clockFile, `${seconds < 0 ? '' : '+'}${seconds}`);
    setClock(0);
    const lane = await ImportLane.open(database, options, report, {
      environment: {
        LD_PRELOAD: libraryPath() ?? '',
        FAKETIME_TIMESTAMP_FILE: clockFile,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
        DONT_FAKE_MONOTONIC: '1',
      },
    });
    const { lane: main } = lane;
    const other = await startService(database);
    for (let trial = 0; trial < options.times; trial++) {
      const findings = new Findings();
      const jump = JUMPS[trial % JUMPS.length] ?? 0;
      const dies = trial % (2 * JUMPS.length) >= JUMPS.length;
      const running = lane.begin();
      await sleep(lane.random() * lane.expectedMs * 0.5);
      setClock(jump);
      let takeoverMs = 0;
      const job = await main.newJob(findings);
      if (dies) {
        // Long enough for a lease by the wrong clock.
        await sleep(2_500);
        await main.service.kill();
        const killedAt = Date.now();
        const at = await main.newJob(findings);
        const isOpen = at !== null && !hasEnded(at);
        while (isOpen && other.resumedAt(at.jobId) === null && Date.now() - killedAt < 3 * LONGEST_TAKEOVER_MS) {
          await sleep(50);
        }
        if (isOpen) {
          takeoverMs = (other.resumedAt(at.jobId) ?? Infinity) - killedAt;
          findings.expect(takeoverMs <= LONGEST_TAKEOVER_MS, `nobody took over within ${LONGEST_TAKEOVER_MS} ms`);
          report.longest('longest takeover s', takeoverMs);
          report.count('taken over after a death');
        }
        setClock(0);
        await main.restart(findings);
      }
      await lane.finish(running, findings);
      if (!dies && job !== null) {
        const fence = await numberOf(main.probe, 'SELECT fence FROM bulk_jobs WHERE id = ?', job.id);
        findings.expect(fence === 0, `the job of a living process was taken over ${fence} times`);
      }
      setClock(0);
      report.addTrial(`jump of ${jump} s${dies ? ', then killed' : ''}`, findings);
    }
    await other.kill();
    await lane.close();
    rmSync(clockFile, { force: true });
  },
};
