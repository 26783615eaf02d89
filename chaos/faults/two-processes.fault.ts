import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase } from '../../test/support/engines';
import { Findings } from '../findings';
import { ServiceProcess, startService } from '../service-process';
import type { Fault } from './fault';
import { ImportLane } from './import.lane';

const LONGEST_PAUSE_MS = 4_000;

/** RELIABILITY T16: either of two processes is killed at random instants while imports go on through both. */
export const twoProcesses: Fault = {
  name: 'two-processes',
  title: 'two processes work on one MariaDB, and kill -9 hits either at random',
  engines: ['mariadb'],
  rows: 20_000,
  times: [60, 3],
  run: async (engine, options, report) => {
    const database = await createDatabase(engine);
    const lane = await ImportLane.open(database, options, report);
    const { lane: main, random } = lane;
    let other: ServiceProcess = await startService(database, main.options);
    const begunAt = Date.now();
    const killOne = async (): Promise<void> => {
      const isFirst = random() < 0.5;
      await (isFirst ? main.service : other).kill();
      const service = await startService(database, main.options);
      if (isFirst) main.service = service;
      else other = service;
      report.addTrial(`killed the ${isFirst ? 'first' : 'second'} process`, new Findings());
    };
    while (report.trials < options.times) {
      let turn = 0;
      const running = lane.begin(() => (turn++ % 2 === 0 ? main.service : other));
      const state = { isAnswered: false };
      const answered = running.answer.then(() => (state.isAnswered = true));
      for (;;) {
        await Promise.race([answered, sleep(random() * LONGEST_PAUSE_MS)]);
        if (state.isAnswered || report.trials >= options.times) break;
        await killOne();
      }
      report.take(`import ${running.update}`, await lane.finish(running, new Findings()));
    }
    report.count('seconds', Math.round((Date.now() - begunAt) / 1000));
    await other.kill();
    await lane.close();
  },
};
