import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Cell } from '../chaos/database-probe';
import type { TestDatabase } from '../test/support/engines';
import type { PeerBuild } from './peer-build';

/** Line by which a program of `bench/peers` tells where it listens. */
const LISTENING = /^listening on (http:\S+)$/;

/** A floor or another peer of the service, as a process of its own. */
export interface PeerProcess {
  readonly baseUrl: string;
  readonly figuresFile: string;
  stop(): Promise<void>;
}

/** Starts a program on the database of the service. @param settings as environment variables */
export async function startPeer(
  build: PeerBuild,
  name: string,
  { environment, dataDir }: TestDatabase,
  settings: Readonly<Record<string, Cell>>,
): Promise<PeerProcess> {
  const figuresFile = `${dataDir}.${name}.figures`;
  const child = spawn(process.execPath, ['--require', build.preload, build.program(name)], {
    env: {
      PATH: process.env['PATH'],
      BENCH_FIGURES: figuresFile,
      BENCH_DATA_DIR: dataDir,
      BENCH_DATABASE_URL: environment['DATABASE_URL'] ?? '',
      ...Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, String(value)])),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const baseUrl = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      const url = LISTENING.exec(line)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code ?? 'a signal'}`)));
  });
  return {
    baseUrl,
    figuresFile,
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
      rmSync(figuresFile, { force: true });
    },
  };
}
