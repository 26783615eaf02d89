import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase, type Engine } from '../../test/support/engines';
import { Findings } from '../findings';
import { seededRandom } from '../seeded-random';
import type { Fault } from './fault';
import { ImportLane } from './import.lane';
import { SmallDisk } from './small-disk';

/** Room for uploads, rows and results of the imports of a run; on SQLite for the database besides. */
const MEBIBYTES: Readonly<Record<Engine, number>> = { sqlite: 192, mariadb: 48 };
const LONGEST_FULL_MS = 4_000;

/** RELIABILITY T10: the disk fills up at a random instant around an import, and has space again some seconds later. */
export const diskFull: Fault = {
  name: 'disk-full',
  title: 'the disk of uploads, results and SQLite is full for some seconds',
  engines: ['sqlite', 'mariadb'],
  rows: 10_000,
  times: [30, 4],
  unavailable: () => SmallDisk.unavailable(),
  run: async (engine, options, report) => {
    const disk = SmallDisk.mount(MEBIBYTES[engine]);
    try {
      const database = await createDatabase(engine, disk.folder);
      const lane = await ImportLane.open(database, options, report);
      const random = seededRandom(options.seed, 10);
      for (let trial = 0; trial < options.times; trial++) {
        const findings = new Findings();
        // Every third time it is full before the file comes.
        const atMs = trial % 3 === 0 ? 0 : Math.round(random() * lane.expectedMs * 1.1);
        if (atMs === 0) disk.fill();
        const running = lane.begin();
        await sleep(atMs);
        disk.fill();
        await sleep(1_000 + random() * LONGEST_FULL_MS);
        disk.free();
        await lane.finish(running, findings);
        const uploads = readdirSync(join(database.dataDir, 'uploads'));
        findings.expect(uploads.length === 0, `${uploads.length} uploads stay behind`);
        report.longest('longest import s', Date.now() - running.begunAt);
        report.addTrial(`full after ${atMs} ms of ${lane.expectedMs}`, findings);
      }
      await lane.close();
    } finally {
      disk.remove();
    }
  },
};
