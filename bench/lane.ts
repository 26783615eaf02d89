import { rmSync } from 'node:fs';
import { numberOf, DatabaseProbe, probeOf } from '../chaos/database-probe';
import { ServiceProcess, startService } from '../chaos/service-process';
import { createDatabase, Engine, TestDatabase } from '../test/support/engines';
import type { PeerBuild } from './peer-build';
import { PeerProcess, startPeer } from './peer-process';

/** A database of its own, the service on it, and the peers that work on the same tables. */
export class BenchLane {
  readonly probe: DatabaseProbe;
  readonly figuresFile: string;
  service: ServiceProcess;
  private readonly peers = new Map<string, PeerProcess>();
  private turns = 0;

  private constructor(
    private readonly build: PeerBuild,
    readonly database: TestDatabase,
  ) {
    this.probe = probeOf(database);
    this.figuresFile = `${database.dataDir}.figures`;
  }

  static async open(build: PeerBuild, engine: Engine): Promise<BenchLane> {
    const lane = new BenchLane(build, await createDatabase(engine));
    await lane.start();
    return lane;
  }

  get engine(): Engine {
    return this.database.engine;
  }

  /** Starts the service; it must not be running. */
  async start(): Promise<ServiceProcess> {
    // A call is measured up to its answer, however long it takes.
    const environment = { BENCH_FIGURES: this.figuresFile, JOB_WAIT_SECONDS: '3600', TOKEN_TTL_SECONDS: '86400' };
    this.service = await startService(this.database, { preload: [this.build.preload], environment });
    return this.service;
  }

  /** A number no call before had; the values a call writes follow from it. */
  nextTurn(): number {
    return ++this.turns;
  }

  /** A program of `bench/peers`, started at its first use. */
  async peer(name: string, settings: Readonly<Record<string, string | number>> = {}): Promise<PeerProcess> {
    const known = this.peers.get(name);
    if (known !== undefined) return known;
    const company = await numberOf(this.probe, 'SELECT MIN(company_ref) FROM customers');
    const peer = await startPeer(this.build, name, this.database, { BENCH_COMPANY: company, ...settings });
    this.peers.set(name, peer);
    return peer;
  }

  /** Ends all processes and removes the database. */
  async close(): Promise<void> {
    for (const peer of this.peers.values()) await peer.stop();
    await this.service.kill();
    await this.database.remove();
    rmSync(this.figuresFile, { force: true });
  }
}
