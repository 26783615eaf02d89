import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase } from '../../test/support/engines';
import { numberOf } from '../database-probe';
import { Findings } from '../findings';
import { startService } from '../service-process';
import { hasEnded } from '../stored-jobs';
import type { Fault } from './fault';
import { ImportLane } from './import.lane';

/** A lease runs for six seconds; others look for abandoned jobs every two. */
const LONGEST_TAKEOVER_MS = 12_000;
const LONGEST_FROST_MS = 4_000;

/** RELIABILITY T18: the frozen process comes back while the other is at work, or after its end. */
export const frozenWorker: Fault = {
  name: 'frozen-worker',
  title: 'a process is frozen in an import, another goes on with it, and the first one thaws',
  engines: ['mariadb'],
  rows: 20_000,
  times: [50, 2],
  run: async (engine, options, report) => {
    const database = await createDatabase(engine);
    const lane = await ImportLane.open(database, options, report);
    const first = lane.lane.service;
    const second = await startService(database, lane.lane.options);
    while (report.trials < options.times) {
      const findings = new Findings();
      const running = lane.begin();
      await sleep(lane.random() * lane.expectedMs * 0.8);
      first.signal('SIGSTOP');
      const frozenAt = Date.now();
      const job = await lane.lane.newJob(findings);
      if (job === null || hasEnded(job)) {
        first.signal('SIGCONT');
        await lane.finish(running, findings);
        report.take(`import ${running.update}`, findings);
        report.count('frozen too early or too late');
        continue;
      }
      while (second.resumedAt(job.jobId) === null && Date.now() - frozenAt < 3 * LONGEST_TAKEOVER_MS) await sleep(50);
      const takeoverMs = (second.resumedAt(job.jobId) ?? Infinity) - frozenAt;
      findings.expect(takeoverMs <= LONGEST_TAKEOVER_MS, `nobody took over within ${LONGEST_TAKEOVER_MS} ms`);
      await sleep(lane.random() * LONGEST_FROST_MS);
      first.signal('SIGCONT');
      await lane.finish(running, findings);
      const fence = await numberOf(lane.lane.probe, 'SELECT fence FROM bulk_jobs WHERE id = ?', job.id);
      findings.expect(fence === 1, `the job changed hands ${fence} times`);
      report.longest('longest takeover s', takeoverMs);
      report.addTrial(`frozen at chunk ${job.nextChunk} of ${job.chunks} for ${Date.now() - frozenAt} ms`, findings);
    }
    await second.kill();
    await lane.close();
  },
};
