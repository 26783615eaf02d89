import { ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import supertest from 'supertest';
import type { TestDatabase } from './engines';
import type { Api } from './service';

const ROOT = join(__dirname, '..', '..');
const START_SECONDS = 120;

/** The service as a process of its own, started the way the README says. */
export interface Program {
  readonly baseUrl: string;
  /** Requests with the demo token. */
  readonly api: Api;
  readonly demo: { readonly token: string; readonly companyId: string; readonly customerIds: readonly string[] };
  /** What it wrote to its log and to the terminal. */
  written(): string;
  /** Sends a signal, unless the process has ended already, and waits for its end. */
  end(signal: NodeJS.Signals): Promise<void>;
  /** Its exit code, once it has ended; null when a signal ended it. */
  ended(): Promise<number | null>;
}

/**
 * Starts the program on a database with demo data; builds first when the build is older than the sources.
 *
 * @param port 0 for any that is free
 */
export async function startProgram(database: TestDatabase, port = 0): Promise<Program> {
  const child = spawn(process.execPath, [join(ROOT, 'scripts', 'start.mjs')], {
    env: { ...process.env, ...database.environment, NODE_ENV: 'development', DEMO_DATA: 'true', PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let written = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (written += chunk.toString()));
  }
  const baseUrl = await announcedAddress(child);
  const demo = JSON.parse(readFileSync(join(database.dataDir, 'demo.json'), 'utf8')) as Program['demo'];
  return {
    baseUrl,
    demo,
    written: () => written,
    ended: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
        else child.once('close', (code) => resolve(code));
      }),
    api: supertest.agent(baseUrl).set('Authorization', `Bearer ${demo.token}`),
    end: (signal) =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) {
          resolve();
          return;
        }
        child.once('exit', () => resolve());
        child.kill(signal);
      }),
  };
}

function announcedAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => reject(new Error(`The program did not start:\n${output}`)), START_SECONDS * 1000);
    child.once('exit', (code) => reject(new Error(`The program ended with ${code}:\n${output}`)));
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const address = /^ {2}API +(\S+)$/m.exec(output)?.[1];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    });
  });
}
