import { ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { freePort, installMariaDb, serverEnvironment, untilReady } from '../../test/support/mariadb-server';

const LONGEST_JOIN_MS = 60_000;

/** A private Galera cluster in a temporary folder. */
export interface GaleraCluster {
  /** `mysql://root@127.0.0.1:<port>/` of each node. */
  readonly urls: readonly string[];
  stop(): void;
}

interface Node {
  readonly port: number;
  /** Of the group; that of state transfers follows from it. */
  readonly groupPort: number;
  readonly transferPort: number;
}

/** Where Debian puts the library; null when it is not installed. */
export function galeraLibrary(): string | null {
  return ['/usr/lib/galera/libgalera_smm.so', '/usr/lib64/galera/libgalera_smm.so'].find(existsSync) ?? null;
}

/** Starts a cluster of MariaDB nodes, each of which takes writes. @throws when a node does not join in a minute */
export async function startGalera(size: number): Promise<GaleraCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'rollbook-galera-'));
  // The server of a state transfer gives up root, and must come to its data all the same.
  chmodSync(folder, 0o777);
  const nodes = await Promise.all(
    Array.from({ length: size }, async (): Promise<Node> => {
      return { port: await freePort(), groupPort: await freePort(), transferPort: await freePort() };
    }),
  );
  const processes: ChildProcess[] = [];
  const stop = () => {
    for (const process of processes) process.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', stop);
  const urls: string[] = [];
  for (const [index, node] of nodes.entries()) {
    processes.push(startNode(folder, nodes, index));
    const url = `mysql://root@127.0.0.1:${node.port}/`;
    await untilReady(url);
    await untilJoined(url, index + 1);
    urls.push(url);
  }
  return { urls, stop };
}

function startNode(folder: string, nodes: readonly Node[], index: number): ChildProcess {
  const { port, groupPort, transferPort } = nodes[index] as Node;
  const data = mkdtempSync(join(folder, 'node-'));
  const env = { ...serverEnvironment(), TMPDIR: folder };
  const user = process.getuid?.() === 0 ? ['--user=mysql'] : [];
  if (user.length > 0) spawnSync('chown', ['mysql', data]);
  const base = ['--no-defaults', `--datadir=${data}`, ...user];
  installMariaDb(base, env);
  const others = nodes.map((node) => `127.0.0.1:${node.groupPort}`).join(',');
  const options = [
    ...base,
    `--socket=${join(data, 'socket')}`,
    `--port=${port}`,
    ...['--bind-address=127.0.0.1', '--skip-name-resolve', '--innodb-buffer-pool-size=128M', '--max-connections=200'],
    ...['--binlog-format=ROW', '--innodb-autoinc-lock-mode=2', '--wsrep-on=ON', '--wsrep-sst-method=rsync'],
    `--wsrep-provider=${galeraLibrary() ?? ''}`,
    `--wsrep-cluster-address=gcomm://${index === 0 ? '' : others}`,
    `--wsrep-node-address=127.0.0.1:${groupPort}`,
    `--wsrep-provider-options=base_port=${groupPort};gmcast.listen_addr=tcp://127.0.0.1:${groupPort}`,
    `--wsrep-sst-receive-address=127.0.0.1:${transferPort}`,
  ];
  return spawn('mariadbd', options, { env, stdio: 'ignore' });
}

async function untilJoined(url: string, size: number): Promise<void> {
  const until = Date.now() + LONGEST_JOIN_MS;
  const connection = await createConnection({ uri: url });
  try {
    for (;;) {
      const [rows] = await connection.query<RowDataPacket[]>(
        "SHOW STATUS WHERE Variable_name IN ('wsrep_cluster_size', 'wsrep_local_state_comment')",
      );
      const values = rows.map((row) => String(row['Value']));
      if (values.includes(String(size)) && values.includes('Synced')) return;
      if (Date.now() > until) throw new Error(`A node does not join the cluster: ${values.join(', ')}`);
      await sleep(200);
    }
  } finally {
    await connection.end();
  }
}
