import { ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestDatabase } from '../test/support/engines';

const ROOT = join(__dirname, '..');

/** A run that breaks off leaves nobody behind. */
const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

const LONGEST_START_MS = 120_000;
const LAST_LINES = 30;

/** Words by which the service tells in its log that it goes on with a job nobody asked it for. */
const GOING_ON = 'going on with a job';

/** A line of the log for something that should not have happened. */
const ERROR_LINE = /^\{"level":"?([5-9]\d|error|fatal)\b/;

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The built service as a process of its own, until it ends. */
export interface ServiceProcess {
  readonly baseUrl: string;
  readonly token: string;
  readonly pid: number;
  /** When it was spawned and when it was ready, in milliseconds since the epoch. */
  readonly spawnedAt: number;
  readonly readyAt: number;
  readonly ended: Promise<ProcessEnd>;
  /** When it went on with that job by itself, in milliseconds since the epoch; null until it does. */
  resumedAt(jobId: string): number | null;
  /** kill -9; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Sends any signal, such as SIGSTOP. */
  signal(name: NodeJS.Signals): void;
  /** The last lines it wrote, to explain a deviation. */
  lastLines(): string;
  /** Takes the lines out of its log that tell of errors (level 50 and above), oldest first. */
  takeErrors(): string[];
}

export interface ServiceOptions {
  /** Files node loads before the service. */
  readonly preload?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** A program, with its parameters, that becomes the service it is given. */
  readonly command?: readonly string[];
}

/** Collects what a process writes: when it was ready, and which jobs it went on with. */
class Output {
  readonly resumed = new Map<string, number>();
  readonly last: string[] = [];
  readonly errors: string[] = [];

  constructor(child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface(stream).on('line', (line) => this.take(line));
    }
  }

  private take(line: string): void {
    this.last.push(line);
    if (this.last.length > LAST_LINES) this.last.shift();
    if (ERROR_LINE.test(line)) this.errors.push(line);
    if (!line.includes(GOING_ON)) return;
    const { jobId, time } = JSON.parse(line) as { jobId?: string; time?: number | string };
    if (jobId !== undefined && !this.resumed.has(jobId)) this.resumed.set(jobId, new Date(time ?? NaN).getTime());
  }
}

/** Starts the build in `dist` on a database with demo data. @throws when it ends or is not ready in two minutes */
export async function startService(database: TestDatabase, options: ServiceOptions = {}): Promise<ServiceProcess> {
  const preload = (options.preload ?? []).flatMap((file) => ['--require', file]);
  const spawnedAt = Date.now();
  const node = [process.execPath, ...preload, join(ROOT, 'dist', 'main.js')];
  const [program = process.execPath, ...parameters] = [...(options.command ?? []), ...node];
  const child = spawn(program, parameters, {
    // Settings of the caller's own service must not reach this one.
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...settingsOf(database), ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const output = new Output(child);
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const lastLines = () => output.last.join('\n');
  const baseUrl = await announcedAddress(child, lastLines);
  const demo = JSON.parse(readFileSync(join(database.dataDir, 'demo.json'), 'utf8')) as { token: string };
  return {
    baseUrl,
    token: demo.token,
    pid: child.pid ?? NaN,
    spawnedAt,
    readyAt: Date.now(),
    ended,
    resumedAt: (jobId) => output.resumed.get(jobId) ?? null,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    signal: (name) => void child.kill(name),
    lastLines,
    takeErrors: () => output.errors.splice(0),
  };
}

function settingsOf({ environment }: TestDatabase): Record<string, string> {
  return { ...environment, NODE_ENV: 'development', DEMO_DATA: 'true', PORT: '0', LOG_LEVEL: 'info' };
}

function announcedAddress(child: ChildProcess, lastLines: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (what: string) => reject(new Error(`The service ${what}:\n${lastLines()}`));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail('was not ready in time');
    }, LONGEST_START_MS);
    child.once('exit', (code) => {
      clearTimeout(timer);
      fail(`ended with ${code ?? 'a signal'} before it was ready`);
    });
    let text = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const address = /^ {2}API +(\S+)$/m.exec(text)?.[1];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    });
  });
}
