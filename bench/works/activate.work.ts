import { Agent, request } from 'node:http';
import { numberOf } from '../../chaos/database-probe';
import type { BenchOptions } from '../bench.options';
import { expectSame } from '../content/checksum';
import type { BenchLane } from '../lane';
import type { Measurement } from '../measurement';
import { compare, Trial } from '../trial';

const CONNECTIONS = 32;
/** Customers of the demo. */
const CUSTOMERS = 1_000;

type Ids = readonly string[];

/** Deactivates and activates each of 1,000 customers by turns, over 32 connections. */
export async function measureActivate(lane: BenchLane, options: BenchOptions): Promise<Measurement[]> {
  const { service, probe, figuresFile } = lane;
  const bare = await lane.peer('bare.server');
  const rows = await probe.rows('SELECT customer_id FROM customers ORDER BY id LIMIT ?', CUSTOMERS);
  const ids = rows.map(([id]) => String(id));
  // Each time all go off and on again: afterwards the table is as it was, but for versions and history.
  const requests = CUSTOMERS * (options.quick ? 2 : 4);
  // The first requests find nothing compiled; a service is measured that has been running.
  await setAll(`${service.baseUrl}/api/v0/customer`, service.token, ids, 2 * CUSTOMERS);
  await setAll(bare.baseUrl, 'none', ids, 2 * CUSTOMERS);
  let changes = await numberOf(probe, 'SELECT COUNT(*) FROM customer_changes');
  const shared = {
    repeats: options.callRepeats,
    prepare: () => ids,
    check: async () => {
      const active = await numberOf(probe, `SELECT COUNT(*) FROM customers WHERE status = 'ACTIVE'`);
      expectSame('active customers', active, CUSTOMERS);
      changes += requests;
      expectSame('history', await numberOf(probe, 'SELECT COUNT(*) FROM customer_changes'), changes);
    },
  };
  const load = (baseUrl: string, token: string) => (sent: Ids) => setAll(baseUrl, token, sent, requests);
  const trials: Trial<Ids>[] = [
    {
      ...shared,
      ...{ subject: 'service', figuresFile },
      send: load(`${service.baseUrl}/api/v0/customer`, service.token),
    },
    { ...shared, ...{ subject: 'bare express', figuresFile: bare.figuresFile }, send: load(bare.baseUrl, 'none') },
  ];
  return compare(lane, 'activate', requests, trials);
}

async function setAll(baseUrl: string, token: string, ids: Ids, requests: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let next = 0;
  const connection = async () => {
    for (let at = next++; at < requests; at = next++) {
      const verb = Math.floor(at / ids.length) % 2 === 0 ? 'deactivate' : 'activate';
      await put(agent, `${baseUrl}/${verb}/${ids[at % ids.length] ?? ''}`, token);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  agent.destroy();
}

/** By node:http: fetch would take more of the machine than some of what is measured. */
function put(agent: Agent, url: string, token: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'PUT', agent, headers: { Authorization: `Bearer ${token}` } }, (response) => {
      response.resume();
      response.once('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`PUT ${url}: ${response.statusCode ?? 'no status'}`));
      });
    });
    sent.once('error', reject);
    sent.end();
  });
}
