import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase } from '../../test/support/engines';
import { startTcpProxy } from '../../test/support/tcp-proxy';
import { Findings } from '../findings';
import type { Fault } from './fault';
import { ImportLane } from './import.lane';

const CALLS = 30;
const SLOW_MS = 5_000;
/** A call has three steps at most that wait for the database: its token, its key, its work. */
const LONGEST_ANSWER_MS = 35_000;
const HOLD_MS = 20_000;
const RECOVERY_MS = 5_000;

/** RELIABILITY T71: every other trial the server is silent, every other each statement takes five seconds more. */
export const silentServer: Fault = {
  name: 'silent-server',
  title: 'MariaDB does not answer, or only after five seconds, without closing a connection',
  engines: ['mariadb'],
  rows: 20_000,
  times: [10, 2],
  run: async (engine, options, report) => {
    const database = await createDatabase(engine);
    const url = new URL(database.environment['DATABASE_URL'] ?? '');
    const proxy = await startTcpProxy(Number(url.port));
    url.port = String(proxy.port);
    const lane = await ImportLane.open(database, options, report, {
      environment: { DATABASE_URL: url.href, DATABASE_TIMEOUT_SECONDS: '10' },
    });
    const { baseUrl, token } = lane.lane.service;
    const call = async (): Promise<{ status: number; retryAfter: string | null; ms: number }> => {
      const begun = Date.now();
      const answer = await fetch(`${baseUrl}/api/v0/customer/search`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body: '{}',
      });
      await answer.text();
      return { status: answer.status, retryAfter: answer.headers.get('retry-after'), ms: Date.now() - begun };
    };
    for (let trial = 0; trial < options.times; trial++) {
      const findings = new Findings();
      const isSilent = trial % 2 === 0;
      const running = lane.begin();
      await sleep(lane.random() * lane.expectedMs);
      if (isSilent) proxy.hang();
      else proxy.delay(SLOW_MS);
      const calls = Array.from({ length: CALLS }, call);
      await sleep(HOLD_MS);
      const answers = await Promise.all(calls);
      const live = await fetch(`${baseUrl}/health/live`);
      findings.expect(live.status === 200, `the process is not live: ${live.status}`);
      for (const { status, retryAfter, ms } of answers) {
        report.count(`${isSilent ? 'silent' : 'slow'}: answered ${status}`);
        report.longest('longest answer s', ms);
        findings.expect(ms <= LONGEST_ANSWER_MS, `a call took ${ms} ms`);
        const isWell = status === 503 ? retryAfter !== null : status === 200 && !isSilent;
        findings.expect(isWell, `a call was answered ${status}, Retry-After ${retryAfter ?? 'missing'}`);
      }
      proxy.letGo();
      proxy.delay(0);
      await sleep(RECOVERY_MS);
      const after = await Promise.all(Array.from({ length: CALLS }, call));
      findings.expect(
        after.every(({ status }) => status === 200),
        'calls still fail five seconds after the server is back',
      );
      await lane.finish(running, findings);
      report.addTrial(isSilent ? 'silent' : 'slow', findings);
    }
    await lane.close();
    await proxy.close();
  },
};
