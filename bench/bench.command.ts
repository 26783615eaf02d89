import { writeFileSync } from 'node:fs';
import { createConnection } from 'mysql2/promise';
import { buildService, provideServer } from '../chaos/built-service';
import { Engine } from '../test/support/engines';
import type { MariaDbServer } from '../test/support/mariadb-server';
import { BenchOptions, readOptions, Work } from './bench.options';
import { BenchLane } from './lane';
import { describeEngine, describeMachine } from './machine';
import type { Measurement } from './measurement';
import { buildPeers, PeerBuild } from './peer-build';
import { countBars, jsonOf, tableOf } from './report';
import { measureActivate } from './works/activate.work';
import { measureCalls } from './works/calls.work';
import { measureCampaign } from './works/campaign.work';
import { measureCommerce } from './works/commerce.work';
import { measureFileCreate, measureManyCreated } from './works/file-create.work';
import { measureFileUpdate } from './works/file-update.work';
import { measureStart } from './works/start.work';

type Measure = (lane: BenchLane, options: BenchOptions) => Promise<Measurement[]>;

const MEASURES: Readonly<Record<Work, Measure>> = {
  start: measureStart,
  create: measureFileCreate,
  campaign: measureCampaign,
  commerce: measureCommerce,
  update: measureFileUpdate,
  activate: measureActivate,
  calls: measureCalls,
};

/** The server to make databases on; a private one, as durable as it comes, is given back to be stopped. */
async function provideDurableServer({ engines }: BenchOptions): Promise<MariaDbServer | null> {
  const server = await provideServer(engines);
  if (server === null) return null;
  // The server of the tests leaves its log to the system for a second; what is measured here must survive a power cut.
  const connection = await createConnection({ uri: server.url });
  await connection.query('SET GLOBAL innodb_flush_log_at_trx_commit = 1');
  await connection.end();
  return server;
}

/** Each work on a database of its own, so that none is slower for what another left. */
async function onLane(peers: PeerBuild, engine: Engine, work: (lane: BenchLane) => Promise<Measurement[]>) {
  const lane = await BenchLane.open(peers, engine);
  try {
    return await work(lane);
  } finally {
    await lane.close();
  }
}

async function measureEngine(peers: PeerBuild, engine: Engine, options: BenchOptions): Promise<Measurement[]> {
  const list: Measurement[] = [];
  for (const work of options.works) {
    const measured = await onLane(peers, engine, async (lane) => {
      if (work === options.works[0]) console.log(await describeEngine(engine, lane.probe));
      return MEASURES[work](lane, options);
    });
    list.push(...measured);
    const { manyRows } = options;
    if (work !== 'create' || manyRows === null) continue;
    list.push(...(await onLane(peers, engine, (lane) => measureManyCreated(lane, manyRows))));
  }
  return list;
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  buildService();
  const begun = Date.now();
  const peers = buildPeers();
  let server: MariaDbServer | null = null;
  try {
    server = await provideDurableServer(options);
    console.log(describeMachine());
    const list: Measurement[] = [];
    for (const engine of options.engines) list.push(...(await measureEngine(peers, engine, options)));
    console.log(tableOf(list));
    const { bars, missed } = countBars(list);
    console.log(`${bars - missed} of ${bars} bars met, ${missed} missed; ${Math.round((Date.now() - begun) / 1000)} s`);
    if (options.json !== null) writeFileSync(options.json, jsonOf(list));
  } finally {
    await server?.stop();
    peers.remove();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
