import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase } from '../../test/support/engines';
import { Findings } from '../findings';
import { LONGEST_RESUME_MS } from '../kill-report';
import { startService } from '../service-process';
import { hasEnded } from '../stored-jobs';
import type { Fault } from './fault';
import { ImportLane } from './import.lane';
import { MemoryCage } from './memory-cage';
import { highestMemory } from './process-figures';

/** What a process may take for a file of any size (RELIABILITY T11). */
const MOST_MEMORY_MB = 300;

/** Part of an import within which memory runs out: later, one that is faster than the first would have ended. */
const SHARE = 0.7;

/** RELIABILITY T11. */
export const outOfMemory: Fault = {
  name: 'out-of-memory',
  title: 'the kernel kills the process in a large import because its memory runs out; it starts again with enough',
  engines: ['sqlite', 'mariadb'],
  rows: 500_000,
  quickRows: 50_000,
  times: [3, 1],
  unavailable: () => MemoryCage.unavailable(),
  run: async (engine, options, report) => {
    const database = await createDatabase(engine);
    const lane = await ImportLane.open(database, options, report);
    const { lane: main } = lane;
    const cage = MemoryCage.make();
    try {
      while (report.trials < options.times) {
        const findings = new Findings();
        await main.service.kill();
        cage.loosen();
        const caged = await startService(database, { ...main.options, command: cage.command });
        main.service = caged;
        const running = lane.begin(() => main.service);
        const atMs = Math.round(lane.random() * lane.expectedMs * SHARE);
        await sleep(atMs);
        const signal = await cage.squeeze(caged);
        await caged.kill();
        await main.restart(findings);
        const job = await main.newJob(findings);
        if (signal === null && job !== null && hasEnded(job)) {
          report.count('ended before memory ran out');
          report.take(`import ${running.update}`, await lane.finish(running, findings));
          continue;
        }
        findings.expect(signal === 'SIGKILL', `the process ended by ${signal ?? 'nothing'}`);
        if (job !== null && !hasEnded(job)) {
          const resumeMs = await main.untilResumed(job.jobId);
          findings.expect(resumeMs <= LONGEST_RESUME_MS, `${job.jobId} went on only after ${resumeMs} ms`);
          report.longest('longest resume s', resumeMs);
          report.count('jobs that went on alone');
        }
        const memoryMb = await highestMemory(main.service.pid, running.answer);
        report.longest('highest MB', memoryMb * 1000);
        findings.expect(memoryMb <= MOST_MEMORY_MB, `the import took ${memoryMb.toFixed(0)} MB`);
        await lane.finish(running, findings);
        const where = job === null ? 'before there was a job' : `at chunk ${job.nextChunk} of ${job.chunks}`;
        report.addTrial(`out of memory ${where}; afterwards ${memoryMb.toFixed(0)} MB at most`, findings);
      }
      await lane.close();
    } finally {
      await main.service.kill();
      cage.remove();
    }
  },
};
