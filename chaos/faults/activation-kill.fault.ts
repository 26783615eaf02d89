import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase } from '../../test/support/engines';
import { DatabaseProbe, probeOf } from '../database-probe';
import { Findings } from '../findings';
import { seededRandom } from '../seeded-random';
import { ServiceProcess, startService } from '../service-process';
import type { Fault } from './fault';

/** The first calls after a start take that long together; a kill within it finds them anywhere on their way. */
const LONGEST_PAUSE_MS = 150;
/** From the first answer to the last. */
const LONGEST_ANSWERS_MS = 20;

interface StoredCustomer {
  readonly status: string;
  readonly version: number;
}

type Answer = Pick<Response, 'status'> & { readonly text: string };

/** Customers by their id, as they are stored; their history must hold one entry for each version. */
async function storedCustomers(
  probe: DatabaseProbe,
  count: number,
  findings: Findings,
): Promise<Map<string, StoredCustomer>> {
  const rows = await probe.rows(
    `SELECT customer_id, status, version,
       (SELECT COUNT(DISTINCT version) FROM customer_changes h WHERE h.customer_ref = c.id),
       (SELECT COUNT(*) FROM customer_changes h WHERE h.customer_ref = c.id)
     FROM customers c ORDER BY id LIMIT ?`,
    count,
  );
  return new Map(
    rows.map(([id, status, version, versions, entries]) => {
      const isWhole = version === versions && version === entries;
      findings.expect(isWhole, `${id} has version ${version} and ${entries} entries of ${versions} versions`);
      return [String(id), { status: String(status), version: Number(version) }];
    }),
  );
}

/** What is answered; null when the process died before. */
async function set({ baseUrl, token }: ServiceProcess, verb: string, id: string): Promise<Answer | null> {
  try {
    const headers = { Authorization: `Bearer ${token}` };
    const response = await fetch(`${baseUrl}/api/v0/customer/${verb}/${id}`, { method: 'PUT', headers });
    return { status: response.status, text: await response.text() };
  } catch {
    return null;
  }
}

const isSuccess = (answer: Answer | null | undefined, id: string): boolean =>
  answer?.status === 200 && answer.text.includes(`"payload":"${id}"`);

/** RELIABILITY T15. Rows are calls under way at each kill. */
export const activationKill: Fault = {
  name: 'activation-kill',
  title: 'kill -9 while customers are activated or deactivated',
  engines: ['sqlite', 'mariadb'],
  rows: 10,
  times: [20, 3],
  run: async (engine, { rows: calls, times, seed }, report) => {
    const database = await createDatabase(engine);
    const probe = probeOf(database);
    const random = seededRandom(seed, 15);
    let service = await startService(database);
    for (let trial = 1; trial <= times; trial++) {
      const findings = new Findings();
      const [verb, wanted] = trial % 2 === 1 ? ['deactivate', 'INACTIVE'] : ['activate', 'ACTIVE'];
      const before = await storedCustomers(probe, calls, findings);
      const answers = new Map<string, Answer | null>();
      const sent = [...before.keys()].map(async (id) => answers.set(id, await set(service, verb, id)));
      // By turns at any instant, and among the answers, where most of the calls are about to be stored.
      const isAmongAnswers = trial % 4 >= 2;
      if (isAmongAnswers) await Promise.race(sent);
      await sleep(random() * (isAmongAnswers ? LONGEST_ANSWERS_MS : LONGEST_PAUSE_MS));
      await service.kill();
      await Promise.all(sent);
      service = await startService(database);
      const after = await storedCustomers(probe, calls, findings);
      let told = 0;
      for (const [id, { status, version }] of before) {
        const answer = answers.get(id) ?? null;
        const now = after.get(id);
        const isDone = now?.status === wanted && now.version === version + 1;
        const isUntouched = now?.status === status && now.version === version;
        if (answer !== null) told++;
        findings.expect(answer === null || isSuccess(answer, id), `${id} was answered ${answer?.text ?? ''}`);
        findings.expect(isDone || (answer === null && isUntouched), `${id}, told or not, is ${now?.status ?? 'gone'}`);
        report.count(isDone ? 'stored' : 'not stored');
      }
      report.count('answered', told);
      for (const id of before.keys()) {
        const again = await set(service, verb, id);
        findings.expect(isSuccess(again, id), `${id}, sent again, was answered ${again?.text ?? 'nothing'}`);
      }
      const twice = [...(await storedCustomers(probe, calls, findings))].filter(
        ([id, { version }]) => version !== (before.get(id)?.version ?? 0) + 1,
      );
      findings.countRows(
        'twice',
        twice.map(([id]) => id),
        'customers were changed more than once',
      );
      report.addTrial(`${told} of ${calls} calls answered before the kill`, findings);
    }
    await service.kill();
    await database.remove();
  },
};
