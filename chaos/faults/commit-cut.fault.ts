import { createDatabase } from '../../test/support/engines';
import { CutMoment, startTcpProxy } from '../../test/support/tcp-proxy';
import { Findings } from '../findings';
import type { Fault } from './fault';
import { ImportLane } from './import.lane';

/** Part of the COMMITs of an import that are cut. */
const SHARE = 0.4;

/** RELIABILITY T5: every other cut before the server heard the COMMIT, every other after it had applied it. */
export const commitCut: Fault = {
  name: 'commit-cut',
  title: 'the link to MariaDB is cut while a COMMIT is in flight',
  engines: ['mariadb'],
  rows: 20_000,
  times: [100, 8],
  run: async (engine, options, report) => {
    const database = await createDatabase(engine);
    const url = new URL(database.environment['DATABASE_URL'] ?? '');
    const proxy = await startTcpProxy(Number(url.port));
    url.port = String(proxy.port);
    const environment = { DATABASE_URL: url.href };
    const lane = await ImportLane.open(database, options, report, { environment });
    while (report.trials < options.times) {
      const findings = new Findings();
      const cuts: CutMoment[] = [];
      proxy.cutCommits(() => {
        if (report.trials + cuts.length >= options.times || lane.random() > SHARE) return null;
        const moment = (report.trials + cuts.length) % 2 === 0 ? 'before-server' : 'after-server';
        cuts.push(moment);
        return moment;
      });
      const running = lane.begin();
      await running.answer;
      proxy.cutCommits(null);
      await lane.finish(running, findings);
      for (const moment of cuts) {
        report.count(`cut ${moment}`);
        report.addTrial(`import ${running.update}, cut ${moment}`, new Findings());
      }
      report.take(`import ${running.update}`, findings);
    }
    await lane.close();
    await proxy.close();
  },
};
