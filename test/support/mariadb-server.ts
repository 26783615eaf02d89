import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';

/** A private MariaDB server in a temporary folder. */
export interface MariaDbServer {
  /** `mysql://root@127.0.0.1:<port>/` without a database. */
  readonly url: string;
  readonly port: number;
  /** Ends the server at once, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same data and port. */
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

const START_SECONDS = 60;

/** A port nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** True when a MariaDB server program is on the PATH. */
export function hasMariaDb(): boolean {
  return spawnSync('mariadbd', ['--version'], { env: serverEnvironment() }).status === 0;
}

/** Debian keeps server programs in /usr/sbin, which is not on every user's PATH. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin` };
}

/**
 * Makes the tables of the server itself in an empty data folder.
 *
 * @param options of the server: `--no-defaults` first, its folder, its user
 * @throws with what the program said when it fails
 */
export function installMariaDb(options: readonly string[], env: NodeJS.ProcessEnv): void {
  const more = ['--auth-root-authentication-method=normal', '--skip-test-db'];
  const install = spawnSync('mariadb-install-db', [...options, ...more], { env, encoding: 'utf8' });
  if (install.status !== 0) throw new Error(`mariadb-install-db failed: ${install.stderr}${install.stdout}`);
}

/**
 * Starts a server that is gone with the tests. It syncs nothing to disk: these tests never pull the plug on it.
 *
 * @param more options of the server besides those
 */
export async function startMariaDb(more: readonly string[] = []): Promise<MariaDbServer> {
  const folder = mkdtempSync(join(tmpdir(), 'rollbook-mariadb-'));
  const data = join(folder, 'data');
  const base = ['--no-defaults', `--datadir=${data}`, ...(process.getuid?.() === 0 ? ['--user=root'] : [])];
  // Temporary tables are named by process number: those of two servers at once must not meet in one folder.
  const env = { ...serverEnvironment(), TMPDIR: folder };
  installMariaDb(base, env);
  const port = await freePort();
  const options = [
    ...base,
    `--socket=${join(folder, 'socket')}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    '--skip-name-resolve',
    '--innodb-flush-log-at-trx-commit=2',
    '--innodb-buffer-pool-size=256M',
    '--max-connections=300',
    ...more,
  ];
  const url = `mysql://root@127.0.0.1:${port}/`;
  let process_ = spawn('mariadbd', options, { env, stdio: 'ignore' });
  process.once('exit', () => process_.kill('SIGKILL'));
  const exited = () =>
    new Promise<void>((resolve) => {
      if (process_.exitCode !== null || process_.signalCode !== null) resolve();
      else process_.once('exit', () => resolve());
    });
  const end = async (signal: NodeJS.Signals) => {
    process_.kill(signal);
    await exited();
  };
  await untilReady(url);
  return {
    url,
    port,
    kill: () => end('SIGKILL'),
    restart: async () => {
      process_ = spawn('mariadbd', options, { env, stdio: 'ignore' });
      await untilReady(url);
    },
    stop: async () => {
      await end('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until a server lets one in. @throws after a minute */
export async function untilReady(url: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      const connection = await createConnection({ uri: url });
      await connection.end();
      return;
    } catch (error) {
      if (attempt >= START_SECONDS * 10) throw error;
      await sleep(100);
    }
  }
}
