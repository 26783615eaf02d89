import { type DatabaseProbe, numberOf } from '../database-probe';
import type { Findings } from '../findings';
import { sendJson } from '../service-client';
import type { ServiceProcess } from '../service-process';
import type { FaultReport } from './fault-report';

const PATH = '/customers/bulk/sourceId';

/** Customers each call changes. */
export const RIVAL_CUSTOMERS = 1_000;

interface Item {
  readonly success: boolean;
}

/**
 * One bulk call that gives every customer another name, from the first to the last or the other way round.
 * @throws when the connection broke
 */
export async function changeAll(
  service: ServiceProcess,
  client: number,
  round: number,
): Promise<[status: number, applied: number]> {
  const customers = Array.from({ length: RIVAL_CUSTOMERS }, (_, i) => ({
    source: 'chaos',
    sourceId: String(client % 2 === 0 ? i : RIVAL_CUSTOMERS - 1 - i),
    language: 'en',
    firstName: `${client}.${round}`,
    lastName: 'Rival',
  }));
  const answer = await sendJson(service, 'POST', PATH, { customers });
  if (answer === null) throw new Error('the connection of a call broke');
  const { data = [] } = JSON.parse(answer.text) as { data?: Item[] };
  return [answer.status, data.filter(({ success }) => success).length];
}

/**
 * Lets clients call one after the other for so many seconds, by turns at the services; each call has to be answered 200
 * for all its customers. Gives how many there were.
 */
export async function competeFor(
  services: readonly ServiceProcess[],
  { seconds, clients }: { readonly seconds: number; readonly clients: number },
  report: FaultReport,
  findings: Findings,
): Promise<number> {
  const until = Date.now() + seconds * 1_000;
  let calls = 0;
  const work = async (client: number): Promise<void> => {
    for (let round = 0; Date.now() < until; round++) {
      const service = services[(client >> 1) % services.length];
      if (service === undefined) return;
      const [status, applied] = await changeAll(service, client, round);
      calls++;
      report.count(`answered ${status}`);
      findings.expect(status === 200, `a call was answered ${status}`);
      findings.expect(applied === RIVAL_CUSTOMERS, `${applied} of ${RIVAL_CUSTOMERS} items were applied`);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, client) => work(client)));
  return calls;
}

/** Checks that each of so many calls, behind the one that made the customers, was applied once. */
export async function expectEachOnce(probe: DatabaseProbe, calls: number, findings: Findings): Promise<void> {
  const versions = await probe.rows(
    'SELECT version, COUNT(*) FROM customers WHERE source = ? GROUP BY version',
    'chaos',
  );
  const [version, count] = versions[0] ?? [];
  findings.expect(
    versions.length === 1 && Number(version) === 1 + calls && Number(count) === RIVAL_CUSTOMERS,
    `the versions are ${JSON.stringify(versions)} after ${calls} calls`,
  );
  const twice = await numberOf(
    probe,
    `SELECT COUNT(*) FROM (SELECT 1 FROM customer_changes WHERE row_no IS NOT NULL
     GROUP BY job_id, row_no HAVING COUNT(*) > 1) AS repeated`,
  );
  findings.expect(twice === 0, `${twice} rows have several history entries`);
}

/** Rows of all commerce jobs that were tried again. */
export async function retriedRows(probe: DatabaseProbe): Promise<number> {
  const tallies = await probe.rows("SELECT tallies FROM bulk_jobs WHERE family = 'commerce'");
  return tallies.reduce((sum, [text]) => {
    return sum + (JSON.parse(String(text)) as { retried: number }[]).reduce((all, tally) => all + tally.retried, 0);
  }, 0);
}
